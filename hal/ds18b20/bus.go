package ds18b20

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"periph.io/x/conn/v3/onewire"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Bus is a 1-Wire bus that thermometers share, as one of them has it. What it returns when nobody answers a reset is an
// onewire.NoDevicesError.
type Bus interface {
	// Do runs f while nobody else has the bus.
	Do(ctx context.Context, f func(Tx) error) error
	// Search asks for the identities of all chips. It may let others in between two of them.
	Search(ctx context.Context) ([]onewire.Address, error)
	// Hint is what the bus knows of why a chip may not be found on it, as the end of a sentence; empty for nothing.
	Hint(ctx context.Context) string
	Close() error
}

// Tx is one transaction: a reset, the bytes of w, then those of r. A strong pull-up holds until the next one.
type Tx = func(w, r []byte, power onewire.Pullup) error

// Commands, sections "DS18B20 ROM Commands" and "DS18B20 Function Commands".
const (
	matchROM        = 0x55
	convert         = 0x44
	readScratchpad  = 0xBE
	writeScratchpad = 0x4E
	readPowerSupply = 0xB4
)

var (
	errResolution = errors.New("the chip does not keep the resolution")
	errSupply     = errors.New("the chip does not say clearly how it is powered: check the wires, their length and the pull-up of 4.7 kohm")
)

// busChip is a thermometer on a bus that the kernel does not drive.
type busChip struct {
	bus      Bus
	where    string
	id       string
	selects  [9]byte       // match ROM and the identity
	unit     time.Duration // one conversion at 12 bits
	takes    time.Duration // one conversion
	parasite bool
	history  history
}

func openBus(ctx context.Context, cfg Config) (poll.Chip, error) {
	bus, err := cfg.Bus(ctx)
	if err != nil {
		return nil, err
	}
	c := &busChip{bus: bus, where: cfg.Where, unit: cfg.Convert}
	if err := c.start(ctx, cfg); err != nil {
		return nil, errors.Join(err, bus.Close())
	}
	return c, nil
}

// start asks the thermometer itself where its identity is known: a search takes a bus with many chips for a second.
func (c *busChip) start(ctx context.Context, cfg Config) error {
	c.id = cfg.ID
	if c.id == "" {
		if err := c.find(ctx); err != nil {
			return err
		}
	}
	if err := c.point(); err != nil {
		return err
	}
	err := c.bus.Do(ctx, func(tx Tx) error { return c.set(tx, cfg.Resolution) })
	if cfg.ID == "" || !errors.Is(err, errSilent) && !empty(err) {
		return err
	}
	if absent := c.find(ctx); absent != nil { // who answers in its place
		return absent
	}
	return err
}

// find searches the bus for the thermometer that is meant.
func (c *busChip) find(ctx context.Context) error {
	all, err := c.bus.Search(ctx)
	if err != nil && !empty(err) {
		return fmt.Errorf("search %s for thermometers: %w", c.where, err)
	}
	var found []string
	for _, a := range all {
		if a&0xFF == 0x28 {
			found = append(found, fmt.Sprintf("%s%012x", family, uint64(a)>>8&0xFFFFFFFFFFFF))
		}
	}
	c.id, err = choose(c.where, c.id, found)
	var gone *hal.AbsentError
	if errors.As(err, &gone) {
		gone.Fix += c.bus.Hint(ctx)
	}
	return err
}

// point makes what selects the chip: its serial number between family and checksum (figure 7), the lowest byte first.
func (c *busChip) point() error {
	serial, err := strconv.ParseUint(strings.TrimPrefix(c.id, family), 16, 48)
	if err != nil {
		return fmt.Errorf("open ds18b20 at %s: %q is no identity of a DS18B20", c.where, c.id)
	}
	rom := binary.LittleEndian.AppendUint64([]byte{matchROM}, serial<<8|0x28)
	rom[8] = onewire.CalcCRC(rom[1:8])
	c.selects = [9]byte(rom)
	return nil
}

