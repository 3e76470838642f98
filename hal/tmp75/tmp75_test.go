package tmp75_test

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/tmp75"
	"github.com/dunlin-iot/dunlin/hal/tmp75/tmp75test"
	"periph.io/x/conn/v3/i2c"
)

func source(bus *chiptest.Bus) *poll.Source {
	return tmp75.New(tmp75.Config{
		Bus: func() (i2c.BusCloser, error) { return bus, nil }, Where: "i2c-1", Every: 2 * time.Millisecond, Convert: 100 * time.Microsecond,
	})
}

func plugged(c *tmp75test.Chip) *chiptest.Bus {
	c.Convert(10 * time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x48: c})
}

func TestContract(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}},
		Endless:  func(*testing.T) hal.Source { return source(plugged(tmp75test.New())) },
		Absent:   func(*testing.T) hal.Source { return source(chiptest.New(nil)) },
		Broken: func(*testing.T) hal.Source {
			bus, n := plugged(tmp75test.New()), 0
			bus.Fault(func(uint16) error {
				if n++; n > 20 {
					return syscall.EIO
				}
				return nil
			})
			return source(bus)
		},
	})
}

// run collects n blocks; after may change the world when a block has come.
func run(t *testing.T, s *poll.Source, n int, after func(i int)) (blocks []hal.Block, h hal.Health) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := s.Run(ctx, func(b hal.Block) {
		b.Values = append([]float32(nil), b.Values...)
		if blocks = append(blocks, b); after != nil {
			after(len(blocks))
		}
		if h = s.Health(); len(blocks) == n {
			cancel()
		}
	})
	if err != nil || len(blocks) < n {
		t.Fatalf("%d blocks, %v, want %d", len(blocks), err, n)
	}
	return blocks[:n], h
}

// TestTable: the chip's 12 bits by the data sheet's table of temperatures, as the model writes them and as the driver
// reads them.
func TestTable(t *testing.T) {
	for _, c := range []struct {
		celsius float32
		bits    uint16
	}{
		{127.875, 0x7fe}, {100, 0x640}, {80, 0x500}, {75, 0x4b0}, {50, 0x320}, {25, 0x190}, {0.25, 0x004}, {0, 0},
		{-0.25, 0xffc}, {-25, 0xe70}, {-55, 0xc90},
	} {
		chip := tmp75test.New()
		chip.SetCelsius(float64(c.celsius))
		bus := plugged(chip)
		bus.Keep()
		blocks, _ := run(t, source(bus), 1, nil)
		if got := blocks[0].Values[0]; got != c.celsius {
			t.Errorf("%v Cel is read as %v", c.celsius, got)
		}
		for _, op := range bus.Ops() {
			if len(op.Write) == 1 && op.Write[0] == 0 {
				if word := uint16(op.Read[0])<<8 | uint16(op.Read[1]); word != c.bits<<4 {
					t.Errorf("%v Cel is 0x%03x, want 0x%03x", c.celsius, word>>4, c.bits)
				}
			}
		}
	}
}

// TestSettingsAreKept: a thermostat with its alert active high after six faults; after power-on the chip has 9 bits.
func TestSettingsAreKept(t *testing.T) {
	c := tmp75test.New()
	c.Configure(0x1c) // F1, F0, POL
	c.SetCelsius(20.0625)
	blocks, _ := run(t, source(plugged(c)), 1, nil)
	if got := c.Configuration(); got != 0x7d || blocks[0].Values[0] != 20.0625 {
		t.Errorf("configuration 0x%02x, %v Cel, want 0x7d and 20.0625", got, blocks[0].Values[0])
	}
}

func TestEverySampleIsNew(t *testing.T) {
	c := tmp75test.New()
	blocks, h := run(t, source(plugged(c)), 3, func(i int) { c.SetCelsius(30 + float64(i)) })
	for i, want := range []float32{23, 31, 32} {
		if blocks[i].Values[0] != want || h.Skipped != 0 {
			t.Errorf("sample %d is %v, want %v; skipped %d", i, blocks[i].Values[0], want, h.Skipped)
		}
	}
}

