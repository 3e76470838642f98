package periphbus

import "syscall"

// silence are the errors by which adapters say that no chip acknowledged: EREMOTEIO most of them, ENXIO the ones that
// follow Documentation/i2c/fault-codes.rst, ETIMEDOUT the CP2112 USB bridge.
var silence = [...]error{syscall.EREMOTEIO, syscall.ENXIO, syscall.ETIMEDOUT}
