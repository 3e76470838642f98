// Package hx711 is the source for the HX711, a 24-bit ADC for load cells that is read through two GPIO lines (Avia
// Semiconductor data sheet).
//
// Two pins of periph's gpio interfaces enter; weight leaves, in grams when Config knows the cell's scale. The chip
// converts by itself, 10 or 80 times a second, and pulls its data line low when it has something. Reading it is a matter
// of time: a clock pulse longer than 60 us powers the chip down in the middle of a value. So every pulse is timed, a
// reading with a long one is discarded, the chip is reset on purpose, and what it converts until it has settled is
// discarded too; after the last pulse the data line must be high again, or the bits did not come from an HX711. Periph's
// hx711 does none of that.
//
// The package imports hal, hal/poll, hal/judge, internal/clock and periph's interfaces. It starts no goroutine. The
// model of the chip is in hx711test.
package hx711
