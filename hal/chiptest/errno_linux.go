package chiptest

import "syscall"

// NoAck is what a Linux adapter says when nobody acknowledges; see the kernel's Documentation/i2c/fault-codes.
const NoAck = syscall.EREMOTEIO
