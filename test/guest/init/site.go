package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"periph.io/x/conn/v3/i2c"

	"github.com/dunlin-iot/dunlin/hal/ads1115/ads1115test"
	"github.com/dunlin-iot/dunlin/hal/bme280/bme280test"
	"github.com/dunlin-iot/dunlin/hal/board"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/i2cdev"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds/lsm6dstest"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/test/guest/bridge"
)

// site is a bridge with models behind it.
type site struct {
	bus    *chiptest.Bus
	air    *bme280test.Chip
	bridge *bridge.Bridge
	board  *board.Board
	cable  *cable
}

// newSite makes a site that is not plugged in. The motion sensor feels resting.
func newSite() *site { return newMovingSite(resting) }

func newMovingSite(signal lsm6dstest.Signal) *site {
	s := &site{air: bme280test.New()}
	meter := ads1115test.New(nil)
	meter.Set(0, volts)
	s.bus = chiptest.New(map[uint16]chiptest.Model{
		airAddress: s.air, voltsAddress: meter, motionAddress: lsm6dstest.New(lsm6dstest.Config{Signal: signal}),
	})
	s.bridge, s.board = bridge.New("fake CP2112", s.bus), board.New(board.Config{})
	return s
}

// cable is a bridge that is plugged in, as the adapter that the kernel made of it.
type cable struct {
	number int
	pull   context.CancelFunc
	ended  chan error
}

// plug connects the bridge and waits until the kernel has made its adapter.
func (s *site) plug(ctx context.Context) error {
	run, pull := context.WithCancel(ctx)
	c := &cable{pull: pull, ended: make(chan error, 1)}
	go func() { c.ended <- s.bridge.Run(run) }()
	err := until(ctx, "an adapter of the bridge", func() bool {
		c.number = adapter()
		return c.number >= 0 && answers(c.path())
	})
	if err != nil {
		pull()
		return errors.Join(err, <-c.ended)
	}
	s.cable = c
	return nil
}

// unplug pulls the cable and waits until the kernel has let go of everything, which it does when all users have closed.
func (s *site) unplug() error {
	c := s.cable
	if c == nil {
		return nil
	}
	s.cable = nil
	c.pull()
	return <-c.ended
}

func (c *cable) path() string { return fmt.Sprintf("/dev/i2c-%d", c.number) }
func (c *cable) name() string { return fmt.Sprintf("i2c-%d", c.number) }

// device is the folder of a device that the kernel knows on the adapter.
func (c *cable) device(address uint16) string {
	return fmt.Sprintf("/sys/bus/i2c/devices/%d-%04x", c.number, address)
}

// declare tells the kernel of a chip, as a device tree would; the kernel's own driver then takes it.
func (c *cable) declare(chip string, address uint16) error {
	file := fmt.Sprintf("/sys/bus/i2c/devices/%s/new_device", c.name())
	if err := os.WriteFile(file, fmt.Appendf(nil, "%s 0x%02x", chip, address), 0o200); err != nil {
		return fmt.Errorf("declare %s: %w", chip, err)
	}
	return nil
}

// forget takes a declaration back, and the chip from the kernel's driver.
func (c *cable) forget(address uint16) error {
	file := fmt.Sprintf("/sys/bus/i2c/devices/%s/delete_device", c.name())
	if err := os.WriteFile(file, fmt.Appendf(nil, "0x%02x", address), 0o200); err != nil {
		return fmt.Errorf("take 0x%02x back: %w", address, err)
	}
	return nil
}

// adapterName is a part of what the kernel calls the bridge's adapter; hal/board finds the bus by it.
const adapterName = "CP2112"

// open is what the driver of the chip at an address opens its bus with.
func (s *site) open(address uint16) func() (i2c.BusCloser, error) {
	return func() (i2c.BusCloser, error) { return s.board.I2C(adapterName, address) }
}

// adapter is the number of the bridge's I2C adapter, or -1.
func adapter() int {
	names, _ := filepath.Glob("/sys/bus/i2c/devices/i2c-*/name")
	for _, n := range names {
		var number int
		if text, err := os.ReadFile(n); err == nil && strings.Contains(string(text), adapterName) {
			if _, err := fmt.Sscanf(filepath.Base(filepath.Dir(n)), "i2c-%d", &number); err == nil {
				return number
			}
		}
	}
	return -1
}

// answers reports whether a chip can be read. While the kernel's driver is still setting up the bridge, the adapter is
// there and answers to transfers are lost, of a real bridge too.
func answers(path string) bool {
	bus, err := i2cdev.Open(i2cdev.Config{Path: path})
	if err != nil {
		return false
	}
	defer bus.Close()
	return bus.Tx(airAddress, []byte{idRegister}, make([]byte, 1)) == nil
}

// until asks again and again until something has come true.
func until(ctx context.Context, what string, ok func() bool) error {
	for !ok() {
		if !clock.Wait(ctx, 5*time.Millisecond) {
			return fmt.Errorf("wait for %s: %w", what, context.Cause(ctx))
		}
	}
	return nil
}
