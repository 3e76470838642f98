package board

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/dunlin-iot/dunlin/hal"
)

const loadI2C = "load the kernel module: sudo modprobe i2c-dev, and for every start: echo i2c-dev | sudo tee /etc/modules-load.d/i2c-dev.conf"

// enableI2C is how a bus is switched on, on boards where that is known.
func (b *Board) enableI2C(n int) string {
	switch {
	case b.kind.raspberry() && n == 1:
		return fmt.Sprintf("switch the bus on: add dtparam=i2c_arm=on to %s and reboot, or run: sudo raspi-config nonint do_i2c 0", b.bootConfig())
	case b.kind.raspberry() && n == 0:
		return fmt.Sprintf("switch the bus on: add dtparam=i2c_vc=on to %s and reboot", b.bootConfig())
	case b.kind == RaspberryPi4 && n >= 3 && n <= 6, b.kind == RaspberryPi5 && (n == 2 || n == 3):
		return fmt.Sprintf("switch the bus on: add dtoverlay=i2c%d to %s and reboot", n, b.bootConfig())
	case b.kind.jetson():
		return "choose the pins of the bus with: sudo /opt/nvidia/jetson-io/jetson-io.py, and reboot"
	}
	return ""
}

func (b *Board) enableSPI() string {
	switch {
	case b.kind.raspberry():
		return fmt.Sprintf("switch the port on: add dtparam=spi=on to %s and reboot, or run: sudo raspi-config nonint do_spi 0", b.bootConfig())
	case b.kind.jetson():
		return "switch the pins to SPI with: sudo /opt/nvidia/jetson-io/jetson-io.py, reboot, and load the module: sudo modprobe spidev"
	}
	return ""
}

// bootConfig is the Raspberry Pi's configuration file; systems before Debian 12 have it in another place.
func (b *Board) bootConfig() string {
	if !b.exists("boot/firmware/config.txt") && b.exists("boot/config.txt") {
		return "/boot/config.txt"
	}
	return "/boot/firmware/config.txt"
}

func bindSPI(n string) string {
	return fmt.Sprintf("give the device to spidev: sudo modprobe spidev; echo spidev | sudo tee /sys/bus/spi/devices/spi%s/driver_override; echo spi%s | sudo tee /sys/bus/spi/drivers/spidev/bind", n, n)
}

func releaseSPI(n, driver string) string {
	return fmt.Sprintf("use the kernel driver %s through driver iio, or release the device: echo spi%s | sudo tee /sys/bus/spi/drivers/%s/unbind", driver, n, driver)
}

// allow is how the service's account gets at a device file.
func (b *Board) allow(path string) string {
	id, known := groupID(b.path(path))
	name := b.groupName(id)
	subsystem := "i2c-dev"
	if strings.Contains(path, "spidev") {
		subsystem = "spidev"
	}
	if !known || id == 0 || name == "" {
		return fmt.Sprintf(`give the file a group: echo 'SUBSYSTEM=="%s", GROUP="%s", MODE="0660"' | sudo tee /etc/udev/rules.d/60-dunlin.rules, then: sudo udevadm control --reload && sudo udevadm trigger && sudo systemctl restart dunlin`,
			subsystem, b.cfg.User)
	}
	return fmt.Sprintf("add the account to the file's group: sudo usermod -aG %s %s && sudo systemctl restart dunlin", name, b.cfg.User)
}

// groupName looks a group up in /etc/group, which is where device groups are.
func (b *Board) groupName(id uint32) string {
	for line := range strings.Lines(text(b.path("etc/group"))) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) >= 3 && f[2] == strconv.FormatUint(uint64(id), 10) {
			return f[0]
		}
	}
	return ""
}

// absent says that a bus cannot be used as it is.
func absent(what string, err error, fix string) error {
	return &hal.AbsentError{What: what, Err: err, Fix: fix}
}

// refused turns an error of opening a device file into absence with its fix; other errors stay as they are.
func (b *Board) refused(bus Bus, load string, err error) error {
	switch {
	case errors.Is(err, syscall.EPERM):
		return absent("bus "+bus.Name, err, "allow the device in the unit file: DeviceAllow=char-i2c rw and DeviceAllow=char-spi rw, then: sudo systemctl daemon-reload && sudo systemctl restart dunlin")
	case errors.Is(err, syscall.EACCES):
		return absent("bus "+bus.Name, err, b.allow(bus.Path))
	case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ENXIO):
		return absent("bus "+bus.Name, err, load)
	case errors.Is(err, syscall.EOPNOTSUPP):
		return absent("bus "+bus.Name, err, "use another adapter, or the kernel's driver of the chip through driver iio")
	}
	return err
}
