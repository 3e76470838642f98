package bh1750_test

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/bh1750"
	"github.com/dunlin-iot/dunlin/hal/bh1750/bh1750test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/poll/polltest"
)

const address = 0x23

func busOf(m chiptest.Model) *chiptest.Bus {
	return chiptest.New(map[uint16]chiptest.Model{address: m})
}

// fast is the fastest that the chip can: 24 ms * 31 / 69 is 10.8 ms.
func fast(b *chiptest.Bus) bh1750.Config {
	return bh1750.Config{
		Bus: b.Open, Where: "i2c-1", Mode: bh1750.Low, Sensitivity: 31, Every: 15 * time.Millisecond,
	}
}

func TestDriver(t *testing.T) {
	polltest.Run(t, polltest.Subject[*bh1750test.Model]{
		Address: address, Channels: []hal.Channel{{Name: "illuminance", Unit: "lx"}},
		Chip: func() *bh1750test.Model { return bh1750test.New(nil) }, Plug: func(m *bh1750test.Model) *chiptest.Bus { return busOf(m) },
		Source: func(b *chiptest.Bus) *poll.Source { return bh1750.New(fast(b)) },
		Change: func(m *bh1750test.Model) { m.Set(1000) }, Changed: []float64{1000}, Within: []float64{10}, // steps of 7.4 lx
	})
}

// collect runs a source on a model in a bubble, where time costs nothing, until n blocks have come.
func collect(t *testing.T, cfg bh1750.Config, n int, act func(i int, m *bh1750test.Model)) (blocks []hal.Block, health hal.Health) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := bh1750test.New(haltest.Clock{})
		b := busOf(m)
		cfg.Bus, cfg.Clock, cfg.Where = b.Open, haltest.Clock{}, "i2c-1"
		act(0, m)
		blocks, health = haltest.Collect(t, bh1750.New(cfg), n, func(i int) { act(i, m) })
		if m.On() || b.Closed() != 1 {
			t.Errorf("after Run: on %v, bus closed %d times", m.On(), b.Closed())
		}
	})
	return blocks, health
}

// The sheet's examples: "Measurement sequence example" has 0x8390, which is 28067 lx, and 0x0110, which is 227 lx in the
// low mode; "Adjust measurement result for influence of optical window" has the measurement time and the least of 0.11 lx.
func TestWorkedExamples(t *testing.T) {
	for _, c := range []struct {
		cfg  bh1750.Config
		raw  uint16
		want float64
	}{
		{bh1750.Config{}, 0x8390, 28066.67},
		{bh1750.Config{Mode: bh1750.Low}, 0x0110, 226.67},
		{bh1750.Config{Sensitivity: 138}, 0x8390, 14033.33},
		{bh1750.Config{Mode: bh1750.High2}, 0x8390, 14033.33},
		{bh1750.Config{Mode: bh1750.High2, Sensitivity: 254}, 1, 0.1132},
	} {
		blocks, _ := collect(t, c.cfg, 1, func(_ int, m *bh1750test.Model) { m.SetRaw(c.raw) })
		if got := float64(blocks[0].Values[0]); math.Abs(got-c.want) > 0.01*max(1, c.want/1000) || math.Abs(got/c.want-1) > 1e-3 {
			t.Errorf("%+v: 0x%04x is %v lx, want %v", c.cfg, c.raw, got, c.want)
		}
	}
}

// The same light is the same lux however it is measured.
func TestModesAgree(t *testing.T) {
	for _, mode := range []bh1750.Mode{"", bh1750.High, bh1750.High2, bh1750.Low} {
		for _, s := range []int{31, 69, 254} {
			cfg := bh1750.Config{Mode: mode, Sensitivity: s}
			blocks, _ := collect(t, cfg, 2, func(_ int, m *bh1750test.Model) { m.Set(1000) })
			if got := float64(blocks[1].Values[0]); math.Abs(got-1000) > 1 {
				t.Errorf("mode %q, sensitivity %d: %v lx of 1000", mode, s, got)
			}
		}
	}
}

func TestEachSampleIsNew(t *testing.T) {
	blocks, _ := collect(t, bh1750.Config{}, 5, func(i int, m *bh1750test.Model) { m.Set(float64(i) * 120) })
	for i, b := range blocks {
		if got := float64(b.Values[0]); math.Abs(got-float64(i)*120) > 0.5 {
			t.Errorf("sample %d: %v lx, want %d", i, got, i*120)
		}
	}
}

func TestBrownoutIsNotDarkness(t *testing.T) {
	cfg := bh1750.Config{Sensitivity: 138}
	blocks, _ := collect(t, cfg, 6, func(i int, m *bh1750test.Model) {
		m.Set(500)
		if i == 3 {
			time.AfterFunc(900*time.Millisecond, m.Brownout) // in the middle of the next measurement, 820 to 1000 ms from now
		}
	})
	for i, b := range blocks {
		if math.Abs(float64(b.Values[0])-500) > 1 {
			t.Errorf("sample %d: %v lx of 500", i, b.Values[0])
		}
	}
}

func TestDarkness(t *testing.T) {
	blocks, _ := collect(t, bh1750.Config{}, 4, func(i int, m *bh1750test.Model) { m.Set(500 * float64(1-i/2)) })
	if v := blocks[3].Values[0]; v != 0 {
		t.Errorf("%v lx in the dark", v)
	}
}

func TestSaturationIsClipped(t *testing.T) {
	blocks, health := collect(t, bh1750.Config{}, 2, func(_ int, m *bh1750test.Model) { m.Set(100000) })
	if health.State != hal.Degraded || !strings.Contains(health.Reason, "clipped") || math.Abs(float64(blocks[1].Values[0])-54612.5) > 0.01 {
		t.Errorf("%+v, %v (%s); want 65535 / 1.2 lx and clipped", blocks[1], health.State, health.Reason)
	}
}

func TestImpossibleConfigs(t *testing.T) {
	for says, cfg := range map[string]bh1750.Config{
		`mode "best"`:          {Mode: "best"},
		"sensitivity of 30":    {Sensitivity: 30},
		"a sample every 100ms": {Every: 100 * time.Millisecond},
		"no bus is configured": {},
		"may take 662.6":       {Sensitivity: 254, Every: 500 * time.Millisecond},
	} {
		haltest.EmitsNothing(t, bh1750.New(cfg), says, false)
	}
}
