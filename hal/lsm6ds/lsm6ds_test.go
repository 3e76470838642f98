package lsm6ds_test

import (
	"math"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/fifo/fifotest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds/lsm6dstest"
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

// step is the resolution of full scale.
const step = 1. / 32768

var axes = fifotest.Axes{fullA, -fullA, fullA, fullG, fullG, -fullG}

func feel(t time.Duration) (a, g [3]float64) {
	v := axes.Feel(t)
	return [3]float64(v[:3]), [3]float64(v[3:])
}

type rig struct {
	bus   *chiptest.Bus
	model *lsm6dstest.Model
	cfg   lsm6ds.Config
}

func newRig(s fifotest.Setup) *rig {
	m := lsm6dstest.New(lsm6dstest.Config{Now: haltest.Clock{}.Boot, Signal: feel, Skew: s.Skew})
	b := chiptest.New(map[uint16]chiptest.Model{lsm6ds.DefaultAddress: m})
	return &rig{bus: b, model: m, cfg: lsm6ds.Config{
		Bus: b.Open, Where: "i2c-1", Rate: s.Rate, Every: s.Every, Clock: haltest.Clock{},
	}}
}

func (r *rig) source(polled bool) hal.Source {
	if polled {
		return lsm6ds.NewPolled(r.cfg)
	}
	return lsm6ds.New(r.cfg)
}

func TestDriver(t *testing.T) {
	fifotest.Run(t, fifotest.Subject{
		Channels: channels, Axes: axes, Step: step, Rate: 833, Polled: 104,
		Rig: func(s fifotest.Setup) fifotest.Rig {
			r := newRig(s)
			return fifotest.Rig{Source: r.source(s.Polled), Bus: r.bus, Address: lsm6ds.DefaultAddress, Chip: r.model}
		},
		Stranger: lsm6dstest.New(lsm6dstest.Config{Now: haltest.Clock{}.Boot, ID: 0x69}), Says: "0x69",
	})
}

func TestImpossibleConfigs(t *testing.T) {
	for says, change := range map[string]func(*lsm6ds.Config){
		"rate of 100": func(c *lsm6ds.Config) { c.Rate = 100 },
		"range of 3":  func(c *lsm6ds.Config) { c.Accel = 3 },
		"no bus":      func(c *lsm6ds.Config) { c.Bus = nil },
	} {
		r := newRig(fifotest.Setup{Rate: 104})
		change(&r.cfg)
		haltest.EmitsNothing(t, r.source(false), says, false)
	}
}

// TestOverSPI, and that the gyroscope's nonsense of its first 70 ms stays inside.
func TestOverSPI(t *testing.T) {
	h, err := fifotest.Play(t, 2*time.Second, func() hal.Source {
		r := newRig(fifotest.Setup{Rate: 1667})
		r.cfg.SPI = func() (spi.PortCloser, error) { return chiptest.NewPort(r.model, 0x7f), nil }
		return lsm6ds.New(r.cfg)
	}, func(b hal.Block) { axes.Whole(t, b, step) })
	if err != nil || h.Dropped != 0 || h.Samples < 2800 {
		t.Errorf("%v; %+v", err, h)
	}
}

// TestAtRest: a gyroscope that lies still, whose noise is less than a step: 3.8 mdps per root hertz over 8 Hz are 11 mdps,
// and a step of 2000 dps is 70. It is not stuck. One of 250 dps, in steps of 9, is.
func TestAtRest(t *testing.T) {
	for gyro, stands := range map[int]bool{2000: false, 250: true} {
		h, err := fifotest.Play(t, 5*time.Minute, func() hal.Source {
			m := lsm6dstest.New(lsm6dstest.Config{Now: haltest.Clock{}.Boot, Signal: func(t time.Duration) (a, g [3]float64) {
				a, _ = feel(t)
				return a, g
			}})
			return lsm6ds.NewPolled(lsm6ds.Config{
				Bus: chiptest.New(map[uint16]chiptest.Model{lsm6ds.DefaultAddress: m}).Open, Gyro: gyro, Clock: haltest.Clock{},
			})
		}, func(hal.Block) {})
		if (err != nil) != stands || (h.Skipped > 0) != stands {
			t.Errorf("%d dps: %v; %+v", gyro, err, h)
		}
	}
}
