package tmp102_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/tmp102"
	"github.com/dunlin-iot/dunlin/hal/tmp102/tmp102test"
	"periph.io/x/conn/v3/i2c"
)

func source(bus *chiptest.Bus) *poll.Source {
	return tmp102.New(tmp102.Config{
		Bus: func() (i2c.BusCloser, error) { return bus, nil }, Where: "i2c-1", Every: 2 * time.Millisecond, Convert: 100 * time.Microsecond,
	})
}

func plugged(c *tmp102test.Chip) *chiptest.Bus {
	c.Convert(10 * time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x48: c})
}

func TestContract(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}},
		Endless:  func(*testing.T) hal.Source { return source(plugged(tmp102test.New())) },
		Absent:   func(*testing.T) hal.Source { return source(chiptest.New(nil)) },
		Broken: func(*testing.T) hal.Source {
			bus, n := plugged(tmp102test.New()), 0
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
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
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

func near(t *testing.T, what string, got float32, want, within float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > within {
		t.Errorf("%s %v, want %v ± %v", what, got, want, within)
	}
}

// TestTable: the chip's 12 bits by the data sheet's table of temperatures, as the model writes them and as the driver
// reads them.
func TestTable(t *testing.T) {
	for _, c := range []struct {
		celsius float64
		bits    uint16
	}{
		{127.875, 0x7fe}, {100, 0x640}, {80, 0x500}, {75, 0x4b0}, {50, 0x320}, {25, 0x190}, {0.25, 0x004}, {0, 0},
		{-0.25, 0xffc}, {-25, 0xe70}, {-55, 0xc90},
	} {
		chip := tmp102test.New()
		chip.SetCelsius(c.celsius)
		bus := plugged(chip)
		bus.Keep()
		blocks, _ := run(t, source(bus), 1, nil)
		near(t, "temperature", blocks[0].Values[0], c.celsius, 0)
		var word uint16
		for _, op := range bus.Ops() {
			if len(op.Write) == 1 && op.Write[0] == 0 && word == 0 {
				word = uint16(op.Read[0])<<8 | uint16(op.Read[1])
			}
		}
		if word != c.bits<<4 {
			t.Errorf("%v Cel is 0x%03x, want 0x%03x", c.celsius, word>>4, c.bits)
		}
	}
}

func TestRefusedTransfersAreAGap(t *testing.T) {
	c := tmp102test.New()
	bus := plugged(c)
	blocks, h := run(t, source(bus), 3, func(i int) {
		if i == 1 {
			bus.Refuse(0x48, 3)
			c.SetCelsius(-10)
		}
	})
	if !blocks[1].Discont || h.Skipped != 3 {
		t.Errorf("gap %v, skipped %d, want a gap of 3", blocks[1].Discont, h.Skipped)
	}
	near(t, "temperature after the gap", blocks[1].Values[0], -10, 0.01)
}

// TestNothingUsefulIsEmitted: a run that must end with an error and emit nothing.
func TestNothingUsefulIsEmitted(t *testing.T) {
	for _, c := range []struct {
		name   string
		spoil  func(*tmp102test.Chip)
		want   string
		absent bool
	}{
		{"another chip", func(c *tmp102test.Chip) { c.Pretend() }, "none of a TMP102", true},
		{"still converting", func(c *tmp102test.Chip) { c.Convert(time.Hour) }, "too long", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			chip := tmp102test.New()
			bus := plugged(chip)
			c.spoil(chip)
			err := source(bus).Run(t.Context(), func(b hal.Block) { t.Errorf("emitted %v", b.Values) })
			var gone *hal.AbsentError
			if err == nil || errors.As(err, &gone) != c.absent || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if bus.Closed() != 1 {
				t.Errorf("bus closed %d times", bus.Closed())
			}
		})
	}
}

// TestTooHot: 0x7ff stands for all that is too hot for 12 bits, so it is no measurement.
func TestTooHot(t *testing.T) {
	c := tmp102test.New()
	bus := plugged(c)
	blocks, h := run(t, source(bus), 2, func(i int) {
		if i > 1 {
			return
		}
		c.SetCelsius(140)
		left := 9 // transfers: three conversions
		bus.Fault(func(uint16) error {
			if left--; left < 0 {
				c.SetCelsius(20)
			}
			return nil
		})
	})
	near(t, "temperature", blocks[1].Values[0], 20, 0)
	if h.Skipped == 0 || !blocks[1].Discont {
		t.Errorf("skipped %d, gap %v", h.Skipped, blocks[1].Discont)
	}
}

