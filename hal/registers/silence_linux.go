package registers

import "syscall"

// silence is how adapters say that nothing acknowledged: ENXIO and EREMOTEIO by Documentation/i2c/fault-codes.rst of
// the kernel, ETIMEDOUT the CP2112 bridge, EIO some old ones.
var silence = [...]error{syscall.ENXIO, syscall.EREMOTEIO, syscall.ETIMEDOUT, syscall.EIO}
