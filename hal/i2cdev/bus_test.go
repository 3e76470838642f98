package i2cdev_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"go.uber.org/goleak"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/i2cdev"
	"github.com/dunlin-iot/dunlin/hal/i2cdev/i2cdevtest"
)

var _ i2c.BusCloser = (*i2cdev.Bus)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// remoteIO is EREMOTEIO of asm-generic/errno.h.
const remoteIO = syscall.Errno(121)

// kernel has a register file at 0x76 with 0x60 in register 0xd0, as a BME280.
func kernel() *i2cdevtest.Kernel {
	regs := &chiptest.Registers{}
	regs.Set(0xd0, 0x60)
	return i2cdevtest.NewKernel(map[uint16]chiptest.Model{0x76: regs})
}

func open(t testing.TB, k *i2cdevtest.Kernel, cfg i2cdev.Config) *i2cdev.Bus {
	t.Helper()
	cfg.Path, cfg.Open = "/dev/i2c-1", k.Open
	b, err := i2cdev.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func TestTransfers(t *testing.T) {
	k := kernel()
	b := open(t, k, i2cdev.Config{})
	k.Bus.Keep()
	long := bytes.Repeat([]byte{7}, 1000)
	got := make([]byte, 2)
	for _, x := range []struct{ w, r []byte }{{[]byte{1, 2}, nil}, {[]byte{0xd0}, got[:1]}, {nil, got}, {long, nil}, {nil, make([]byte, 8192)}} {
		if err := b.Tx(0x76, x.w, x.r); err != nil {
			t.Errorf("write %d, read %d: %v", len(x.w), len(x.r), err)
		}
	}
	ops := k.Bus.Ops()
	if len(ops) != 5 || !bytes.Equal(ops[0].Write, []byte{1, 2}) || len(ops[0].Read) != 0 ||
		!bytes.Equal(ops[1].Write, []byte{0xd0}) || !bytes.Equal(ops[1].Read, []byte{0x60}) ||
		len(ops[2].Write) != 0 || len(ops[2].Read) != 2 || !bytes.Equal(ops[3].Write, long) || len(ops[4].Read) != 8192 {
		t.Errorf("the adapter saw %v", ops)
	}
	if err := b.Quick(0x76); err != nil {
		t.Error(err)
	}
	if ops := k.Bus.Ops(); len(ops) != 6 || len(ops[5].Write)+len(ops[5].Read) != 0 {
		t.Errorf("a quick write was %v", ops[5:])
	}
	if b.String() != "i2c-1" {
		t.Errorf("named %s", b)
	}
}

func TestRefusedBeforeTheKernel(t *testing.T) {
	k := kernel()
	b := open(t, k, i2cdev.Config{})
	for name, err := range map[string]error{
		"address of 8 bits": b.Tx(0x80, []byte{1}, nil),
		"too much":          b.Tx(0x76, nil, make([]byte, 8193)),
		"nothing":           b.Tx(0x76, nil, nil),
	} {
		if !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, calls := k.Counts(); calls != 0 {
		t.Errorf("%d calls", calls)
	}
	err := b.SetSpeed(400 * physic.KiloHertz)
	if !errors.Is(err, syscall.EOPNOTSUPP) || !strings.Contains(err.Error(), "dtparam=i2c_arm_baudrate=400000") {
		t.Error(err)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	k := kernel()
	b := open(t, k, i2cdev.Config{})
	for want, x := range map[string]struct{ w, r []byte }{
		"write 2 bytes to 0x13 on i2c-1: ":            {make([]byte, 2), nil},
		"read 3 bytes from 0x13 on i2c-1: ":           {nil, make([]byte, 3)},
		"write 1 and read 8 bytes at 0x13 on i2c-1: ": {make([]byte, 1), make([]byte, 8)},
	} {
		err := b.Tx(0x13, x.w, x.r)
		if !errors.Is(err, remoteIO) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s…", err, want)
		}
	}
	if err := b.Quick(0x13); !errors.Is(err, remoteIO) || !strings.HasPrefix(err.Error(), "ask for 0x13 on i2c-1: ") {
		t.Error(err)
	}
	k.Short(true)
	if err := b.Tx(0x76, []byte{0xd0}, make([]byte, 1)); !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), "1 of 2 messages") {
		t.Errorf("an adapter that did half: %v", err)
	}
}

