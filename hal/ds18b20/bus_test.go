package ds18b20_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/ds18b20"
	"github.com/dunlin-iot/dunlin/hal/ds18b20/ds18b20test"
	"github.com/dunlin-iot/dunlin/hal/haltest"
)

const serial = 0x0316a2794f7c // of id

// collect runs a source on a bus with one chip in a bubble until n blocks have come or it ends.
func collect(t *testing.T, cfg ds18b20.Config, n int, act func(i int, c *ds18b20test.Chip)) (got []float32, health hal.Health, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		clk := haltest.Clock{}
		b := ds18b20test.New(clk)
		c := b.Plug(serial)
		cfg.Bus, cfg.Clock, cfg.Where = func(context.Context) (ds18b20.Bus, error) { return b, nil }, clk, "ds2482 at i2c-1 0x18"
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		s := ds18b20.New(cfg)
		act(0, c)
		err = s.Run(ctx, func(b hal.Block) {
			if got = append(got, b.Values[0]); len(got) == n {
				cancel()
			}
			health = s.Health()
			act(len(got), c)
		})
		if b.Closed() != 1 {
			t.Errorf("the bus was closed %d times", b.Closed())
		}
	})
	return got, health, err
}

// Table 1 of the data sheet.
func TestTemperatures(t *testing.T) {
	want := []float32{125, 85, 25.0625, 10.125, 0.5, 0, -0.5, -10.125, -25.0625, -55}
	got, _, err := collect(t, ds18b20.Config{ID: id}, len(want), func(i int, c *ds18b20test.Chip) {
		if i < len(want) {
			c.Set(float64(want[i]))
		}
	})
	if err != nil || len(got) != len(want) {
		t.Fatalf("%v, %v", got, err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("sample %d: %v, want %v", i, got[i], want[i])
		}
	}
}

func TestResolutions(t *testing.T) {
	for bits, want := range map[int]float32{0: 21.6875, 12: 21.6875, 11: 21.625, 10: 21.5, 9: 21.5} {
		var pad, eeprom [3]byte
		cfg := ds18b20.Config{Resolution: bits, Every: 800 * time.Millisecond}
		got, health, err := collect(t, cfg, 3, func(_ int, c *ds18b20test.Chip) {
			c.Set(21.7)
			pad, eeprom = c.Limits()
		})
		if err != nil || len(got) != 3 || got[0] != want || got[2] != want || health.Dropped != 0 {
			t.Errorf("%d bits: %v, %v, %+v; want %v", bits, got, err, health, want)
		}
		if pad[0] != 0x4B || pad[1] != 0x46 || eeprom != [3]byte{0x4B, 0x46, 0x7F} {
			t.Errorf("%d bits: limits % x, eeprom % x were changed", bits, pad, eeprom)
		}
	}
}

// A chip that loses its power during a conversion holds 85 degrees; the sample is skipped, not passed on.
func TestBrownout(t *testing.T) {
	for _, clone := range []bool{false, true} {
		got, health, err := collect(t, ds18b20.Config{}, 6, func(i int, c *ds18b20test.Chip) {
			c.Set(21)
			if clone {
				c.Clone()
			}
			if i == 3 {
				time.AfterFunc(1500*time.Millisecond, c.Brownout) // the next conversion is under way from 1250 ms to 2000 ms
			}
		})
		if err != nil || health.Skipped != 1 || health.Gaps != 1 {
			t.Errorf("clone %v: %v, %+v; want one skipped and a gap", clone, err, health)
		}
		for i, v := range got {
			if v != 21 {
				t.Errorf("clone %v, sample %d: %v, want 21", clone, i, v)
			}
		}
	}
}

func TestTrouble(t *testing.T) {
	for says, act := range map[string]func(*ds18b20test.Chip){
		"checksum":                    func(c *ds18b20test.Chip) { c.Noise(0x10) },
		"no presence pulse":           func(c *ds18b20test.Chip) { c.Unplug() },
		"5 times in a row: 130 degre": func(c *ds18b20test.Chip) { c.Set(130) },
	} {
		got, _, err := collect(t, ds18b20.Config{}, 100, func(i int, c *ds18b20test.Chip) {
			if c.Set(20); i == 3 {
				act(c)
			}
		})
		if len(got) != 3 || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, %v; want 3 samples and %q", got, err, says)
		}
	}
}

// Parasite power works: conversions pull the line up.
func TestParasitePower(t *testing.T) {
	got, _, err := collect(t, ds18b20.Config{}, 2, func(_ int, c *ds18b20test.Chip) { c.Parasite(); c.Set(20) })
	if err != nil || got[1] != 20 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestNoiseBurst(t *testing.T) {
	got, health, err := collect(t, ds18b20.Config{}, 6, func(i int, c *ds18b20test.Chip) {
		if i == 3 {
			c.Noise(1)
			time.AfterFunc(5*time.Second, func() { c.Noise(0) }) // after the conversions that end in 2 s and in 4 s
		}
	})
	if err != nil || len(got) != 6 || health.Skipped != 2 || health.Gaps != 1 {
		t.Errorf("%v, %+v; want 2 skipped and a gap", err, health)
	}
}

func TestAbsentOnABus(t *testing.T) {
	for name, serials := range map[string][]uint64{"an empty bus": nil, "others": {1, 2}} {
		b := ds18b20test.New(nil)
		for _, s := range serials {
			b.Plug(s)
		}
		cfg := ds18b20.Config{ID: id, Where: "ds2482", Bus: func(context.Context) (ds18b20.Bus, error) { return b, nil }}
		err := ds18b20.New(cfg).Run(t.Context(), func(hal.Block) {})
		var gone *hal.AbsentError
		if !errors.As(err, &gone) || !strings.Contains(err.Error(), id) || b.Closed() != 1 {
			t.Errorf("%s: %v, closed %d times", name, err, b.Closed())
		}
		if len(serials) > 0 && !strings.Contains(err.Error(), "28-000000000002") {
			t.Errorf("%q does not name those that are there", err)
		}
	}
}
