// Package adxl345 reads Analog Devices' accelerometer ADXL345 (data sheet rev. E) over I2C or SPI.
//
// A bus enters; samples of ax ay az in m/s2 leave. New drains the chip's FIFO of 32 samples in stream mode, NewPolled
// reads the output registers. A sample is always read in one transfer of six bytes, as the sheet demands: each transfer
// takes one off. The chip measures in full resolution, 256 steps a g whatever the range. Settings are read back and
// watched; a chip that was reset stands by and is noticed. I2C at 400 kHz carries 800 Hz at most (table 7 of the sheet
// and its text); faster rates need SPI.
//
// The package imports hal, hal/fifo, hal/poll, hal/registers, hal/judge, internal/clock and periph's interfaces, and
// starts no goroutine.
package adxl345
