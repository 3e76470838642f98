package ina219_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/ina219"
	"github.com/dunlin-iot/dunlin/hal/ina219/ina219test"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/poll/polltest"
)

const address = 0x40

func model() *ina219test.Model { return ina219test.New(nil) }

func busOf(m chiptest.Model) *chiptest.Bus {
	return chiptest.New(map[uint16]chiptest.Model{address: m})
}

func config(b *chiptest.Bus) ina219.Config {
	return ina219.Config{Bus: b.Open, Where: "i2c-1", Every: 5 * time.Millisecond}
}

type rig = polltest.Rig[*ina219test.Model]

func TestDriver(t *testing.T) {
	polltest.Run(t, polltest.Subject[*ina219test.Model]{
		Address: address, Channels: []hal.Channel{{Name: "voltage", Unit: "V"}, {Name: "current", Unit: "A"}, {Name: "power", Unit: "W"}},
		Chip: model, Plug: func(m *ina219test.Model) *chiptest.Bus { return busOf(m) },
		Source: func(b *chiptest.Bus) *poll.Source { return ina219.New(config(b)) },
		Change: func(m *ina219test.Model) { m.Set(12, 0.1) }, Changed: []float64{12, 1, 12}, Within: []float64{0, 1e-3, 0.02},
		Faults: []polltest.Fault[*ina219test.Model]{
			polltest.Absent("another chip", "0x5858", func(r rig) {
				r.Bus.Plug(address, &chiptest.Registers{OnRead: func(uint8) (uint8, bool) { return 0x58, true }})
			}),
		},
	})
}

// The sheet's example, table "Calculating the INA219": 2 mohm, 1 mA a count, CAL 0x5000; 11.98 V, 10 A, 119.8 W.
func TestWorkedExample(t *testing.T) {
	m := ina219test.New(nil)
	m.Set(11.98, 0.020)
	cfg := config(busOf(m))
	cfg.Shunt, cfg.MaxCurrent = 0.002, 32.768
	blocks, _ := haltest.Collect(t, ina219.New(cfg), 1, nil)
	if got := m.Register(5); got != 0x5000 {
		t.Errorf("calibration 0x%04x, want 0x5000", got)
	}
	for i, want := range []float64{11.98, 10, 119.8} {
		haltest.Near(t, fmt.Sprintf("channel %d", i), blocks[0].Values[i], want, 1e-5)
	}
}

// 0.1 ohm and 3.2 A: 97.65625 uA a count, CAL = 0.04096 / (97.65625e-6 * 0.1) = 4194.304, so 4194, and PG 3 for 0.32 V.
func TestBackwardCurrent(t *testing.T) {
	m := ina219test.New(nil)
	m.Set(5, -0.05) // half an ampere into the supply
	blocks, _ := haltest.Collect(t, ina219.New(config(busOf(m))), 1, nil)
	haltest.Near(t, "current", blocks[0].Values[1], -0.5, 1e-4)
	haltest.Near(t, "power", blocks[0].Values[2], -2.5, 5e-4)
	if got := m.Register(5); got != 4194 {
		t.Errorf("calibration %d, want 4194", got)
	}
}

func TestSaturationIsClipped(t *testing.T) {
	m := ina219test.New(nil)
	m.Set(5, 0.5) // the widest range is 0.32 V
	_, health := haltest.Collect(t, ina219.New(config(busOf(m))), 2, nil)
	if health.State != hal.Degraded || !strings.Contains(health.Reason, "current is clipped") {
		t.Errorf("%v (%s)", health.State, health.Reason)
	}
}

// 2 A at 25 mohm is 50 mV: the range is 80 mV, so 3 A still reach the ADC but not the current register.
func TestOverflowIsNoSample(t *testing.T) {
	m := ina219test.New(nil)
	m.Set(5, 3*0.025)
	cfg := config(busOf(m))
	cfg.Shunt, cfg.MaxCurrent = 0.025, 2
	haltest.EmitsNothing(t, ina219.New(cfg), "OVF", false)
}

func TestSlowAndStuckChips(t *testing.T) {
	m := ina219test.New(nil)
	m.Slow(1.1)
	m.Set(3.3, 0)
	if blocks, _ := haltest.Collect(t, ina219.New(config(busOf(m))), 1, nil); blocks[0].Values[0] != 3.3 {
		t.Errorf("a chip 10 %% slow: %v", blocks[0].Values)
	}
	m.Slow(1e6)
	haltest.EmitsNothing(t, ina219.New(config(busOf(m))), "no measurement has ended", false)
}

// A brownout in the middle of a measurement empties the calibration: the current would be 0 A.
func TestBrownoutGivesNoZeros(t *testing.T) {
	m := ina219test.New(nil)
	m.Set(12, 0.1)
	b := busOf(m)
	n := 0
	b.Fault(func(uint16) error {
		if n++; n == 20 || n == 31 || n == 42 {
			m.Brownout()
		}
		return nil
	})
	blocks, health := haltest.Collect(t, ina219.New(config(b)), 10, nil)
	for _, b := range blocks {
		haltest.Near(t, "current after a brownout", b.Values[1], 1, 1e-3)
	}
	if health.Skipped == 0 {
		t.Error("no brownout was noticed")
	}
}

func TestSleepsAfterRun(t *testing.T) {
	m := ina219test.New(nil)
	b := busOf(m)
	cfg := config(b)
	cfg.Average, cfg.Every = 2, 10*time.Millisecond
	haltest.Collect(t, ina219.New(cfg), 2, nil)
	// 32 V, PG 3, both ADCs 1001 (2 samples), MODE 0: 0010 0 0 11 1001 1001 000 by the sheet's figure of the register.
	if got := m.Register(0); got != 0b001_11_1001_1001_000 || b.Closed() != 1 {
		t.Errorf("configuration %016b, bus closed %d times", got, b.Closed())
	}
}

func TestImpossibleConfigs(t *testing.T) {
	for says, change := range map[string]func(*ina219.Config){
		"above zero":         func(c *ina219.Config) { c.Shunt = -1 },
		"bus range of 24 V":  func(c *ina219.Config) { c.BusRange = 24 },
		"average of 3":       func(c *ina219.Config) { c.Average = 3 },
		"drop 1 V":           func(c *ina219.Config) { c.MaxCurrent = 10 },
		"drop 0.001 V":       func(c *ina219.Config) { c.MaxCurrent = 0.01 },
		"a sample every 5ms": func(c *ina219.Config) { c.Average = 128 },
	} {
		cfg := config(busOf(ina219test.New(nil)))
		change(&cfg)
		haltest.EmitsNothing(t, ina219.New(cfg), says, false)
	}
}
