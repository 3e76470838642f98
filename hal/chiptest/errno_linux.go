package chiptest

import "syscall"

// noAck is what a Linux adapter says when nobody acknowledges; see the kernel's Documentation/i2c/fault-codes.
const noAck = syscall.EREMOTEIO
