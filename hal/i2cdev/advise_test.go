package i2cdev_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/i2cdev"
)

func TestAdvise(t *testing.T) {
	never, often := i2cdev.Stats{Failed: 5}, i2cdev.Stats{Failed: 5, Transfers: 95}
	for _, c := range []struct {
		err   error
		stats i2cdev.Stats
		want  []string
	}{
		{os.ErrDeadlineExceeded, often, []string{"i2c-1 hangs", "holds SDA low", "supply off and on", "dtoverlay=i2c-gpio"}},
		{syscall.ETIMEDOUT, never, []string{"nothing has ever answered at 0x76", "supply, ground, SDA and SCL", "pull-ups"}},
		{syscall.ETIMEDOUT, often, []string{"too late", "5 of 100", "pull-ups (2.2 to 4.7 kOhm)", "stretches the clock", "dtoverlay=i2c-gpio", "Raspberry Pi"}},
		{remoteIO, never, []string{"nothing has ever answered at 0x76 on i2c-1"}},
		{syscall.ENXIO, often, []string{"only now and then", "5 of 100", "loose contact"}},
		{syscall.EAGAIN, often, []string{"another master", "shorten the cable"}},
		{syscall.EBUSY, often, []string{"a kernel driver owns the address", "driver iio", "holds SDA low"}},
		{syscall.EIO, often, []string{"loose contact", "bus clock"}},
		{syscall.EACCES, never, []string{"sudo usermod -aG i2c dunlin", "restart the service"}},
		{syscall.EPERM, never, []string{"DeviceAllow=char-i2c rw"}},
		{syscall.ENOENT, never, []string{"dtparam=i2c_arm=on", "/boot/firmware/config.txt", "reboot", "sudo modprobe i2c-dev"}},
		{syscall.ENODEV, often, []string{"unplugged"}},
		{syscall.ESHUTDOWN, often, []string{"unplugged or put to sleep"}},
		{syscall.EOPNOTSUPP, never, []string{"driver iio"}},
		{syscall.EINVAL, never, []string{"malformed"}},
		{errors.New("other"), never, []string{"dmesg | grep -i i2c"}},
	} {
		got := i2cdev.Advise("i2c-1", 0x76, fmt.Errorf("read 1 bytes: %w", c.err), c.stats)
		for _, want := range append(c.want, "i2c-1") {
			if !strings.Contains(got, want) {
				t.Errorf("%v: %q lacks %q", c.err, got, want)
			}
		}
	}
	if got := i2cdev.Advise("i2c-1", 0x76, nil, often); got != "" {
		t.Errorf("advice for no trouble: %q", got)
	}
}

func TestMissing(t *testing.T) {
	for _, errno := range []syscall.Errno{remoteIO, syscall.ENXIO, syscall.ETIMEDOUT, syscall.ENODEV, syscall.ESHUTDOWN} {
		err := i2cdev.Missing("bme280 at i2c-1 0x76", 0x76, fmt.Errorf("read: %w", errno))
		var gone *hal.AbsentError
		if !errors.As(err, &gone) || gone.What != "bme280 at i2c-1 0x76" || gone.Fix == "" || !errors.Is(err, errno) {
			t.Errorf("%v: %#v", errno, err)
			continue
		}
		plug := errno == syscall.ENODEV || errno == syscall.ESHUTDOWN
		if plug != strings.Contains(gone.Fix, "plug the adapter") || plug == strings.Contains(gone.Fix, "dunlin sources ls") {
			t.Errorf("%v: fix %q", errno, gone.Fix)
		}
	}
	var gone *hal.AbsentError
	if err := i2cdev.Missing("tmp102 at i2c-1", 0x48, remoteIO); !errors.As(err, &gone) || gone.What != "tmp102 at i2c-1 at 0x48" {
		t.Errorf("a name without its address: %v", err)
	}
	for _, other := range []error{syscall.EIO, syscall.EAGAIN, os.ErrDeadlineExceeded, nil} {
		if err := i2cdev.Missing("x", 0x76, other); err != other { //nolint:errorlint // the very error
			t.Errorf("%v became %v", other, err)
		}
	}
}
