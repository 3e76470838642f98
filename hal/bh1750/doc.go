// Package bh1750 is the source for the BH1750FVI, an ambient light sensor on I2C (ROHM technical note 2009.04 Rev.B).
//
// An I2C bus enters; illuminance in lux leaves. Each sample is one one-time measurement with its measurement time
// written before it and the longest time of the sheet waited for: the chip has no bit that says it is done, and reads
// back the value before until then. A chip that lost its power reads 0, which is darkness too: a zero after light is
// measured twice before it is believed. Periph's bh1750 sends the reset command for power on and off alike and cuts lux to
// whole numbers, so this package speaks to the chip itself.
//
// The package imports hal, hal/poll, hal/judge, hal/periphbus, internal/clock and periph's interfaces. It starts no
// goroutine. The model of the chip is in bh1750test.
package bh1750
