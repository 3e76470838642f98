package clock

import (
	"syscall"
	"time"
	"unsafe"
)

const clockBoottime = 7 // CLOCK_BOOTTIME, include/uapi/linux/time.h

// Boot reads CLOCK_BOOTTIME; it does not allocate.
func (System) Boot() time.Duration {
	var ts syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockBoottime, uintptr(unsafe.Pointer(&ts)), 0); errno != 0 {
		panic("clock: CLOCK_BOOTTIME: " + errno.Error()) // every kernel since 2.6.39 has it
	}
	return time.Duration(ts.Nano())
}
