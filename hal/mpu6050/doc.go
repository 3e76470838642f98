// Package mpu6050 reads InvenSense's six-axis sensors MPU-6050, MPU-6500 and MPU-9250 (its accelerometer and gyroscope)
// over I2C, by register maps RM-MPU-6000A-00 and RM-MPU-6500A-00.
//
// A bus enters; samples of ax ay az in m/s2 and gx gy gz in rad/s leave. New drains the chip's FIFO, NewPolled reads
// the data registers in one burst. The FIFO is a ring of bytes that does not know samples: once it has run over, or a
// transfer has failed half way, nobody can tell where a sample begins. So the flag of an overrun is read after the data
// it may have spoilt, and whatever is in doubt is thrown away with the whole FIFO and counted. The data registers are
// never read while the FIFO runs, which puts some of these chips out of step. Settings are read back and watched.
//
// The package imports hal, hal/fifo, hal/poll, hal/registers, hal/judge, internal/clock and periph's interfaces, and
// starts no goroutine.
package mpu6050
