// Package registers reads and writes the byte-wide registers of a chip, over I2C or SPI alike.
//
// A register's number and bytes enter, bytes and errors with their errno leave. Identify tells a chip that is not there
// (*hal.AbsentError with its fix) from one that is broken and from another chip at its address. A Watch finds out, every
// second, whether a chip still holds what was written: one that was reset in between does not. The package imports hal
// and periph's interfaces, knows no chip, allocates nothing on reads and starts no goroutine. A Conn and its Watch
// belong to one goroutine.
package registers
