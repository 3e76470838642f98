package mcp9808_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/mcp9808"
	"github.com/dunlin-iot/dunlin/hal/mcp9808/mcp9808test"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/poll/polltest"
)

func source(bus *chiptest.Bus) *poll.Source {
	return mcp9808.New(mcp9808.Config{
		Bus: bus.Open, Where: "i2c-1", Every: 2 * time.Millisecond, Convert: 100 * time.Microsecond,
	})
}

func plugged(c *mcp9808test.Chip) *chiptest.Bus {
	c.Convert(10 * time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x18: c})
}

type rig = polltest.Rig[*mcp9808test.Chip]

func TestDriver(t *testing.T) {
	polltest.Run(t, polltest.Subject[*mcp9808test.Chip]{
		Address: 0x18, Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}},
		Chip: mcp9808test.New, Plug: plugged, Source: source,
		Change: func(c *mcp9808test.Chip) { c.SetCelsius(-10) }, Changed: []float64{-10}, Within: []float64{0},
		Beyond: func(c *mcp9808test.Chip) { c.SetCelsius(-60) },
		Faults: []polltest.Fault[*mcp9808test.Chip]{
			polltest.Absent("another maker's chip", "0x1131", func(r rig) { r.Chip.SetIDs(0x1131, 0x0400) }),
			polltest.Absent("another chip", "0x0201", func(r rig) { r.Chip.SetIDs(0x0054, 0x0201) }),
		},
	})
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
		blocks, _ := haltest.Collect(t, source(bus), 1, nil)
		haltest.Near(t, "temperature", blocks[0].Values[0], c.celsius, 0)
		if word, ok := bus.Word(5); !ok || word&0x1fff != c.bits {
			t.Errorf("%v Cel is 0x%04x, want 0x%04x", c.celsius, word&0x1fff, c.bits)
		}
	}
}

// TestBrownOut: the 0 Cel of a chip that has not converted yet does not get out.
func TestBrownOut(t *testing.T) {
	c := mcp9808test.New()
	blocks, _ := haltest.Ends(t, source(plugged(c)), 2, "lost its settings", func(i int) {
		if i == 2 {
			c.Convert(time.Hour)
			c.BrownOut()
		}
	})
	for _, b := range blocks {
		haltest.Near(t, "temperature", b.Values[0], 23, 0)
	}
}

// TestNoYesterday: a chip that was shut down shows its last temperature until it has converted again.
func TestNoYesterday(t *testing.T) {
	c := mcp9808test.New()
	bus := plugged(c)
	haltest.Collect(t, source(bus), 1, nil)
	if got := c.Configuration(); got != 0x0100 {
		t.Errorf("configuration 0x%04x after the run, want shutdown", got)
	}
	c.SetCelsius(-20)
	blocks, _ := haltest.Collect(t, source(bus), 1, nil)
	haltest.Near(t, "temperature", blocks[0].Values[0], -20, 0)
}

// TestSlowChip: 250 ms is typical, the sheet has no longest time. A chip a fifth slower shows the temperature of before
// its shutdown for a fifth longer.
func TestSlowChip(t *testing.T) {
	c := mcp9808test.New()
	bus := plugged(c)
	slow := func() *poll.Source {
		return mcp9808.New(mcp9808.Config{
			Bus: bus.Open, Where: "i2c-1", Every: 50 * time.Millisecond, Convert: 50 * time.Millisecond,
		})
	}
	haltest.Collect(t, slow(), 1, nil)
	c.Convert(60 * time.Millisecond)
	c.SetCelsius(-20)
	blocks, _ := haltest.Collect(t, slow(), 1, nil)
	haltest.Near(t, "temperature", blocks[0].Values[0], -20, 0)
}

// TestCauseOfErrors: periph's driver drops the errno; it is back in the chain.
func TestCauseOfErrors(t *testing.T) {
	bus := plugged(mcp9808test.New())
	if _, err := haltest.Ends(t, source(bus), 1, "", func(int) { bus.BreakAfter(0, syscall.ETIMEDOUT) }); !errors.Is(err, syscall.ETIMEDOUT) {
		t.Errorf("%v", err)
	}
}

func TestImpossibleConfig(t *testing.T) {
	for want, cfg := range map[string]mcp9808.Config{"0x18 to 0x1f": {Address: 0x76}, "cannot be read every 100ms": {Every: 100 * time.Millisecond}} {
		haltest.EmitsNothing(t, mcp9808.New(cfg), want, false)
	}
}
