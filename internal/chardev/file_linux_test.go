package chardev_test

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dunlin-iot/dunlin/internal/chardev"
)

// TestTerminal works on a device that every kernel has: a pseudo terminal.
func TestTerminal(t *testing.T) {
	f, err := chardev.Open("/dev/ptmx")
	if err != nil {
		t.Fatal(err)
	}
	var buf [16]byte
	if _, err := f.Read(buf[:]); !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("read of nothing: %v, want EAGAIN", err)
	}
	if ready, err := f.Wait(time.Millisecond); ready || err != nil {
		t.Errorf("wait for nothing: %v, %v", ready, err)
	}
	arg := make([]byte, 4)
	if err := f.Ioctl(unix.TIOCGPTN, arg); err != nil { // the number of the terminal
		t.Errorf("ioctl: %v", err)
	}
	binary.NativeEndian.PutUint32(arg, 0)
	if err := f.Ioctl(unix.TIOCSPTLCK, arg); err != nil { // unlock it
		t.Errorf("ioctl: %v", err)
	}
	if err := f.Ioctl(0x4142, nil); !errors.Is(err, syscall.ENOTTY) {
		t.Errorf("an ioctl of another device: %v, want ENOTTY", err)
	}
	if _, err := f.Map(0, 4096); err == nil {
		t.Error("a terminal was mapped")
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestMap(t *testing.T) {
	f, err := chardev.Open("/dev/zero")
	if err != nil {
		t.Fatal(err)
	}
	if ready, err := f.Wait(time.Second); !ready || err != nil {
		t.Errorf("wait: %v, %v", ready, err)
	}
	m, err := f.Map(0, 4096)
	if err != nil || len(m) != 4096 || m[4095] != 0 {
		t.Errorf("%d bytes, %v", len(m), err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestAbsent(t *testing.T) {
	if _, err := chardev.Open(filepath.Join(t.TempDir(), "no")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	a := chardev.Monotonic()
	if b := chardev.Monotonic(); a <= 0 || b < a {
		t.Errorf("the clock went from %v to %v", a, b)
	}
}
