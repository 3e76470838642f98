// Package raspberry runs the agent on an emulated Raspberry Pi 3: the stock Debian kernel, the board's own I2C
// controller, and a thermometer on it whose temperature the test moves while the agent reads it. Part of `make test-hw`.
// It holds only tests.
package raspberry
