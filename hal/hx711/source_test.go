package hx711_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/hx711"
	"github.com/dunlin-iot/dunlin/hal/hx711/hx711test"
)

func config(c *hx711test.Chip) hx711.Config {
	return hx711.Config{
		Pins:  func() (hx711.Pins, error) { return hx711.Pins{Data: c.Data(), Clock: c.Clock()}, nil },
		Where: "gpiochip0 5 and 6", Rate: 80, Clock: c,
	}
}

func TestContract(t *testing.T) {
	source := func(stick *gpio.Level) *hx711.Config {
		c := hx711test.NewPatient(time.Millisecond)
		if stick != nil {
			c.Stick(*stick)
		}
		cfg := config(c)
		cfg.Every = 15 * time.Millisecond
		return &cfg
	}
	high := gpio.High
	haltest.Run(t, haltest.Subject{
		Channels: []hal.Channel{{Name: "weight", Unit: "1"}},
		Endless:  func(*testing.T) hal.Source { return hx711.New(*source(nil)) },
		Broken: func(*testing.T) hal.Source {
			c := hx711test.NewPatient(time.Millisecond)
			cfg := config(c)
			cfg.Every = 15 * time.Millisecond
			return &pulledOut{Source: hx711.New(cfg), chip: c}
		},
		Absent: func(*testing.T) hal.Source { return hx711.New(*source(&high)) },
	})
}

// pulledOut is a source whose GPIO chip goes with its third block.
type pulledOut struct {
	hal.Source
	chip *hx711test.Chip
}

func (p *pulledOut) Health() hal.Health { return p.Source.(hal.Healther).Health() }

func (p *pulledOut) Run(ctx context.Context, emit func(hal.Block)) error {
	n := 0
	return p.Source.Run(ctx, func(b hal.Block) {
		if n++; n == 3 {
			p.chip.Break(syscall.ENODEV)
		}
		emit(b)
	})
}

// collect runs a source on a chip of 80 conversions a second in a bubble until n blocks have come.
func collect(t *testing.T, n int, change func(*hx711.Config), act func(i int, c *hx711test.Chip)) (blocks []hal.Block, health hal.Health, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := hx711test.New(haltest.Clock{}, 12500*time.Microsecond)
		cfg := config(c)
		if change != nil {
			change(&cfg)
		}
		closed := 0
		inner := cfg.Pins
		cfg.Pins = func() (hx711.Pins, error) {
			p, err := inner()
			p.Close = func() error { closed++; return nil }
			return p, err
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		s := hx711.New(cfg)
		act(0, c)
		err = s.Run(ctx, func(b hal.Block) {
			b.Values = append([]float32(nil), b.Values...)
			if blocks = append(blocks, b); len(blocks) == n {
				cancel()
			}
			health = s.Health()
			act(len(blocks), c)
		})
		if closed != 1 {
			t.Errorf("pins were closed %d times", closed)
		}
		if err == nil && !c.Down() {
			t.Error("the chip is not powered down after Run")
		}
	})
	return blocks, health, err
}

// Two's complement of 24 bits from 800000h to 7FFFFFh (data sheet, section "Serial interface").
func TestCounts(t *testing.T) {
	for _, counts := range []int32{0, 1, -1, 8388606, -8388606, 0x5A5A5A, -0x5A5A5A} {
		blocks, health, err := collect(t, 2, nil, func(_ int, c *hx711test.Chip) { c.Set("a128", counts) })
		if err != nil || blocks[1].Values[0] != float32(counts) || health.State != hal.Running {
			t.Errorf("%d counts: %+v, %v, %v (%s)", counts, blocks, err, health.State, health.Reason)
		}
	}
}

// 420.5 counts a gram and 84000 without a load: 1 kg gives 504500 counts.
func TestScaleAndTare(t *testing.T) {
	change := func(cfg *hx711.Config) { cfg.Scale, cfg.Tare = 420.5, 84000 }
	blocks, _, err := collect(t, 1, change, func(_ int, c *hx711test.Chip) { c.Set("a128", 504500) })
	if err != nil || math.Abs(float64(blocks[0].Values[0])-1000) > 1e-3 {
		t.Errorf("%+v, %v; want 1000 g", blocks, err)
	}
	if got := hx711.New(hx711.Config{Scale: 420.5}).Channels()[0].Unit; got != "g" {
		t.Errorf("unit %q, want g", got)
	}
}

