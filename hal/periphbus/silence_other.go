//go:build !linux

package periphbus

import "syscall"

// silence are the errors that mean that no chip acknowledged; EREMOTEIO is Linux's own.
var silence = [...]error{syscall.ENXIO, syscall.ETIMEDOUT}
