package mpu6050_test

import (
	"math"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/fifo/fifotest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/mpu6050"
	"github.com/dunlin-iot/dunlin/hal/mpu6050/mpu6050test"
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
	model *mpu6050test.Model
	cfg   mpu6050.Config
}

func newRig(s fifotest.Setup) *rig {
	m := mpu6050test.New(mpu6050test.Config{Now: haltest.Clock{}.Boot, Signal: feel, Skew: s.Skew})
	b := chiptest.New(map[uint16]chiptest.Model{mpu6050.DefaultAddress: m})
	return &rig{bus: b, model: m, cfg: mpu6050.Config{
		Bus: b.Open, Where: "i2c-1", Rate: s.Rate, Every: s.Every, Clock: haltest.Clock{},
	}}
}

func (r *rig) source(polled bool) hal.Source {
	if polled {
		return mpu6050.NewPolled(r.cfg)
	}
	return mpu6050.New(r.cfg)
}

func TestDriver(t *testing.T) {
	fifotest.Run(t, fifotest.Subject{
		Channels: channels, Axes: axes, Step: step, Rate: 1000, Polled: 100,
		Rig: func(s fifotest.Setup) fifotest.Rig {
			r := newRig(s)
			return fifotest.Rig{Source: r.source(s.Polled), Bus: r.bus, Address: mpu6050.DefaultAddress, Chip: r.model}
		},
		Stranger: mpu6050test.New(mpu6050test.Config{Now: haltest.Clock{}.Boot, ID: 0x6C}), Says: "0x6c",
	})
}

func TestImpossibleConfigs(t *testing.T) {
	for says, change := range map[string]func(*mpu6050.Config){
		"rate of 300": func(c *mpu6050.Config) { c.Rate = 300 },
		"range of 3":  func(c *mpu6050.Config) { c.Gyro = 3 },
		"no bus":      func(c *mpu6050.Config) { c.Bus = nil },
	} {
		r := newRig(fifotest.Setup{Rate: 100})
		change(&r.cfg)
		haltest.EmitsNothing(t, r.source(false), says, false)
	}
}

// TestGenerations: the MPU-6500 and MPU-9250 hold half as much and wake up by themselves.
func TestGenerations(t *testing.T) {
	for _, id := range []uint8{0x68, 0x70, 0x71} {
		for _, polled := range []bool{false, true} {
			h, err := fifotest.Play(t, 3*time.Second, func() hal.Source {
				r := newRig(fifotest.Setup{Rate: 500})
				r.bus.Plug(mpu6050.DefaultAddress, mpu6050test.New(mpu6050test.Config{Now: haltest.Clock{}.Boot, Signal: feel, ID: id}))
				r.cfg.Every = 20 * time.Millisecond
				return r.source(polled)
			}, func(b hal.Block) { axes.Whole(t, b, step) })
			if err != nil || h.Dropped != 0 || h.Skipped != 0 || h.Samples < 130 {
				t.Errorf("0x%02x, polled %v: %v; %+v", id, polled, err, h)
			}
		}
	}
}

// TestSheet: 16384 steps a g at 2 g and 131 a degree per second at 250 (PS-MPU-6000A-00, 6.1 and 6.2), high byte first.
func TestSheet(t *testing.T) {
	regs := &chiptest.Registers{}
	regs.Set(0x75, 0x68)
	regs.Set(0x3A, 0x01, 0x40, 0x00, 0xC0, 0x00, 0x20, 0x00, 0, 0, 0x00, 0x83, 0xFF, 0x7D, 0x33, 0x2C)
	regs.OnWrite = func(reg, v uint8) {
		if reg == 0x6B {
			regs.Poke(0x6B, v&^0x80)
		}
	}
	b := chiptest.New(map[uint16]chiptest.Model{0x69: regs})
	var got []float32
	_, err := fifotest.Play(t, 900*time.Millisecond, func() hal.Source {
		return mpu6050.NewPolled(mpu6050.Config{
			Bus: b.Open, Address: 0x69, Accel: 2, Gyro: 250, Clock: haltest.Clock{},
		})
	}, func(b hal.Block) { got = append(got[:0], b.Values...) })
	want := []float64{9.80665, -9.80665, 9.80665 / 2, math.Pi / 180, -math.Pi / 180, 100 * math.Pi / 180}
	if err != nil || len(got) != 6 {
		t.Fatalf("%v, %v", err, got)
	}
	for i := range want {
		if math.Abs(float64(got[i])-want[i]) > 1e-6*math.Abs(want[i]) {
			t.Errorf("%s is %v, want %v", channels[i].Name, got[i], want[i])
		}
	}
}

// TestAtRest: a gyroscope that lies still, whose noise is less than a step: 5 mdps per root hertz over 5 Hz are 11 mdps,
// and a step of 2000 dps is 61. It is not stuck. One of 250 dps, in steps of 8, is.
func TestAtRest(t *testing.T) {
	for gyro, stands := range map[int]bool{2000: false, 250: true} {
		h, err := fifotest.Play(t, 5*time.Minute, func() hal.Source {
			m := mpu6050test.New(mpu6050test.Config{Now: haltest.Clock{}.Boot, Signal: func(t time.Duration) (a, g [3]float64) {
				a, _ = feel(t)
				return a, g
			}})
			return mpu6050.New(mpu6050.Config{
				Bus: chiptest.New(map[uint16]chiptest.Model{mpu6050.DefaultAddress: m}).Open, Rate: 10, Gyro: gyro, Clock: haltest.Clock{},
			})
		}, func(hal.Block) {})
		if (err != nil) != stands || (h.Skipped > 0) != stands {
			t.Errorf("%d dps: %v; %+v", gyro, err, h)
		}
	}
}
