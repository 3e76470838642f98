package board

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// State says whether a bus can be used.
type State string

// States of a bus.
const (
	Usable     State = "usable"
	Denied     State = "no permission"
	NotEnabled State = "not enabled" // no such bus, but the board has one to be switched on
	NoFile     State = "no device file"
	Owned      State = "owned by a kernel driver" // SPI devices only; on I2C each address has its own owner
)

// Bus is one I2C bus or one SPI device (a chip select).
type Bus struct {
	Name    string   // "i2c-1", "spidev0.0"
	Path    string   // "/dev/i2c-1"
	Adapter string   // the kernel's name of the adapter, or of the SPI device's controller
	State   State    //
	Fix     string   // what makes it usable; empty when it is
	Devices []Device // that the kernel knows on it
}

// Device is a chip that the kernel knows.
type Device struct {
	Address uint16 // on I2C
	Name    string // "bme280"
	Driver  string // the kernel driver that owns it; empty when none does
}

var (
	adapterName = regexp.MustCompile(`^i2c-([0-9]+)$`)
	clientName  = regexp.MustCompile(`^([0-9]+)-00([0-9a-f]{2})$`)
	spiName     = regexp.MustCompile(`^(?:spidev|spi)([0-9]+\.[0-9]+)$`)
)

// Buses are the I2C buses and then the SPI devices, by number, those included that the board could have.
func (b *Board) Buses() []Bus { return append(b.i2cBuses(), b.spiBuses()...) }

func (b *Board) i2cBuses() []Bus {
	numbers := map[int]bool{}
	for _, n := range append(b.list("sys/bus/i2c/devices"), b.list("dev")...) {
		if m := adapterName.FindStringSubmatch(n); m != nil {
			number, _ := strconv.Atoi(m[1]) // digits only
			numbers[number] = true
		}
	}
	var buses []Bus
	for n := range numbers {
		buses = append(buses, b.i2cBus(n))
	}
	if b.kind.raspberry() && !numbers[1] {
		buses = append(buses, Bus{Name: "i2c-1", Path: "/dev/i2c-1", State: NotEnabled, Fix: b.enableI2C(1)})
	}
	slices.SortFunc(buses, func(x, y Bus) int { return cmp.Compare(number(x.Name), number(y.Name)) })
	return buses
}

func (b *Board) i2cBus(n int) Bus {
	name := fmt.Sprintf("i2c-%d", n)
	bus := Bus{Name: name, Path: "/dev/" + name, Adapter: text(b.path("sys/bus/i2c/devices/" + name + "/name"))}
	bus.State, bus.Fix = b.state(bus.Path, loadI2C)
	for _, entry := range b.list("sys/bus/i2c/devices") {
		m := clientName.FindStringSubmatch(entry)
		if m == nil || m[1] != strconv.Itoa(n) {
			continue
		}
		address, _ := strconv.ParseUint(m[2], 16, 8) // two hex digits
		dir := "sys/bus/i2c/devices/" + entry
		bus.Devices = append(bus.Devices, Device{Address: uint16(address), Name: text(b.path(dir + "/name")), Driver: b.driver(dir)})
	}
	return bus
}

func (b *Board) spiBuses() []Bus {
	names := map[string]bool{}
	for _, n := range append(b.list("sys/bus/spi/devices"), b.list("dev")...) {
		if m := spiName.FindStringSubmatch(n); m != nil {
			names[m[1]] = true
		}
	}
	var buses []Bus
	for n := range names {
		buses = append(buses, b.spiBus(n))
	}
	if (b.kind.raspberry() || b.kind.jetson()) && len(names) == 0 {
		buses = append(buses, Bus{Name: "spidev0.0", Path: "/dev/spidev0.0", State: NotEnabled, Fix: b.enableSPI()})
	}
	slices.SortFunc(buses, func(x, y Bus) int { return strings.Compare(x.Name, y.Name) })
	return buses
}

func (b *Board) spiBus(n string) Bus {
	dir := "sys/bus/spi/devices/spi" + n
	bus := Bus{Name: "spidev" + n, Path: "/dev/spidev" + n}
	if target, err := os.Readlink(b.path(dir)); err == nil {
		bus.Adapter = filepath.Base(filepath.Dir(target)) // …/spi_master/spi0/spi0.0
	}
	driver := b.driver(dir)
	if b.exists(dir) {
		bus.Devices = []Device{{Name: text(b.path(dir + "/modalias")), Driver: driver}}
	}
	if driver != "" && driver != "spidev" {
		bus.State, bus.Fix = Owned, releaseSPI(n, driver)
		return bus
	}
	bus.State, bus.Fix = b.state(bus.Path, bindSPI(n))
	return bus
}

// state of a device file; load is the fix when there is none.
func (b *Board) state(path, load string) (State, string) {
	if !b.exists(path) {
		return NoFile, load
	}
	if err := b.cfg.Access(b.path(path)); err != nil {
		return Denied, b.allow(path)
	}
	return Usable, ""
}

// driver is the kernel driver that is bound to a device's folder.
func (b *Board) driver(dir string) string {
	target, err := os.Readlink(b.path(dir + "/driver"))
	if err != nil {
		return ""
	}
	return filepath.Base(target)
}

// list are the names in a folder; none when it cannot be read.
func (b *Board) list(dir string) (names []string) {
	entries, err := os.ReadDir(b.path(dir))
	if err != nil {
		return nil
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func number(name string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(name, "i2c-"))
	if err != nil {
		return -1
	}
	return n
}
