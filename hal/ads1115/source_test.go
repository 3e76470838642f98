package ads1115_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/ads1115"
	"github.com/dunlin-iot/dunlin/hal/ads1115/ads1115test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/poll/polltest"
)

const address = 0x48

func busOf(m chiptest.Model) *chiptest.Bus {
	return chiptest.New(map[uint16]chiptest.Model{address: m})
}

func config(b *chiptest.Bus, inputs ...string) ads1115.Config {
	return ads1115.Config{
		Bus: b.Open, Where: "i2c-1", Inputs: inputs, Rate: 860, Every: 10 * time.Millisecond,
	}
}

type rig = polltest.Rig[*ads1115test.Model]

func TestDriver(t *testing.T) {
	for name, inputs := range map[string][]string{"one input": {"0"}, "by turns": {"0", "2-3"}} {
		t.Run(name, func(t *testing.T) {
			polltest.Run(t, polltest.Subject[*ads1115test.Model]{
				Address: address, Channels: []hal.Channel{{Name: "a0", Unit: "V"}, {Name: "a2a3", Unit: "V"}}[:len(inputs)],
				Chip: func() *ads1115test.Model { return ads1115test.New(nil) }, Plug: func(m *ads1115test.Model) *chiptest.Bus { return busOf(m) },
				Source: func(b *chiptest.Bus) *poll.Source { return ads1115.New(config(b, inputs...)) },
				Change: func(m *ads1115test.Model) { m.Set(0, 1.25); m.Set(2, 2.5) }, Changed: []float64{1.25, 2.5}, Within: []float64{63e-6, 63e-6},
				Faults: []polltest.Fault[*ads1115test.Model]{
					polltest.Absent("another chip", "0x6060", func(r rig) {
						r.Bus.Plug(address, &chiptest.Registers{OnRead: func(uint8) (uint8, bool) { return 0x60, true }})
					}),
				},
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
	blocks, _ := haltest.Collect(t, ads1115.New(cfg), 1, nil)
	for i, want := range []float64{1.25, 3.3, 0.000125, 2.5, -2.05, -2.499875} {
		haltest.Near(t, cfg.Inputs[i], blocks[0].Values[i], want, 63e-6) // half a step
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
			blocks, health := haltest.Collect(t, ads1115.New(cfg), 2, nil)
			if blocks[1].Values[0] != want {
				t.Errorf("%v: %+v; want %v V", inputs, blocks, want)
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
	blocks, _ := haltest.Collect(t, ads1115.New(cfg), 10, nil)
	for _, b := range blocks {
		if b.Values[0] != 1 || b.Values[1] != 2 {
			t.Errorf("inputs at 1 V and 2 V read %v", b.Values)
		}
	}
}

func TestChipThatStopsConverting(t *testing.T) {
	m := ads1115test.New(nil)
	m.Slow(1000)
	haltest.EmitsNothing(t, ads1115.New(config(busOf(m), "0", "1")), "no conversion has ended", false)
}

func TestBrownoutGivesNoZeros(t *testing.T) {
	for _, inputs := range [][]string{{"0"}, {"0", "1"}} {
		m := ads1115test.New(nil)
		m.Set(0, 1)
		m.Set(1, 1)
		src := ads1115.New(config(busOf(m), inputs...))
		brownout := func(i int) {
			if i == 3 {
				m.Brownout()
			}
		}
		// Turns set the chip up for each conversion; continuous conversion cannot go on.
		var blocks []hal.Block
		if len(inputs) == 1 {
			blocks, _ = haltest.Ends(t, src, 3, "lost its power", brownout)
		} else {
			blocks, _ = haltest.Collect(t, src, 30, brownout)
		}
		for _, b := range blocks {
			if b.Values[0] != 1 {
				t.Errorf("%v: %v V after a brownout", inputs, b.Values)
			}
		}
	}
}

func TestSleepsAfterRun(t *testing.T) {
	m := ads1115test.New(nil)
	b := busOf(m)
	haltest.Collect(t, ads1115.New(config(b, "3")), 2, nil)
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
		haltest.EmitsNothing(t, ads1115.New(cfg), says, false)
	}
}
