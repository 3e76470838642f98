package mcp9808_test

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
	"github.com/dunlin-iot/dunlin/hal/mcp9808"
	"github.com/dunlin-iot/dunlin/hal/mcp9808/mcp9808test"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"periph.io/x/conn/v3/i2c"
)

func source(bus *chiptest.Bus) *poll.Source {
	return mcp9808.New(mcp9808.Config{
		Bus: func() (i2c.BusCloser, error) { return bus, nil }, Where: "i2c-1", Every: 2 * time.Millisecond, Convert: 100 * time.Microsecond,
	})
}

func plugged(c *mcp9808test.Chip) *chiptest.Bus {
	c.Convert(10 * time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x18: c})
}

func TestContract(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}},
		Endless:  func(*testing.T) hal.Source { return source(plugged(mcp9808test.New())) },
		Absent:   func(*testing.T) hal.Source { return source(chiptest.New(nil)) },
		Broken: func(*testing.T) hal.Source {
			bus, n := plugged(mcp9808test.New()), 0
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

// TestTable: the chip's words are sign, 8 bits of degrees and 4 of sixteenths (data sheet, section 5.1.3.1 and its
// example: 0xc194 is 25.25 Cel with two alert bits), as the model writes them and as the driver reads them.
func TestTable(t *testing.T) {
	for _, c := range []struct {
		celsius float64
		bits    uint16 // without the alert bits
	}{{25.25, 0x0194}, {0, 0}, {0.0625, 1}, {-0.0625, 0x1fff}, {-25, 0x1e70}, {-40, 0x1d80}, {100.5, 0x0648}, {124.9375, 0x07cf}} {
		chip := mcp9808test.New()
		chip.SetCelsius(c.celsius)
		bus := plugged(chip)
		bus.Keep()
		blocks, _ := run(t, source(bus), 1, nil)
		near(t, "temperature", blocks[0].Values[0], c.celsius, 0)
		var word uint16
		for _, op := range bus.Ops() {
			if len(op.Write) == 1 && op.Write[0] == 5 {
				word = uint16(op.Read[0])<<8 | uint16(op.Read[1])
			}
		}
		if word&0x1fff != c.bits {
			t.Errorf("%v Cel is 0x%04x, want 0x%04x", c.celsius, word&0x1fff, c.bits)
		}
	}
}

func TestRefusedTransfersAreAGap(t *testing.T) {
	c := mcp9808test.New()
	bus := plugged(c)
	blocks, h := run(t, source(bus), 3, func(i int) {
		if i == 1 {
			bus.Refuse(0x18, 3)
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
		spoil  func(*mcp9808test.Chip)
		want   string
		absent bool
	}{
		{"another maker's chip", func(c *mcp9808test.Chip) { c.SetIDs(0x1131, 0x0400) }, "0x1131", true},
		{"another chip", func(c *mcp9808test.Chip) { c.SetIDs(0x0054, 0x0201) }, "0x0201", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			chip := mcp9808test.New()
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

// TestBrownOut: the 0 Cel of a chip that has not converted yet does not get out.
func TestBrownOut(t *testing.T) {
	c := mcp9808test.New()
	blocks := 0
	err := source(plugged(c)).Run(t.Context(), func(b hal.Block) {
		near(t, "temperature", b.Values[0], 23, 0)
		if blocks++; blocks == 2 {
			c.Convert(time.Hour)
			c.BrownOut()
		}
	})
	if err == nil || !strings.Contains(err.Error(), "lost its settings") || blocks != 2 {
		t.Errorf("%v after %d blocks", err, blocks)
	}
}

// TestNoYesterday: a chip that was shut down shows its last temperature until it has converted again.
func TestNoYesterday(t *testing.T) {
	c := mcp9808test.New()
	bus := plugged(c)
	run(t, source(bus), 1, nil)
	if got := c.Configuration(); got != 0x0100 {
		t.Errorf("configuration 0x%04x after the run, want shutdown", got)
	}
	c.SetCelsius(-20)
	blocks, _ := run(t, source(bus), 1, nil)
	near(t, "temperature", blocks[0].Values[0], -20, 0)
}

// TestSlowChip: 250 ms is typical, the sheet has no longest time. A chip a fifth slower shows the temperature of before
// its shutdown for a fifth longer.
func TestSlowChip(t *testing.T) {
	c := mcp9808test.New()
	bus := plugged(c)
	slow := func() *poll.Source {
		return mcp9808.New(mcp9808.Config{
			Bus: func() (i2c.BusCloser, error) { return bus, nil }, Where: "i2c-1", Every: 50 * time.Millisecond, Convert: 50 * time.Millisecond,
		})
	}
	run(t, slow(), 1, nil)
	c.Convert(60 * time.Millisecond)
	c.SetCelsius(-20)
	blocks, _ := run(t, slow(), 1, nil)
	near(t, "temperature", blocks[0].Values[0], -20, 0)
}

// TestCauseOfErrors: periph's driver drops the errno; it is back in the chain.
func TestCauseOfErrors(t *testing.T) {
	bus, armed := plugged(mcp9808test.New()), false
	bus.Fault(func(uint16) error {
		if armed {
			return syscall.ETIMEDOUT
		}
		return nil
	})
	if err := source(bus).Run(t.Context(), func(hal.Block) { armed = true }); !errors.Is(err, syscall.ETIMEDOUT) {
		t.Errorf("%v", err)
	}
}

func TestImpossibleConfig(t *testing.T) {
	for want, cfg := range map[string]mcp9808.Config{"0x18 to 0x1f": {Address: 0x76}, "cannot be read every 100ms": {Every: 100 * time.Millisecond}} {
		if err := mcp9808.New(cfg).Run(t.Context(), func(hal.Block) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
