// Package mcp9808 reads Microchip's MCP9808 thermometer over I2C, through periph's driver.
//
// A bus enters through Config, a hal.Source of one sample for each Every leaves. The chip converts all the time, four
// times a second at 0.0625 Cel, and its two bytes are read in one transfer, so that a sample is whole and at most one
// conversion old. The package imports hal, hal/judge, hal/poll, hal/periphbus, internal/clock and periph. It starts no
// goroutine.
//
// periph's driver (devices/v3 3.7.4) is used for registers and conversion, never its SenseContinuous, which passes
// failed reads on as 0 K. What it lacks stands here: the cause of its errors (hal/periphbus), the identity of the chip,
// a wait for the first conversion after the chip was woken, and a mark that tells a chip that was reset and still shows
// its default of 0 Cel. The mark is the critical limit of 125 Cel; the chip's alert output is off.
package mcp9808
