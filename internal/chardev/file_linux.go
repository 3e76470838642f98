package chardev

import (
	"errors"
	"fmt"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// File is an open device. It belongs to one goroutine.
type File struct {
	fd   int
	path string
	maps [][]byte
}

// Open opens a device for reading and writing without waiting for it to become free.
func Open(path string) (*File, error) {
	for {
		fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		switch {
		case err == nil:
			return &File{fd: fd, path: path}, nil
		case !errors.Is(err, unix.EINTR):
			return nil, &os.PathError{Op: "open", Path: path, Err: err}
		}
	}
}

// Ioctl makes a request whose argument is a structure of the kernel's; nil for a request without one.
func (f *File) Ioctl(request uint32, arg []byte) error {
	for {
		var errno unix.Errno
		if len(arg) == 0 {
			_, _, errno = unix.Syscall(unix.SYS_IOCTL, uintptr(f.fd), uintptr(request), 0)
		} else {
			_, _, errno = unix.Syscall(unix.SYS_IOCTL, uintptr(f.fd), uintptr(request), uintptr(unsafe.Pointer(&arg[0])))
		}
		switch errno {
		case 0:
			return nil
		case unix.EINTR:
			continue
		}
		return errno
	}
}

// Read takes what there is; EAGAIN says that there is nothing yet.
func (f *File) Read(p []byte) (int, error) {
	for {
		n, err := unix.Read(f.fd, p)
		if !errors.Is(err, unix.EINTR) {
			return max(n, 0), err
		}
	}
}

// Wait waits until there is something to read, or trouble to be told by the next call; false after the timeout.
func (f *File) Wait(timeout time.Duration) (ready bool, err error) {
	fds := [1]unix.PollFd{{Fd: int32(f.fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds[:], int(timeout.Milliseconds()))
	if err != nil && !errors.Is(err, unix.EINTR) {
		return false, fmt.Errorf("poll %s: %w", f.path, err)
	}
	return n > 0, nil
}

// Map maps a part of the device's memory until Close.
func (f *File) Map(offset int64, length int) ([]byte, error) {
	m, err := unix.Mmap(f.fd, offset, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map %d bytes of %s: %w", length, f.path, err)
	}
	f.maps = append(f.maps, m)
	return m, nil
}

// Close gives mapped memory back and closes the device.
func (f *File) Close() error {
	var errs []error
	for _, m := range f.maps {
		errs = append(errs, unix.Munmap(m))
	}
	f.maps = nil
	return errors.Join(append(errs, unix.Close(f.fd))...)
}

// Monotonic reads CLOCK_MONOTONIC, in which the kernel stamps sound and pictures: CLOCK_BOOTTIME without suspend.
func Monotonic() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic("chardev: CLOCK_MONOTONIC: " + err.Error()) // every kernel has it
	}
	return time.Duration(ts.Nano())
}
