package spidev

import "unsafe"

// Device is an open SPI device. Tests replace it (spidevtest.Kernel). Calls come from the port's own goroutine, those
// of Connect from its caller's. Errors are syscall.Errno values.
type Device interface {
	// Exchange is an ioctl whose argument is memory. It returns the ioctl's result.
	Exchange(op uintptr, arg unsafe.Pointer) (int, error)
	Close() error
}
