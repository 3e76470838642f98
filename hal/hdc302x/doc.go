// Package hdc302x reads TI's HDC3020, HDC3021 and HDC3022 over I2C: temperature and relative humidity.
//
// A bus enters through Config, a hal.Source of one sample for each Every leaves. The chip sleeps; each sample is a
// triggered measurement with lowest noise, both words checked by their CRC (data sheet, "trigger-on demand").
// The package imports hal, hal/judge, hal/poll, hal/periphbus, internal/clock, internal/crc8 and periph's bus
// interface. It starts no goroutine.
//
// Commands are our own, not periph's hdc302x (devices/v3 3.7.4): that one lets the chip measure by its own clock, which
// drifts against ours, so that a poll finds either nothing (the chip does not acknowledge) or a sample of unknown age;
// it sleeps for a whole period when it opens, without a context; it takes any chip at the address for the right one;
// and it leaves a heater on that somebody else had switched on.
package hdc302x
