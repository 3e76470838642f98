//go:build !linux

package chiptest

import "syscall"

// NoAck stands for EREMOTEIO, which only Linux has.
const NoAck = syscall.ENXIO