// TestExtendedModeIsLeft: somebody left the chip in the mode of 13 bits, and a thermostat with its alert active high.
func TestExtendedModeIsLeft(t *testing.T) {
	c := tmp102test.New()
	c.Configure(0x64b0) // power-on, POL and EM set, 1 Hz more
	c.SetCelsius(60)
	blocks, _ := run(t, source(plugged(c)), 1, nil)
	near(t, "temperature", blocks[0].Values[0], 60, 0)
	if got := c.Configuration(); got&0x0400 == 0 || got&0x0010 != 0 || got&0x0100 == 0 {
		t.Errorf("configuration 0x%04x, want POL kept, EM cleared, shut down", got)
	}
}

// TestFirstSampleIsNew: a chip that converts four times a second rests for most of it. Shut down and told to convert by
// one write it would do neither, and show what it has converted before: the one-shot bit acts in shutdown only.
func TestFirstSampleIsNew(t *testing.T) {
	c := tmp102test.New()
	bus := plugged(c)
	for word := [2]byte{}; word[0] == 0; {
		if err := errors.Join(c.Write([]byte{0}), c.Read(word[:])); err != nil {
			t.Fatal(err)
		}
	}
	c.SetCelsius(60)
	blocks, h := run(t, source(bus), 1, nil)
	near(t, "temperature", blocks[0].Values[0], 60, 0)
	if h.Skipped != 0 {
		t.Errorf("skipped %d", h.Skipped)
	}
}

// upset is a chip to which something happens after each start of a conversion.
type upset struct {
	*tmp102test.Chip
	happens func(*tmp102test.Chip)
	armed   bool
	started bool
}

func (u *upset) Write(w []byte) error {
	if u.armed && u.started {
		u.happens(u.Chip)
	}
	u.started = len(w) == 3 && w[1]&0x80 != 0 // the one-shot bit of the configuration
	return u.Chip.Write(w)
}

// TestSettingsLost: something happens to the chip between the start of a conversion and its end.
func TestSettingsLost(t *testing.T) {
	for name, happens := range map[string]func(*tmp102test.Chip){
		"another program": (*tmp102test.Chip).Extend, "the supply dips": (*tmp102test.Chip).BrownOut,
	} {
		c := &upset{Chip: tmp102test.New(), happens: happens}
		c.Convert(10 * time.Microsecond)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		blocks := 0
		err := source(chiptest.New(map[uint16]chiptest.Model{0x48: c})).Run(ctx, func(hal.Block) {
			blocks++
			c.armed = blocks == 2
		})
		if err == nil || !strings.Contains(err.Error(), "lost its settings") || blocks != 2 {
			t.Errorf("%s: %v after %d blocks", name, err, blocks)
		}
	}
}

// TestRecovers: after a dip of the supply the chip converts by itself; the next sample is of a conversion of our own.
func TestRecovers(t *testing.T) {
	c := &upset{Chip: tmp102test.New(), happens: (*tmp102test.Chip).BrownOut}
	c.Convert(10 * time.Microsecond)
	happened := false
	c.happens = func(chip *tmp102test.Chip) {
		chip.BrownOut()
		c.armed, happened = false, true
	}
	blocks, h := run(t, source(chiptest.New(map[uint16]chiptest.Model{0x48: c})), 3, func(i int) {
		c.armed = i == 1
		c.SetCelsius(20 + float64(i))
	})
	if !happened || h.Skipped != 1 || !blocks[1].Discont {
		t.Errorf("%v, skipped %d, gap %v", happened, h.Skipped, blocks[1].Discont)
	}
	near(t, "temperature", blocks[1].Values[0], 21, 0)
	near(t, "temperature", blocks[2].Values[0], 22, 0)
}

func TestImpossibleAddress(t *testing.T) {
	err := tmp102.New(tmp102.Config{Address: 0x76}).Run(t.Context(), func(hal.Block) {})
	if err == nil || !strings.Contains(err.Error(), "0x48 to 0x4b") {
		t.Errorf("%v", err)
	}
}
