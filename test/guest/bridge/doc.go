// Package bridge is a fake CP2112, the USB-to-I2C bridge of Silicon Labs, behind /dev/uhid: the kernel's own driver
// hid-cp2112 makes a real I2C adapter and a real GPIO chip of it, and models of chips answer what is sent on that bus.
//
// Enters: a chiptest.Bus with its models, and the levels of the bridge's GPIO lines. Leaves: nothing but what the
// kernel reads. Reports and their lengths are those of application note AN495, "CP2112 Interface Specification". Run
// serves from one goroutine, its caller's; the device is there as long as Run runs, so its end is an unplugged cable.
// The package imports hal/chiptest, the standard library and golang.org/x/sys, and is for tests only.
//
// Limits of the real part that show on the bus: one write, one read, or one write of up to 16 bytes and a read with a
// repeated start; 61 bytes a write, 512 a read. GPIO lines are polled by the kernel's driver, so edges come with the
// delay of its poll.
package bridge