func TestRefusedTransfersAreAGap(t *testing.T) {
	c := tmp75test.New()
	bus := plugged(c)
	blocks, h := run(t, source(bus), 2, func(i int) {
		if i == 1 {
			bus.Refuse(0x48, 3)
			c.SetCelsius(-10)
		}
	})
	if !blocks[1].Discont || h.Skipped != 3 || blocks[1].Values[0] != -10 {
		t.Errorf("gap %v, skipped %d, then %v; want a gap of 3 and -10", blocks[1].Discont, h.Skipped, blocks[1].Values[0])
	}
}

func TestAnotherChip(t *testing.T) {
	for name, spoil := range map[string]func(*tmp75test.Chip) chiptest.Model{
		"an LM75":    func(c *tmp75test.Chip) chiptest.Model { c.LM75(); return c },
		"an ADS1115": func(*tmp75test.Chip) chiptest.Model { return fixed{0x85, 0x83} },
	} {
		bus := chiptest.New(map[uint16]chiptest.Model{0x48: spoil(tmp75test.New())})
		err := source(bus).Run(t.Context(), func(b hal.Block) { t.Errorf("emitted %v", b.Values) })
		var gone *hal.AbsentError
		if !errors.As(err, &gone) || !strings.Contains(err.Error(), "none of a TMP75") || bus.Closed() != 1 {
			t.Errorf("%s: %v, bus closed %d times", name, err, bus.Closed())
		}
	}
}

// fixed says the same whatever it is asked.
type fixed []byte

func (f fixed) Write([]byte) error { return nil }

func (f fixed) Read(r []byte) error {
	copy(r, f)
	return nil
}

// upset is a chip to which something happens after a start of a conversion.
type upset struct {
	*tmp75test.Chip
	happens func(*tmp75test.Chip)
	armed   bool
	started bool
}

func (u *upset) Write(w []byte) error {
	if u.armed && u.started {
		u.happens(u.Chip)
		u.armed = false
	}
	u.started = len(w) == 2 && w[1]&0x80 != 0 // the one-shot bit of the configuration
	return u.Chip.Write(w)
}

// TestSettingsLost: what happens to the chip between the start of a conversion and its end costs one sample.
func TestSettingsLost(t *testing.T) {
	for name, happens := range map[string]func(*tmp75test.Chip){
		"another program": func(c *tmp75test.Chip) { c.Configure(0) }, "the supply dips": (*tmp75test.Chip).BrownOut,
	} {
		c := &upset{Chip: tmp75test.New(), happens: happens}
		c.Convert(10 * time.Microsecond)
		blocks, h := run(t, source(chiptest.New(map[uint16]chiptest.Model{0x48: c})), 3, func(i int) {
			c.armed = i == 1
			c.SetCelsius(20 + float64(i))
		})
		if h.Skipped != 1 || !blocks[1].Discont || blocks[1].Values[0] != 21 || blocks[2].Values[0] != 22 {
			t.Errorf("%s: skipped %d, gap %v, then %v and %v", name, h.Skipped, blocks[1].Discont, blocks[1].Values[0], blocks[2].Values[0])
		}
	}
}

// TestTooHot: 0x7ff stands for all that is too hot for 12 bits, so it is no measurement.
func TestTooHot(t *testing.T) {
	c := tmp75test.New()
	c.SetCelsius(140)
	bus, left := plugged(c), 12 // transfers: three for a conversion, and three to set up
	bus.Fault(func(uint16) error {
		if left--; left < 0 {
			c.SetCelsius(20)
		}
		return nil
	})
	blocks, h := run(t, source(bus), 1, nil)
	if blocks[0].Values[0] != 20 || h.Skipped == 0 {
		t.Errorf("%v Cel, skipped %d", blocks[0].Values[0], h.Skipped)
	}
}

func TestImpossibleAddress(t *testing.T) {
	err := tmp75.New(tmp75.Config{Address: 0x76}).Run(t.Context(), func(hal.Block) {})
	if err == nil || !strings.Contains(err.Error(), "0x48 to 0x4f") {
		t.Errorf("%v", err)
	}
}
