package board

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
)

var errNoBus = errors.New("no such bus")

// findI2C finds a bus by name, number, path, or a part of its adapter's name.
func (b *Board) findI2C(name string) (Bus, error) {
	short := strings.TrimPrefix(name, "/dev/")
	if _, err := strconv.ParseUint(short, 10, 16); err == nil {
		short = "i2c-" + short
	}
	var there, named []Bus
	for _, bus := range b.i2cBuses() {
		if bus.State == NotEnabled {
			continue
		}
		there = append(there, bus)
		switch {
		case bus.Name == short:
			return bus, b.usable(bus)
		case !adapterName.MatchString(short) && short != "" && strings.Contains(strings.ToLower(bus.Adapter), strings.ToLower(short)):
			named = append(named, bus)
		}
	}
	switch {
	case len(named) == 1:
		return named[0], b.usable(named[0])
	case len(named) > 1:
		return Bus{}, fmt.Errorf("find bus %s: several adapters have that name, say which: %s", name, names(named))
	}
	if fix := b.enableI2C(number(short)); fix != "" && adapterName.MatchString(short) && (b.kind.raspberry() || len(there) == 0) {
		return Bus{}, absent("bus "+short, errNoBus, fix)
	}
	return Bus{}, absent("bus "+short, errNoBus, choose("I2C bus", there))
}

func (b *Board) findSPI(name string) (Bus, error) {
	short := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(name), "/dev/"), "spi")
	short = "spidev" + strings.TrimPrefix(short, "dev")
	var there []Bus
	for _, bus := range b.spiBuses() {
		if bus.State == NotEnabled {
			continue
		}
		if bus.Name == short {
			return bus, b.usable(bus)
		}
		there = append(there, bus)
	}
	if fix := b.enableSPI(); fix != "" && len(there) == 0 {
		return Bus{}, absent("port "+short, errNoBus, fix)
	}
	return Bus{}, absent("port "+short, errNoBus, choose("SPI device", there))
}

// usable is the error of a bus that is there and cannot be opened.
func (b *Board) usable(bus Bus) error {
	switch bus.State {
	case Usable:
		return nil
	case Denied:
		return absent("bus "+bus.Name, syscall.EACCES, bus.Fix)
	case Owned:
		return fmt.Errorf("open %s: kernel driver %s owns it; %s: %w", bus.Name, bus.Devices[0].Driver, bus.Fix, syscall.EBUSY)
	}
	return absent("bus "+bus.Name, fmt.Errorf("%s does not exist", bus.Path), bus.Fix)
}

// choose names what there is in place of what was asked for.
func choose(what string, there []Bus) string {
	if len(there) == 0 {
		return fmt.Sprintf("this machine has no %s: plug an adapter in, or enable one in its firmware or device tree", what)
	}
	return fmt.Sprintf("use one that there is: %s", names(there))
}

func names(buses []Bus) string {
	var all []string
	for _, bus := range buses {
		if bus.Adapter != "" {
			all = append(all, fmt.Sprintf("%s (%s)", bus.Name, bus.Adapter))
		} else {
			all = append(all, bus.Name)
		}
	}
	return strings.Join(all, ", ")
}
