// Package scd4x reads Sensirion's SCD40, SCD41 and SCD43 over I2C: CO2, temperature and relative humidity.
//
// A bus enters through Config, a hal.Source of one sample for each Every leaves. The chip measures periodically, once in
// 5 s (30 s with LowPower), by its own clock. A read asks whether a new measurement is there, waits for it for up to two
// periods, and takes it; every word carries a CRC. So a sample is never read twice and is at most one period old. With
// Every as long as the chip's period the two clocks drift past each other: now and then a poll waits a whole period and
// counts as dropped. The default of two periods leaves room.
//
// The package imports hal, hal/judge, hal/poll, hal/periphbus, internal/clock, internal/crc8 and periph's bus
// interface. It starts no goroutine.
//
// Commands are our own, not periph's scd4x (devices/v3 3.7.4): that one waits up to 6 s without a context, drops the
// errors of the wait, reads with a repeated start and no time for the chip to fetch its words, takes any chip for the
// right one, and locks itself up when a command stops the measurement.
package scd4x
