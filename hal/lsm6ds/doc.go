// Package lsm6ds reads ST's six-axis sensors LSM6DSO and LSM6DSOX (data sheet DS12814, application note AN5192) over I2C
// or SPI.
//
// A bus enters; samples of ax ay az in m/s2 and gx gy gz in rad/s leave. New drains the chip's FIFO: words carry the
// number of their time slot, so that a sample is one slot's two words and nothing is paired across a gap. NewPolled
// reads the output registers in one burst, for slow rates. Either way a sample is never torn: the FIFO's words are
// whole, and block data update holds the output registers. Settings are read back after they were written and again
// every second, so that a chip that was reset is noticed and set up anew. The LSM6DSO32 has the same identity and
// twice the ranges: it is not told apart and must not be used with this driver.
//
// The package imports hal, hal/fifo, hal/poll, hal/registers, hal/judge, internal/clock and periph's interfaces, and
// starts no goroutine.
package lsm6ds