func TestSaturationIsClipped(t *testing.T) {
	for _, counts := range []int32{0x7FFFFF, -0x800000} {
		for _, scale := range []float64{0, 420.5, -420.5} {
			change := func(cfg *hx711.Config) { cfg.Scale, cfg.Tare = scale, 1000 }
			_, health, err := collect(t, 2, change, func(_ int, c *hx711test.Chip) { c.Set("a128", counts) })
			if err != nil || health.State != hal.Degraded || !strings.Contains(health.Reason, "clipped") {
				t.Errorf("%d counts: %v, %v (%s)", counts, err, health.State, health.Reason)
			}
		}
	}
}

// TestStuck: a converter of 24 bits that gives the very same count for long converts nothing.
func TestStuck(t *testing.T) {
	blocks, _, err := collect(t, 1000, nil, func(_ int, c *hx711test.Chip) { c.Set("a128", 4711) })
	if err == nil || !strings.Contains(err.Error(), "weight has not changed for longer than 10s") || len(blocks) < 300 {
		t.Errorf("%v after %d samples", err, len(blocks))
	}
}

func TestInputs(t *testing.T) {
	for input, want := range map[hx711.Input]float32{hx711.A128: 1000, hx711.A64: 500, hx711.B32: -77} {
		blocks, _, err := collect(t, 3, func(cfg *hx711.Config) { cfg.Input = input }, func(_ int, c *hx711test.Chip) {
			c.Set("a128", 1000)
			c.Set("a64", 500)
			c.Set("b32", -77)
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range blocks {
			if b.Values[0] != want {
				t.Errorf("input %s, sample %d: %v, want %v", input, i, b.Values[0], want)
			}
		}
	}
}

// A machine that is busy for longer than 60 us in the middle of a pulse resets the chip: no value may come of it, nor
// of the conversions before the chip has settled again.
func TestLongPulse(t *testing.T) {
	for _, input := range []hx711.Input{hx711.A128, hx711.B32} {
		resets := 0
		blocks, health, err := collect(t, 6, func(cfg *hx711.Config) { cfg.Input = input }, func(i int, c *hx711test.Chip) {
			c.Set(string(input), 123456)
			if i == 3 {
				c.Stall(61 * time.Microsecond)
			}
			resets = c.Resets()
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range blocks {
			if b.Values[0] != 123456 {
				t.Errorf("sample %d: %v", i, b.Values[0])
			}
		}
		if health.Skipped != 1 || !blocks[3].Discont || resets != 3 {
			t.Errorf("%+v, %d resets; want one skipped, a gap, and resets at the start, by the pulse and on purpose", health, resets)
		}
	}
}

func TestShortEnoughPulse(t *testing.T) {
	_, health, err := collect(t, 6, nil, func(i int, c *hx711test.Chip) { c.Stall(55 * time.Microsecond) })
	if err != nil || health.Skipped != 0 {
		t.Errorf("%v, %+v: pulses of 55 us are short enough", err, health)
	}
}

func TestNoChip(t *testing.T) {
	for level, says := range map[gpio.Level]string{gpio.High: "stays high", gpio.Low: "no HX711 drives it"} {
		_, _, err := collect(t, 1, nil, func(_ int, c *hx711test.Chip) { c.Stick(level) })
		var gone *hal.AbsentError
		if !errors.As(err, &gone) || !strings.Contains(err.Error(), says) || !strings.Contains(gone.Fix, "wires") {
			t.Errorf("data line %v: %v", level, err)
		}
	}
}

func TestWireThatBreaks(t *testing.T) {
	for level, says := range map[gpio.Level]string{gpio.High: "stays high", gpio.Low: "no HX711 drives it"} {
		blocks, _, err := collect(t, 100, nil, func(i int, c *hx711test.Chip) {
			c.Set("a128", 5)
			if i == 3 {
				c.Stick(level)
			}
		})
		if len(blocks) != 3 || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("data line %v: %d blocks, %v", level, len(blocks), err)
		}
	}
}

func TestImpossibleConfigs(t *testing.T) {
	for says, change := range map[string]func(*hx711.Config){
		"rate of 20":            func(c *hx711.Config) { c.Rate = 20 },
		`input "b64"`:           func(c *hx711.Config) { c.Input = "b64" },
		"tare of 9000000":       func(c *hx711.Config) { c.Tare = 9000000 },
		"a sample every 12.5ms": func(c *hx711.Config) { c.Every = 12500 * time.Microsecond },
		"no pins":               func(c *hx711.Config) { c.Pins = nil },
	} {
		cfg := config(hx711test.NewPatient(time.Millisecond))
		change(&cfg)
		if err := hx711.New(cfg).Run(t.Context(), func(hal.Block) {}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}
