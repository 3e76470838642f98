// Package i2cdevtest helps to test what runs on hal/i2cdev: a kernel without hardware, and the race that a bus must
// survive.
//
// A Kernel stands where /dev/i2c-N would: it decodes the very structs that the ioctls carry, by its own layout, and
// puts chip models (hal/chiptest) behind them. Race is the load under which an unsafe bus reads wrong values; it runs
// on any periph bus, the fake one and a real one. The package imports hal/i2cdev, hal/chiptest and periph's
// interfaces. Only Race starts goroutines, and waits for them.
package i2cdevtest
