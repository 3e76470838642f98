// Package guest proves the hardware packages against a real kernel: it boots the machine of cross/guest under QEMU and
// has its first process (test/guest/init) do one check for each subtest, on a fake CP2112 USB-to-I2C bridge
// (test/guest/bridge) with models of chips behind it, on the kernel's timers, on its loopback sound card and on its virtual
// camera. It holds only tests.
package guest
