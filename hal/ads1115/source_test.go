package ads1115_test

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
	"github.com/dunlin-iot/dunlin/hal/ads1115"
	"github.com/dunlin-iot/dunlin/hal/ads1115/ads1115test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
)

const address = 0x48

func busOf(m chiptest.Model) *chiptest.Bus {
	return chiptest.New(map[uint16]chiptest.Model{address: m})
}

func config(b *chiptest.Bus, inputs ...string) ads1115.Config {
	return ads1115.Config{
		Bus: func() (i2c.BusCloser, error) { return b, nil }, Where: "i2c-1", Inputs: inputs, Rate: 860, Every: 10 * time.Millisecond,
	}
}

// collect runs a source until n blocks have come, with act between them.
func collect(t *testing.T, cfg ads1115.Config, n int, act func(i int)) ([]hal.Block, hal.Health, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	s := ads1115.New(cfg)
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
	for name, inputs := range map[string][]string{"one input": {"0"}, "by turns": {"0", "2-3"}} {
		t.Run(name, func(t *testing.T) {
			channels := []hal.Channel{{Name: "a0", Unit: "V"}, {Name: "a2a3", Unit: "V"}}[:len(inputs)]
			haltest.Run(t, haltest.Subject{
				Channels: channels,
				Endless:  func(*testing.T) hal.Source { return ads1115.New(config(busOf(ads1115test.New(nil)), inputs...)) },
				Broken: func(*testing.T) hal.Source {
					b := busOf(ads1115test.New(nil))
					n := 0
					b.Fault(func(uint16) error {
						if n++; n > 30 {
							return syscall.EREMOTEIO
						}
						return nil
					})
					return ads1115.New(config(b, inputs...))
				},
				Absent: func(*testing.T) hal.Source { return ads1115.New(config(chiptest.New(nil), inputs...)) },
			})
		})
	}
}

// Full scale, its fractions and the codes are those of table 9-3 and of the LSB sizes in table 9-1: 125 uV at 4.096 V.
func TestVoltages(t *testing.T) {
	m := ads1115test.New(nil)
	for i, v := range []float64{1.25, 3.3, 0.000125, 2.5} {
		m.Set(i, v)
	}
	cfg := config(busOf(m), "0", "1", "2", "3", "0-1", "2-3")
	cfg.Every = 20 * time.Millisecond
	blocks, _, err := collect(t, cfg, 1, nil)
	if err != nil || len(blocks) != 1 {
		t.Fatalf("%v, %d blocks", err, len(blocks))
	}
	for i, want := range []float64{1.25, 3.3, 0.000125, 2.5, -2.05, -2.499875} {
		if got := float64(blocks[0].Values[i]); math.Abs(got-want) > 63e-6 {
			t.Errorf("%s: %v V, want %v within half a step", cfg.Inputs[i], got, want)
		}
	}
}

func TestFullScaleIsClipped(t *testing.T) {
	for _, inputs := range [][]string{{"0-1"}, {"0-1", "3"}} {
		for volts, want := range map[float64]float32{3: 2.0479375, -3: -2.048} { // 0x7FFF and 0x8000 of 62.5 uV
			m := ads1115test.New(nil)
			m.Set(0, max(volts, 0))
			m.Set(1, max(-volts, 0))
			cfg := config(busOf(m), inputs...)
			cfg.FullScale = 2.048
			blocks, health, err := collect(t, cfg, 2, nil)
			if err != nil || blocks[1].Values[0] != want {
				t.Errorf("%v: %+v, %v; want %v V", inputs, blocks, err, want)
			}
			if health.State != hal.Degraded || !strings.Contains(health.Reason, "clipped") {
				t.Errorf("%v V at 2.048 V: %v (%s), want clipped", volts, health.State, health.Reason)
			}
		}
	}
}

