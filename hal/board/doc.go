// Package board knows the machine: which board it is, which I2C and SPI buses it has and whether they may be used. It
// opens them by name and owns every Close.
//
// What enters is a bus name from the configuration ("i2c-1", "1", "/dev/i2c-1", or a part of an adapter's name as
// "CP2112"); what leaves is a handle of periph's i2c.BusCloser or spi.PortCloser. Handles of one I2C bus share one
// device file: the last one to close closes it, and Board.Close closes what is left. An adapter that was unplugged and
// plugged in again is opened anew; one that hangs in the kernel is not, until the kernel lets go of it. What is not
// there or not allowed is an *hal.AbsentError whose Fix is the line to type on this very board. An address that a
// kernel driver owns is refused with EBUSY, because the kernel would let both talk to the chip at once.
//
// Scan asks each address as carefully as i2cdetect does, and Guess tells what it probably is, with reads that do not
// disturb. The package reads /proc and /sys and writes neither. It imports hal, hal/i2cdev, hal/spidev, periph's
// interfaces and the standard library. Its goroutines are those of the open buses.
package board