// set sets the resolution, keeps the alarm limits, and learns how long a conversion takes and what it is powered by.
func (c *busChip) set(tx Tx, bits int) error {
	s, err := c.memory(tx)
	if err != nil {
		return err
	}
	if bits != 0 && bits != s.bits() {
		if err := c.tell(tx, onewire.WeakPullup, nil, writeScratchpad, s[2], s[3], byte(bits-9)<<5|0x1F); err != nil {
			return err
		}
		if s, err = c.memory(tx); err != nil {
			return err
		}
		if bits != s.bits() {
			return errResolution
		}
	}
	c.takes = c.conversion(s.bits())
	return c.supply(tx)
}

// supply asks how the chip is powered: without a supply of its own it holds the line low in the slots after the command.
func (c *busChip) supply(tx Tx) error {
	var says [1]byte
	if err := c.tell(tx, onewire.WeakPullup, says[:], readPowerSupply); err != nil {
		return err
	}
	if says[0] != 0 && says[0] != 0xFF {
		return errSupply
	}
	c.parasite = says[0] == 0
	return nil
}

// conversion is the longest time of a conversion (table 2): 750 ms at 12 bits, half as much for each less.
func (c *busChip) conversion(bits int) time.Duration { return c.unit >> (12 - bits) }

// tell selects the chip and gives it a command.
func (c *busChip) tell(tx Tx, power onewire.Pullup, r []byte, command ...byte) error {
	return tx(append(c.selects[:len(c.selects):len(c.selects)], command...), r, power)
}

// memory reads the scratchpad.
func (c *busChip) memory(tx Tx) (s scratchpad, err error) {
	if err := c.tell(tx, onewire.WeakPullup, s[:], readScratchpad); err != nil {
		return s, err
	}
	return s, s.check()
}

// Read makes a conversion. A chip that was plugged in anew has another resolution: then the next conversion waits for as
// long as that takes.
func (c *busChip) Read(ctx context.Context, dst []float32) error {
	s, err := c.measure(ctx)
	if empty(err) {
		err = &hal.AbsentError{What: "ds18b20 at " + c.where + " " + c.id, Err: err, Fix: wiringFix}
	}
	if err != nil {
		return err
	}
	if takes := c.conversion(s.bits()); takes != c.takes {
		short := takes > c.takes
		if c.takes = takes; short {
			return errResolution
		}
	}
	celsius, err := c.history.temperature(&s)
	dst[0] = float32(celsius)
	return err
}

// measure lets others have the bus while a chip with a supply of its own converts. One without lives on the line, which
// must rest meanwhile, pulled up strongly.
func (c *busChip) measure(ctx context.Context) (s scratchpad, err error) {
	begin := func(tx Tx) error { return c.tell(tx, onewire.Pullup(c.parasite), nil, convert) }
	wait := func(Tx) error {
		if !clock.Wait(ctx, c.takes) {
			return ctx.Err()
		}
		return nil
	}
	end := func(tx Tx) (err error) {
		s, err = c.memory(tx)
		return err
	}
	if c.parasite {
		return s, c.bus.Do(ctx, func(tx Tx) error { return inTurn(tx, begin, wait, end) })
	}
	if err := c.bus.Do(ctx, begin); err != nil {
		return s, err
	}
	if err := wait(nil); err != nil {
		return s, err
	}
	return s, c.bus.Do(ctx, end)
}

// inTurn does steps until one fails.
func inTurn(tx Tx, steps ...func(Tx) error) error {
	for _, step := range steps {
		if err := step(tx); err != nil {
			return err
		}
	}
	return nil
}

// empty reports whether no chip at all answered.
func empty(err error) bool {
	var none onewire.NoDevicesError
	return errors.As(err, &none) && none.NoDevices()
}

// Close lets go of the bus.
func (c *busChip) Close() error { return c.bus.Close() }
