// Package ds18b20 is the source for the DS18B20, a thermometer on a 1-Wire bus (Maxim 19-7487).
//
// The kernel's w1 devices in /sys enter, or transactions on a 1-Wire bus (hal/ds2482 has one on I2C); degrees Celsius
// leave. Both ways end in the chip's nine bytes of scratchpad, which are judged here once: the checksum, the bits that
// are always set (nine zeros have a right checksum too), the value of a conversion that had too little power, and the
// 85 degrees that stand there after power-up until a first conversion has ended.
//
// On a bus each source asks its own thermometer how it is powered. One with a supply of its own converts while others
// use the bus; one that lives on the line has the bus for itself until its conversion ends.
//
// Periph's ds18b20 is not used: it refuses 85 degrees for ever, erases the alarm limits when it sets the resolution, and
// sleeps without an end. The package imports hal, hal/poll, hal/judge, internal/clock and periph's interfaces. It starts
// no goroutine. A bus of model chips is in ds18b20test.
package ds18b20