// A chip 10 % slower than its data rate must not give the voltage of the input before.
func TestSlowChip(t *testing.T) {
	m := ads1115test.New(nil)
	m.Slow(1.1)
	m.Set(0, 1)
	m.Set(1, 2)
	cfg := config(busOf(m), "0", "1")
	blocks, _, err := collect(t, cfg, 10, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		if b.Values[0] != 1 || b.Values[1] != 2 {
			t.Errorf("inputs at 1 V and 2 V read %v", b.Values)
		}
	}
}

func TestChipThatStopsConverting(t *testing.T) {
	m := ads1115test.New(nil)
	m.Slow(1000)
	if _, _, err := collect(t, config(busOf(m), "0", "1"), 1, nil); err == nil || !strings.Contains(err.Error(), "no conversion has ended") {
		t.Errorf("a chip that never ends a conversion: %v", err)
	}
}

func TestBrownoutGivesNoZeros(t *testing.T) {
	for _, inputs := range [][]string{{"0"}, {"0", "1"}} {
		m := ads1115test.New(nil)
		m.Set(0, 1)
		m.Set(1, 1)
		blocks, _, err := collect(t, config(busOf(m), inputs...), 30, func(i int) {
			if i == 3 {
				m.Brownout()
			}
		})
		for _, b := range blocks {
			if b.Values[0] != 1 {
				t.Errorf("%v: %v V after a brownout", inputs, b.Values)
			}
		}
		// Turns set the chip up for each conversion; continuous conversion cannot go on.
		if lost := err != nil && strings.Contains(err.Error(), "lost its power"); lost != (len(inputs) == 1) {
			t.Errorf("%v: %v after %d blocks", inputs, err, len(blocks))
		}
	}
}

func TestNackBurst(t *testing.T) {
	b := busOf(ads1115test.New(nil))
	blocks, health, err := collect(t, config(b, "0", "1"), 6, func(i int) {
		if i == 3 {
			b.Refuse(address, 2)
		}
	})
	if err != nil || len(blocks) != 6 || !blocks[3].Discont || health.Skipped != 2 || health.Gaps != 1 {
		t.Errorf("%v, %d blocks, %+v; want 2 skipped and a gap", err, len(blocks), health)
	}
}

func TestAnotherChip(t *testing.T) {
	fixed := &chiptest.Registers{OnRead: func(uint8) (uint8, bool) { return 0x60, true }}
	b := busOf(fixed)
	_, _, err := collect(t, config(b, "0"), 1, nil)
	var gone *hal.AbsentError
	if !errors.As(err, &gone) || !strings.Contains(err.Error(), "0x6060") || b.Closed() != 1 {
		t.Errorf("%v, closed %d times; want absence that names what answered", err, b.Closed())
	}
}

func TestSleepsAfterRun(t *testing.T) {
	m := ads1115test.New(nil)
	b := busOf(m)
	if _, _, err := collect(t, config(b, "3"), 2, nil); err != nil {
		t.Fatal(err)
	}
	// Input 3 (MUX 7), 4.096 V (PGA 1), 860 (DR 7), comparator off (3), single shot: asleep when the last one has ended.
	if got := m.Config() &^ 0x8000; got != 0x73E3 || b.Closed() != 1 {
		t.Errorf("configuration 0x%04x, bus closed %d times; want 0x73e3 and once", got, b.Closed())
	}
}

func TestImpossibleConfigs(t *testing.T) {
	for says, change := range map[string]func(*ads1115.Config){
		`input "4"`:            func(c *ads1115.Config) { c.Inputs = []string{"4"} },
		`input "1-0"`:          func(c *ads1115.Config) { c.Inputs = []string{"0", "1-0"} },
		`input "0"`:            func(c *ads1115.Config) { c.Inputs = []string{"0", "0"} },
		"full scale of 5 V":    func(c *ads1115.Config) { c.FullScale = 5 },
		"rate of 100":          func(c *ads1115.Config) { c.Rate = 100 },
		"a sample every 10ms":  func(c *ads1115.Config) { c.Rate = 8 },
		"no bus is configured": func(c *ads1115.Config) { c.Bus = nil },
	} {
		cfg := config(busOf(ads1115test.New(nil)), "0")
		change(&cfg)
		if _, _, err := collect(t, cfg, 1, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}
