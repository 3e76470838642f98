package lsm6ds_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/fifo/fifotest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds/lsm6dstest"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/spi"
)

var channels = []hal.Channel{
	{Name: "ax", Unit: "m/s2"}, {Name: "ay", Unit: "m/s2"}, {Name: "az", Unit: "m/s2"},
	{Name: "gx", Unit: "rad/s"}, {Name: "gy", Unit: "rad/s"}, {Name: "gz", Unit: "rad/s"},
}

// Full scales of the default ranges, 4 g and 500 degrees per second.
const (
	fullA = 4 * 9.80665
	fullG = 500 * math.Pi / 180
)

// ramp is the signal of the suite on all axes, some of them upside down.
func ramp(t time.Duration) (a, g [3]float64) {
	x := fifotest.Ramp(t)
	return [3]float64{x * fullA, -x * fullA, x * fullA}, [3]float64{x * fullG, x * fullG, -x * fullG}
}

func tell(v []float32) []float64 {
	return []float64{
		float64(v[0]) / fullA, -float64(v[1]) / fullA, float64(v[2]) / fullA,
		float64(v[3]) / fullG, float64(v[4]) / fullG, -float64(v[5]) / fullG,
	}
}

type rig struct {
	bus   *chiptest.Bus
	model *lsm6dstest.Model
	cfg   lsm6ds.Config
}

func newRig(rate hal.Hertz, skew float64) *rig {
	m := lsm6dstest.New(lsm6dstest.Config{Now: fifotest.Clock{}.Boot, Signal: ramp, Skew: skew})
	b := chiptest.New(map[uint16]chiptest.Model{lsm6ds.DefaultAddress: m})
	return &rig{bus: b, model: m, cfg: lsm6ds.Config{
		Bus: func() (i2c.BusCloser, error) { return b, nil }, Where: "i2c-1", Rate: rate, Clock: fifotest.Clock{},
	}}
}

var modes = []struct {
	name   string
	source func(lsm6ds.Config) hal.Source
}{
	{"fifo", func(c lsm6ds.Config) hal.Source { return lsm6ds.New(c) }},
	{"polled", func(c lsm6ds.Config) hal.Source { return lsm6ds.NewPolled(c) }},
}

func TestContract(t *testing.T) {
	for _, mode := range modes {
		make := func(arrange func(r *rig)) func(*testing.T) hal.Source {
			return func(*testing.T) hal.Source {
				r := newRig(833, 0.02)
				r.cfg.Every = 10 * time.Millisecond
				arrange(r)
				return mode.source(r.cfg)
			}
		}
		t.Run(mode.name, func(t *testing.T) {
			haltest.Run(t, haltest.Subject{
				Channels: channels,
				Endless:  make(func(*rig) {}),
				Broken: make(func(r *rig) {
					time.AfterFunc(time.Second/2, func() { r.bus.Unplug(lsm6ds.DefaultAddress) })
				}),
				Absent: make(func(r *rig) { r.bus.Unplug(lsm6ds.DefaultAddress) }),
			})
		})
	}
}

func TestFIFO(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			polled, rate := mode.name == "polled", hal.Hertz(833)
			if polled {
				rate = 104
			}
			fifotest.Run(t, fifotest.Subject{
				Rate: rate, Tell: tell, Step: 1. / 32768, Polled: polled,
				Rig: func(skew float64) fifotest.Rig {
					r := newRig(rate, skew)
					return fifotest.Rig{
						Source: mode.source(r.cfg), Bus: r.bus, Address: lsm6ds.DefaultAddress, Reset: r.model.Reset, Freeze: r.model.Freeze,
					}
				},
			})
		})
	}
}

func TestNotThere(t *testing.T) {
	for _, c := range []struct {
		name, want string
		absent     bool
		change     func(r *rig)
	}{
		{"another chip", "0x69", true, func(r *rig) {
			r.bus.Plug(lsm6ds.DefaultAddress, lsm6dstest.New(lsm6dstest.Config{Now: fifotest.Clock{}.Boot, ID: 0x69}))
		}},
		{"nobody", "0x6a", true, func(r *rig) { r.bus.Unplug(lsm6ds.DefaultAddress) }},
		{"rate", "rate of 100", false, func(r *rig) { r.cfg.Rate = 100 }},
		{"range", "range of 3", false, func(r *rig) { r.cfg.Accel = 3 }},
		{"no bus", "no bus", false, func(r *rig) { r.cfg.Bus = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := fifotest.Play(t, time.Minute, func() hal.Source {
				r := newRig(104, 0)
				c.change(r)
				return lsm6ds.New(r.cfg)
			}, func(hal.Block) {})
			var gone *hal.AbsentError
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &gone) != c.absent {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestOverSPI, and that the gyroscope's nonsense of its first 70 ms stays inside.
func TestOverSPI(t *testing.T) {
	h, err := fifotest.Play(t, 2*time.Second, func() hal.Source {
		r := newRig(1667, 0)
		r.cfg.SPI = func() (spi.PortCloser, error) { return chiptest.NewPort(r.model, 0x7f), nil }
		return lsm6ds.New(r.cfg)
	}, func(b hal.Block) {
		for i := range b.Samples() {
			all := tell(b.Values[6*i : 6*i+6])
			for _, x := range all {
				if math.Abs(x-all[0]) > 2./32768 {
					t.Fatalf("sample of several moments: %v", all)
				}
			}
		}
	})
	if err != nil || h.Dropped != 0 || h.Samples < 2800 {
		t.Errorf("%v; %+v", err, h)
	}
}
