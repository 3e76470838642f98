package spidev

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Advise is one sentence for the person who can mend it, from an error of a port; empty for no error.
func Advise(port string, err error) string {
	if err == nil {
		return ""
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Sprintf("%s hangs in the kernel: look for a message of its controller in dmesg, and restart the device", port)
	}
	for _, a := range sentences {
		if errors.Is(err, a.errno) {
			return fmt.Sprintf(a.text, port)
		}
	}
	return fmt.Sprintf("look in the kernel's log for a message about %s: dmesg | grep -i spi", port)
}

var sentences = []struct {
	errno syscall.Errno
	text  string
}{
	{syscall.EACCES, "%s may not be opened: add the user to the group of its device file with: sudo usermod -aG spi dunlin, then restart the service"},
	{syscall.EPERM, "%s may not be opened: allow the device in the unit file (DeviceAllow=char-spi rw), then restart the service"},
	{syscall.ENOENT, "%s does not exist: add dtparam=spi=on to /boot/firmware/config.txt and reboot (Raspberry Pi), or load the module with: sudo modprobe spidev"},
	{syscall.EMSGSIZE, "%s cannot move that much in one message: raise the limit with spidev.bufsiz=65536 in the kernel's command line"},
	{syscall.EINVAL, "%s cannot do that mode, word size or clock: choose a lower clock, 8 bits, and a mode that its controller has"},
	{syscall.EBUSY, "%s is in use: close the other source or program that has it open"},
	{syscall.ESHUTDOWN, "%s was removed: bind its driver again, or restart the device"},
	{syscall.ETIMEDOUT, "%s did not finish a transfer in time: choose a lower clock or shorter messages"},
}
