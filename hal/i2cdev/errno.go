package i2cdev

import "syscall"

// errRemoteIO is EREMOTEIO of asm-generic/errno.h, which arm, arm64 and amd64 share. Package syscall has the name on
// Linux only, and errors must be understood where the module is merely compiled.
const errRemoteIO = syscall.Errno(121)

// noAck are the errnos of an address that does not answer. They differ by adapter: EREMOTEIO on BCM2835 and Tegra,
// ENXIO on bit-banged and DesignWare buses, ETIMEDOUT on the CP2112 bridge.
var noAck = []error{errRemoteIO, syscall.ENXIO, syscall.ETIMEDOUT}
