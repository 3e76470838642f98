package i2cdev

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// file is a device file of i2c-dev. It is a bare descriptor: the runtime's poller has no use for it.
type file struct {
	path string
	fd   int
	made os.FileInfo
}

// OpenDevice opens a device file of i2c-dev: what a bus uses when Config.Open is nil.
func OpenDevice(path string) (Device, error) {
	for {
		fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CLOEXEC, 0)
		if err == syscall.EINTR { //nolint:errorlint // syscall.Open returns a bare errno
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		made, err := os.Stat(path)
		if err != nil {
			_ = syscall.Close(fd)
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		return &file{path: path, fd: fd, made: made}, nil
	}
}

func (f *file) Set(op, value uintptr) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(f.fd), op, value); errno != 0 {
		return errno
	}
	return nil
}

func (f *file) Exchange(op uintptr, arg unsafe.Pointer) (int, error) {
	n, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(f.fd), op, uintptr(arg))
	if errno == 0 {
		return int(n), nil
	}
	if f.gone() {
		return 0, syscall.ENODEV
	}
	return 0, errno
}

// gone: the kernel takes the file of an adapter away first and then waits until nobody has it open.
func (f *file) gone() bool {
	now, err := os.Stat(f.path)
	return err != nil && os.IsNotExist(err) || err == nil && !os.SameFile(f.made, now)
}

func (f *file) Close() error { return syscall.Close(f.fd) }
