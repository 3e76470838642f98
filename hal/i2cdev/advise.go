package i2cdev

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Advise is one sentence for the person who can mend it, from an error of a bus and the counts of the address that it
// happened at; empty for no error. Boards that are known have better words for a bus that is not there (hal/board).
func Advise(bus string, address uint16, err error, s Stats) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Sprintf("%s hangs in the kernel, most likely because a chip holds SDA low: switch the sensors' supply off and on, "+
			"and if it comes back move them to a bit-banged bus, which can free the line (dtoverlay=i2c-gpio on a Raspberry Pi)", bus)
	case errors.Is(err, syscall.ETIMEDOUT):
		return timedOut(bus, address, s)
	case errors.Is(err, errRemoteIO), errors.Is(err, syscall.ENXIO):
		return unanswered(bus, address, s)
	}
	for _, a := range sentences {
		if errors.Is(err, a.errno) {
			return fmt.Sprintf(a.text, bus)
		}
	}
	return fmt.Sprintf("look in the kernel's log for a message about %s: dmesg | grep -i i2c", bus)
}

// sentences, one for each cause that needs no counts; each takes the name of the bus.
var sentences = []struct {
	errno syscall.Errno
	text  string
}{
	{syscall.EAGAIN, "%s lost the bus to another master again and again: connect one master only, or shorten the cable if there is no second one"},
	{syscall.EBUSY, "%s is busy: a kernel driver owns the address (use driver iio, or unbind it), or a chip holds SDA low (switch the sensors' supply off and on)"},
	{syscall.EIO, "%s broke off in the middle of a transfer: check for a loose contact, shorten the cable, or lower the bus clock"},
	{syscall.EACCES, "%s may not be opened: add the user to the group of its device file with: sudo usermod -aG i2c dunlin, then restart the service"},
	{syscall.EPERM, "%s may not be opened: allow the device in the unit file (DeviceAllow=char-i2c rw), then restart the service"},
	{syscall.ENOENT, "%s does not exist: add dtparam=i2c_arm=on to /boot/firmware/config.txt and reboot (Raspberry Pi), or load the module with: sudo modprobe i2c-dev"},
	{syscall.ENODEV, "%s was unplugged: plug the adapter in again"},
	{syscall.ESHUTDOWN, "%s was unplugged or put to sleep: plug the adapter in again"},
	{syscall.EOPNOTSUPP, "%s cannot carry plain I2C transfers: use another adapter, or the kernel's driver for the chip through driver iio"},
	{syscall.EINVAL, "%s refused a transfer as malformed: check the address, and read less at a time"},
}

func timedOut(bus string, address uint16, s Stats) string {
	if s.Transfers == 0 {
		return unanswered(bus, address, s)
	}
	return fmt.Sprintf("0x%02x on %s answers too late now and then (%s): check the pull-ups (2.2 to 4.7 kOhm) and the cable; "+
		"if the chip stretches the clock, use dtoverlay=i2c-gpio, because the I2C hardware of a Raspberry Pi up to the 4 does that wrong", address, bus, share(s))
}

func unanswered(bus string, address uint16, s Stats) string {
	if s.Transfers == 0 {
		return fmt.Sprintf("nothing has ever answered at 0x%02x on %s: check supply, ground, SDA and SCL, the pull-ups and the address", address, bus)
	}
	return fmt.Sprintf("0x%02x on %s answers only now and then (%s): check for a loose contact, and that the chip is not read faster than it measures",
		address, bus, share(s))
}

func share(s Stats) string {
	return fmt.Sprintf("%d of %d transfers failed", s.Failed, s.Failed+s.Transfers)
}
