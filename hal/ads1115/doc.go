// Package ads1115 is the source for the ADS1115, a 16-bit ADC with four inputs on I2C (TI SBAS444).
//
// An I2C bus enters; voltages leave, one channel for each input or pair of inputs. Several inputs take turns: each is
// one single-shot conversion, and its end is read from the chip (bit OS), for data rates are off by up to 10 % and a
// fixed wait returns the voltage of the input before (which is why periph's ads1x15 is not used). A single input is
// converted continuously, which starts nothing on the bus and is steadier. Every sample checks that the chip still has
// the configuration that was written: one that lost its power, or that somebody else set up, is an error, not a zero.
//
// The package imports hal, hal/poll, hal/judge, hal/periphbus, internal/clock and periph's interfaces. It starts no
// goroutine. The model of the chip is in ads1115test.
package ads1115
