// Package spidevtest is a kernel with an SPI chip and no hardware, for tests of what runs on hal/spidev.
//
// It decodes the very structs that the ioctls carry, by its own layout, and hands the bytes of each transfer to a
// model. The package imports hal/spidev and the standard library and starts no goroutine.
package spidevtest
