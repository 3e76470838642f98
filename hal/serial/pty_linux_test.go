package serial_test

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// pty makes a pseudo terminal: the board's end, and the path of ours.
func pty(t *testing.T) (board *os.File, path string) {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	board = os.NewFile(uintptr(fd), "/dev/ptmx")
	t.Cleanup(func() { _ = board.Close() }) // some tests have closed it: that is the unplugging
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	return board, fmt.Sprintf("/dev/pts/%d", n)
}

// settings are those of the line, whichever end one asks.
func settings(t *testing.T, path string) *unix.Termios {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY, 0) // root may, in spite of TIOCEXCL
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS2)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
