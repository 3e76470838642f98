//go:build !linux

package chiptest

import "syscall"

// noAck stands for EREMOTEIO, which only Linux has.
const noAck = syscall.ENXIO
