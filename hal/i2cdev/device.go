package i2cdev

import "unsafe"

// Device is an open adapter: the calls that a bus makes to the kernel. Tests replace it (i2cdevtest.Kernel).
// Exchange and Close are called from the bus's own goroutine and may block. Errors are syscall.Errno values.
type Device interface {
	// Set is an ioctl whose argument is a number.
	Set(op, value uintptr) error
	// Exchange is an ioctl whose argument is memory. It returns the ioctl's result, and ENODEV when the adapter is gone.
	Exchange(op uintptr, arg unsafe.Pointer) (int, error)
	Close() error
}
