package spidev

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// file is a device file of spidev, a bare descriptor.
type file int

// OpenDevice opens a device file of spidev: what a port uses when Config.Open is nil.
func OpenDevice(path string) (Device, error) {
	for {
		fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CLOEXEC, 0)
		if err == syscall.EINTR { //nolint:errorlint // syscall.Open returns a bare errno
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		return file(fd), nil
	}
}

func (f file) Exchange(op uintptr, arg unsafe.Pointer) (int, error) {
	n, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(f), op, uintptr(arg))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func (f file) Close() error { return syscall.Close(int(f)) }

// bufsiz is the module's limit for one message; 4096 where it cannot be read, which is the module's own default.
func bufsiz() int {
	b, err := os.ReadFile("/sys/module/spidev/parameters/bufsiz")
	if err != nil {
		return defaultMax
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || n <= 0 {
		return defaultMax
	}
	return n
}
