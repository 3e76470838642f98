// Package bme280 reads Bosch's BME280 (temperature, pressure, humidity) and BMP280 (no humidity) over I2C or
// SPI.
//
// A bus or a port enters through Config, a hal.Source of one sample for each Every leaves: the chip sleeps, one forced
// measurement is asked for, waited out and read in a single burst, so that the chip's shadow registers keep the sample
// whole. Formulas are the integer ones of the data sheet (BST-BME280-DS002, section 4.2.3), which the kernel's bmp280
// driver uses too: 0.01 Cel, 1/256 Pa, 1/1024 %. The package imports hal, hal/judge, hal/poll, hal/registers,
// internal/clock and periph's bus interfaces. It starts no goroutine.
//
// Registers are our own, not periph's bmxx80 (devices/v3 3.7.4), because for samples that one
//   - spins without end while the measuring bit is set, as it is when a broken bus reads 0xff, and ignores ctx;
//   - takes the registers of a measurement that never happened (0x80000, 0x8000) for values, as after a brown-out;
//   - computes with calibration words that are all 0x00 or all 0xff;
//   - decodes negative humidity words H4 and H5 as positive ones;
//   - turns the bus's error into text.
package bme280
