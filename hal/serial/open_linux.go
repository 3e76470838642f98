package serial

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// tolerance of a driver's rate: 8N1 samples the middle of the tenth bit, so half a bit in ten, shared by both ends.
const tolerance = 0.025

// open takes the line for this process and sets it to raw 8N1.
func open(path string, baud int) (*os.File, error) {
	// Without O_NONBLOCK, open waits for a carrier that a three-wire line never has.
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if err := setUp(f, baud); err != nil {
		_ = f.Close() // the error that counts is the first
		return nil, err
	}
	return f, nil
}

func setUp(f *os.File, baud int) error {
	if err := f.SetReadDeadline(time.Time{}); err != nil {
		return fmt.Errorf("not a line that can be waited for: %w", err)
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = configure(int(fd), baud) }); err != nil {
		return err
	}
	return inner
}

// configure uses the calls with a "2", which take any rate as a number (tty_ioctl(2)); drivers turn those that have a
// name into it.
func configure(fd, baud int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS2)
	if err != nil {
		return fmt.Errorf("not a serial line: %w", err)
	}
	if err := unix.IoctlSetInt(fd, unix.TIOCEXCL, 0); err != nil {
		return fmt.Errorf("take the line for this process: %w", err)
	}
	// IGNBRK and IGNPAR would hide what went wrong, and a zero byte must reach the parser. ICRNL alone is on: instruments end
	// a line with a carriage return, a line feed or both, of which the second then ends an empty line.
	t.Iflag, t.Oflag, t.Lflag = unix.ICRNL, 0, 0
	t.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL | unix.BOTHER // no CSTOPB, PARENB, CRTSCTS; no HUPCL: DTR stays raised
	t.Ispeed, t.Ospeed = uint32(baud), uint32(baud)
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS2, t); err != nil {
		return fmt.Errorf("set %d baud: %w", baud, err)
	}
	got, err := unix.IoctlGetTermios(fd, unix.TCGETS2)
	if err != nil {
		return fmt.Errorf("read back the settings: %w", err)
	}
	if off := float64(got.Ospeed)/float64(baud) - 1; off > tolerance || off < -tolerance {
		return fmt.Errorf("set %d baud: the driver makes %d of it", baud, got.Ospeed)
	}
	// What came before the line was set up came at who knows which rate.
	if err := unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH); err != nil {
		return fmt.Errorf("flush input: %w", err)
	}
	return nil
}
