// Package ina219 is the source for the INA219, which measures the voltage of a supply and the current through a shunt
// on I2C (TI SBOS448).
//
// An I2C bus and the shunt's resistance enter; volts, amperes and watts leave. Each sample is one triggered measurement
// of both voltages whose end is read from the chip, so that the three values belong together; periph's ina219 reads
// registers between which the chip goes on measuring, and drops the cause of an error. What the chip could not compute
// (bit OVF), or computed without the calibration that was written (it lost its power), is an error and never a sample.
// Power is voltage times current of the same measurement, negative for a current that flows back.
//
// The package imports hal, hal/poll, hal/judge, hal/periphbus, internal/clock and periph's interfaces. It starts no
// goroutine. The model of the chip is in ina219test.
package ina219
