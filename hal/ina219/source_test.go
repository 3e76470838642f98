package ina219_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"syscall"
	"testing"
	"time"

	"periph.io/x/conn/v3/i2c"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/ina219"
	"github.com/dunlin-iot/dunlin/hal/ina219/ina219test"
)

const address = 0x40

func busOf(m chiptest.Model) *chiptest.Bus {
	return chiptest.New(map[uint16]chiptest.Model{address: m})
}

func config(b *chiptest.Bus) ina219.Config {
	return ina219.Config{Bus: func() (i2c.BusCloser, error) { return b, nil }, Where: "i2c-1", Every: 5 * time.Millisecond}
}

func collect(t *testing.T, cfg ina219.Config, n int, act func(i int)) ([]hal.Block, hal.Health, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	s := ina219.New(cfg)
	var blocks []hal.Block
	var health hal.Health
	err := s.Run(ctx, func(b hal.Block) {
		b.Values = append([]float32(nil), b.Values...)
		if blocks = append(blocks, b); len(blocks) == n {
			cancel()
		}
		health = s.Health()
		if act != nil {
			act(len(blocks))
		}
	})
	return blocks, health, err
}

func TestContract(t *testing.T) {
	haltest.Run(t, haltest.Subject{
		Channels: []hal.Channel{{Name: "voltage", Unit: "V"}, {Name: "current", Unit: "A"}, {Name: "power", Unit: "W"}},
		Endless:  func(*testing.T) hal.Source { return ina219.New(config(busOf(ina219test.New(nil)))) },
		Broken: func(*testing.T) hal.Source {
			b := busOf(ina219test.New(nil))
			n := 0
			b.Fault(func(uint16) error {
				if n++; n > 40 {
					return syscall.EREMOTEIO
				}
				return nil
			})
			return ina219.New(config(b))
		},
		Absent: func(*testing.T) hal.Source { return ina219.New(config(chiptest.New(nil))) },
	})
}

// The sheet's example, table "Calculating the INA219": 2 mohm, 1 mA a count, CAL 0x5000; 11.98 V, 10 A, 119.8 W.
func TestWorkedExample(t *testing.T) {
	m := ina219test.New(nil)
	m.Set(11.98, 0.020)
	cfg := config(busOf(m))
	cfg.Shunt, cfg.MaxCurrent = 0.002, 32.768
	blocks, _, err := collect(t, cfg, 1, nil)
	if err != nil || len(blocks) != 1 {
		t.Fatalf("%v, %d blocks", err, len(blocks))
	}
	if got := m.Register(5); got != 0x5000 {
		t.Errorf("calibration 0x%04x, want 0x5000", got)
	}
	for i, want := range []float64{11.98, 10, 119.8} {
		if got := float64(blocks[0].Values[i]); math.Abs(got-want) > 1e-5 {
			t.Errorf("channel %d: %v, want %v", i, got, want)
		}
	}
}

// 0.1 ohm and 3.2 A: 97.65625 uA a count, CAL = 0.04096 / (97.65625e-6 * 0.1) = 4194.304, so 4194, and PG 3 for 0.32 V.
func TestBackwardCurrent(t *testing.T) {
	m := ina219test.New(nil)
	m.Set(5, -0.05) // half an ampere into the supply
	blocks, _, err := collect(t, config(busOf(m)), 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	v := blocks[0].Values
	if math.Abs(float64(v[1])+0.5) > 1e-4 || math.Abs(float64(v[2])+2.5) > 5e-4 {
		t.Errorf("%v, want -0.5 A and -2.5 W", v)
	}
	if got := m.Register(5); got != 4194 {
		t.Errorf("calibration %d, want 4194", got)
	}
}

func TestSaturationIsClipped(t *testing.T) {
	m := ina219test.New(nil)
	m.Set(5, 0.5) // the widest range is 0.32 V
	_, health, err := collect(t, config(busOf(m)), 2, nil)
	if err != nil || health.State != hal.Degraded || !strings.Contains(health.Reason, "current is clipped") {
		t.Errorf("%v, %v (%s)", err, health.State, health.Reason)
	}
}

// 2 A at 25 mohm is 50 mV: the range is 80 mV, so 3 A still reach the ADC but not the current register.
func TestOverflowIsNoSample(t *testing.T) {
	m := ina219test.New(nil)
	m.Set(5, 3*0.025)
	cfg := config(busOf(m))
	cfg.Shunt, cfg.MaxCurrent = 0.025, 2
	blocks, _, err := collect(t, cfg, 1, nil)
	if len(blocks) != 0 || err == nil || !strings.Contains(err.Error(), "OVF") {
		t.Errorf("%d blocks, %v; want none and OVF", len(blocks), err)
	}
}

func TestSlowAndStuckChips(t *testing.T) {
	m := ina219test.New(nil)
	m.Slow(1.1)
	m.Set(3.3, 0)
	if blocks, _, err := collect(t, config(busOf(m)), 1, nil); err != nil || blocks[0].Values[0] != 3.3 {
		t.Errorf("a chip 10 %% slow: %v, %v", blocks, err)
	}
	m.Slow(1e6)
	if _, _, err := collect(t, config(busOf(m)), 1, nil); err == nil || !strings.Contains(err.Error(), "no measurement has ended") {
		t.Errorf("a chip that never ends: %v", err)
	}
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
	blocks, health, err := collect(t, config(b), 10, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		if math.Abs(float64(b.Values[1])-1) > 1e-3 {
			t.Errorf("%v after a brownout, want 1 A", b.Values)
		}
	}
	if health.Skipped == 0 {
		t.Error("no brownout was noticed")
	}
}

func TestNackBurst(t *testing.T) {
	b := busOf(ina219test.New(nil))
	blocks, health, err := collect(t, config(b), 6, func(i int) {
		if i == 3 {
			b.Refuse(address, 2)
		}
	})
	if err != nil || len(blocks) != 6 || !blocks[3].Discont || health.Skipped != 2 {
		t.Errorf("%v, %d blocks, %+v; want 2 skipped and a gap", err, len(blocks), health)
	}
}

func TestAnotherChip(t *testing.T) {
	b := busOf(&chiptest.Registers{OnRead: func(uint8) (uint8, bool) { return 0x58, true }})
	_, _, err := collect(t, config(b), 1, nil)
	var gone *hal.AbsentError
	if !errors.As(err, &gone) || !strings.Contains(err.Error(), "0x5858") || b.Closed() != 1 {
		t.Errorf("%v, closed %d times; want absence that names what answered", err, b.Closed())
	}
}

func TestSleepsAfterRun(t *testing.T) {
	m := ina219test.New(nil)
	b := busOf(m)
	cfg := config(b)
	cfg.Average, cfg.Every = 2, 10*time.Millisecond
	if _, _, err := collect(t, cfg, 2, nil); err != nil {
		t.Fatal(err)
	}
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
		if _, _, err := collect(t, cfg, 1, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}
