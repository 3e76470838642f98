package ds18b20

import (
	"context"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/onewire"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Commands, section "DS18B20 Function Commands".
const (
	convert         = 0x44
	readScratchpad  = 0xBE
	writeScratchpad = 0x4E
)

var errResolution = errors.New("the chip does not keep the resolution")

// busChip is a thermometer on a bus of periph's.
type busChip struct {
	bus     onewire.BusCloser
	dev     onewire.Dev
	takes   time.Duration // one conversion
	history history
}

func openBus(cfg Config) (poll.Chip, error) {
	bus, err := cfg.Bus()
	if err != nil {
		return nil, err
	}
	c := &busChip{bus: bus}
	if err := c.start(cfg); err != nil {
		return nil, errors.Join(err, bus.Close())
	}
	return c, nil
}

func (c *busChip) start(cfg Config) error {
	all, err := c.bus.Search(false)
	if err != nil && !empty(err) {
		return fmt.Errorf("search %s for thermometers: %w", cfg.Where, err)
	}
	addresses := map[string]onewire.Address{}
	var found []string
	for _, a := range all {
		if a&0xFF == 0x28 {
			id := fmt.Sprintf("28-%012x", uint64(a)>>8&0xFFFFFFFFFFFF)
			addresses[id], found = a, append(found, id)
		}
	}
	id, err := choose(cfg.Where, cfg.ID, found)
	if err != nil {
		return err
	}
	c.dev = onewire.Dev{Bus: c.bus, Addr: addresses[id]}
	return c.resolve(cfg.Resolution)
}

// empty reports whether no chip at all answered.
func empty(err error) bool {
	var none onewire.NoDevicesError
	return errors.As(err, &none) && none.NoDevices()
}

// resolve sets the resolution, keeps the alarm limits, and learns how long a conversion takes.
func (c *busChip) resolve(bits int) error {
	s, err := c.memory()
	if err != nil {
		return err
	}
	if bits != 0 && bits != s.bits() {
		if err := c.dev.Tx([]byte{writeScratchpad, s[2], s[3], byte(bits-9)<<5 | 0x1F}, nil); err != nil {
			return err
		}
		if s, err = c.memory(); err != nil {
			return err
		}
		if bits != s.bits() {
			return errResolution
		}
	}
	c.takes = conversion(s.bits())
	return nil
}

// conversion is the longest time of a conversion (table 2): 93.75 ms at 9 bits, twice as much for each more.
func conversion(bits int) time.Duration { return 93750 * time.Microsecond << (bits - 9) }

// memory reads the scratchpad.
func (c *busChip) memory() (s scratchpad, err error) {
	if err := c.dev.Tx([]byte{readScratchpad}, s[:]); err != nil {
		if empty(err) {
			err = &hal.AbsentError{What: "ds18b20 at " + c.dev.String(), Err: err, Fix: wiringFix}
		}
		return s, err
	}
	return s, s.check()
}

// Read makes a conversion. The line is pulled up strongly meanwhile, for chips without a supply of their own. A chip
// that was plugged in anew has another resolution: then the next conversion waits for as long as that takes.
func (c *busChip) Read(ctx context.Context, dst []float32) error {
	if err := c.dev.TxPower([]byte{convert}, nil); err != nil {
		return err
	}
	if !clock.Wait(ctx, c.takes) {
		return ctx.Err()
	}
	s, err := c.memory()
	if err != nil {
		return err
	}
	if takes := conversion(s.bits()); takes != c.takes {
		short := takes > c.takes
		if c.takes = takes; short {
			return errResolution
		}
	}
	celsius, err := c.history.temperature(&s)
	dst[0] = float32(celsius)
	return err
}

// Close lets go of the bus.
func (c *busChip) Close() error { return c.bus.Close() }