func TestOpen(t *testing.T) {
	k := kernel()
	open(t, k, i2cdev.Config{Deadline: 500 * time.Millisecond, KernelTimeout: 123 * time.Millisecond, Retries: 4})
	if timeout, retries := k.Limits(); timeout != 13 || retries != 4 {
		t.Errorf("I2C_TIMEOUT %d, I2C_RETRIES %d; want 13 (x 10 ms) and 4", timeout, retries)
	}
	open(t, k, i2cdev.Config{Retries: -1})
	if timeout, retries := k.Limits(); timeout != 50 || retries != 0 {
		t.Errorf("I2C_TIMEOUT %d, I2C_RETRIES %d; want 50 and 0", timeout, retries)
	}
	smbus := kernel()
	smbus.Functions = 0x00010000
	if _, err := i2cdev.Open(i2cdev.Config{Path: "/dev/i2c-2", Open: smbus.Open}); !errors.Is(err, syscall.EOPNOTSUPP) {
		t.Errorf("an adapter without plain I2C: %v", err)
	}
	if files, _ := smbus.Counts(); files != 0 {
		t.Errorf("%d files left open", files)
	}
	noQuick := kernel()
	noQuick.Functions = 1
	if err := open(t, noQuick, i2cdev.Config{}).Quick(0x76); !errors.Is(err, syscall.EOPNOTSUPP) {
		t.Errorf("quick write without quick writes: %v", err)
	}
}

func TestClose(t *testing.T) {
	k := kernel()
	b := open(t, k, i2cdev.Config{})
	if err := errors.Join(b.Close(), b.Close()); err != nil {
		t.Error(err)
	}
	if files, _ := k.Counts(); files != 0 {
		t.Errorf("%d files left open", files)
	}
	if err := b.Tx(0x76, []byte{0}, nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("transfer on a closed bus: %v", err)
	}
}

// TestRealFiles: the kernel's own answers, as far as a machine without I2C gives them.
func TestRealFiles(t *testing.T) {
	if _, err := i2cdev.Open(i2cdev.Config{Path: filepath.Join(t.TempDir(), "i2c-1")}); !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, syscall.ENOENT) {
		t.Errorf("no file: %v", err)
	}
	if _, err := i2cdev.Open(i2cdev.Config{Path: os.DevNull}); !errors.Is(err, syscall.ENOTTY) {
		t.Errorf("not an adapter: %v", err)
	}
	path := filepath.Join(t.TempDir(), "i2c-1")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := i2cdev.OpenDevice(path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var funcs uintptr
	if _, err := d.Exchange(0x0705, unsafe.Pointer(&funcs)); !errors.Is(err, syscall.ENOTTY) {
		t.Errorf("I2C_FUNCS of a plain file: %v", err)
	}
	if err := d.Set(0x0702, 1); !errors.Is(err, syscall.ENOTTY) {
		t.Errorf("I2C_TIMEOUT of a plain file: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Exchange(0x0705, unsafe.Pointer(&funcs)); !errors.Is(err, syscall.ENODEV) {
		t.Errorf("after its file has gone: %v", err)
	}
}

func TestUnplugged(t *testing.T) {
	k := kernel()
	b := open(t, k, i2cdev.Config{})
	k.Fail(syscall.ENODEV)
	if err := b.Tx(0x76, []byte{0xd0}, make([]byte, 1)); !errors.Is(err, syscall.ENODEV) || !b.Gone() {
		t.Errorf("%v, gone %v", err, b.Gone())
	}
	if files, _ := k.Counts(); files != 0 {
		t.Error("the device file is still open: the kernel waits for it")
	}
	if err := b.Tx(0x76, []byte{0xd0}, make([]byte, 1)); !errors.Is(err, syscall.ENODEV) {
		t.Errorf("afterwards: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
