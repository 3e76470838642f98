// Package periphbus stands between a chip's driver and its I2C bus, and keeps the cause of a failed transfer.
//
// Drivers of periph.io turn the bus's error into text or drop it, so that nobody above can tell a missing
// acknowledgement from a hung bus. A Bus remembers the last error that a transfer gave, and Explain joins it to what
// the driver returned: errors.Is(err, syscall.EREMOTEIO) then holds. Absent turns the errors that mean "nobody
// answers" into an *hal.AbsentError with its fix. Open functions enter, i2c.BusCloser and errors leave. The package
// imports hal, periph's i2c interfaces and the standard library; it retries nothing and starts no goroutine.
package periphbus
