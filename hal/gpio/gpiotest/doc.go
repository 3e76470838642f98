// Package gpiotest is a gpio.Host of lines that a test moves: levels, edges with stamps and numbers as the kernel gives
// them, edges lost in a full buffer, lines in use, chips that go away.
//
// Its clock is CLOCK_BOOTTIME less a Lag, as CLOCK_MONOTONIC is after the machine slept for that long. The package
// imports hal/gpio and internal/clock; the goroutines of Pulse end when their line is closed.
package gpiotest
