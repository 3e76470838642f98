package mpu6050_test

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
	"github.com/dunlin-iot/dunlin/hal/mpu6050"
	"github.com/dunlin-iot/dunlin/hal/mpu6050/mpu6050test"
	"periph.io/x/conn/v3/i2c"
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
	model *mpu6050test.Model
	cfg   mpu6050.Config
}

func newRig(rate hal.Hertz, skew float64) *rig {
	m := mpu6050test.New(mpu6050test.Config{Now: fifotest.Clock{}.Boot, Signal: ramp, Skew: skew})
	b := chiptest.New(map[uint16]chiptest.Model{mpu6050.DefaultAddress: m})
	return &rig{bus: b, model: m, cfg: mpu6050.Config{
		Bus: func() (i2c.BusCloser, error) { return b, nil }, Where: "i2c-1", Rate: rate, Clock: fifotest.Clock{},
	}}
}

var modes = []struct {
	name   string
	source func(mpu6050.Config) hal.Source
}{
	{"fifo", func(c mpu6050.Config) hal.Source { return mpu6050.New(c) }},
	{"polled", func(c mpu6050.Config) hal.Source { return mpu6050.NewPolled(c) }},
}

func TestContract(t *testing.T) {
	for _, mode := range modes {
		make := func(arrange func(r *rig)) func(*testing.T) hal.Source {
			return func(*testing.T) hal.Source {
				r := newRig(1000, 0.02)
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
					time.AfterFunc(time.Second/2, func() { r.bus.Unplug(mpu6050.DefaultAddress) })
				}),
				Absent: make(func(r *rig) { r.bus.Unplug(mpu6050.DefaultAddress) }),
			})
		})
	}
}

func TestFIFO(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			polled, rate := mode.name == "polled", hal.Hertz(1000)
			if polled {
				rate = 100
			}
			fifotest.Run(t, fifotest.Subject{
				Rate: rate, Tell: tell, Step: 1. / 32768, Polled: polled,
				Rig: func(skew float64) fifotest.Rig {
					r := newRig(rate, skew)
					return fifotest.Rig{
						Source: mode.source(r.cfg), Bus: r.bus, Address: mpu6050.DefaultAddress, Reset: r.model.Reset, Freeze: r.model.Freeze,
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
		{"another chip", "0x6c", true, func(r *rig) {
			r.bus.Plug(mpu6050.DefaultAddress, mpu6050test.New(mpu6050test.Config{Now: fifotest.Clock{}.Boot, ID: 0x6C}))
		}},
		{"nobody", "0x68", true, func(r *rig) { r.bus.Unplug(mpu6050.DefaultAddress) }},
		{"rate", "rate of 300", false, func(r *rig) { r.cfg.Rate = 300 }},
		{"range", "range of 3", false, func(r *rig) { r.cfg.Gyro = 3 }},
		{"no bus", "no bus", false, func(r *rig) { r.cfg.Bus = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := fifotest.Play(t, time.Minute, func() hal.Source {
				r := newRig(100, 0)
				c.change(r)
				return mpu6050.New(r.cfg)
			}, func(hal.Block) {})
			var gone *hal.AbsentError
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &gone) != c.absent {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestGenerations: the MPU-6500 and MPU-9250 hold half as much and wake up by themselves.
func TestGenerations(t *testing.T) {
	for _, id := range []uint8{0x68, 0x70, 0x71} {
		for _, mode := range modes {
			h, err := fifotest.Play(t, 3*time.Second, func() hal.Source {
				r := newRig(500, 0)
				r.bus.Plug(mpu6050.DefaultAddress, mpu6050test.New(mpu6050test.Config{Now: fifotest.Clock{}.Boot, Signal: ramp, ID: id}))
				r.cfg.Every = 20 * time.Millisecond
				return mode.source(r.cfg)
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
			if err != nil || h.Dropped != 0 || h.Skipped != 0 || h.Samples < 130 {
				t.Errorf("0x%02x, %s: %v; %+v", id, mode.name, err, h)
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
			Bus: func() (i2c.BusCloser, error) { return b, nil }, Address: 0x69, Accel: 2, Gyro: 250, Clock: fifotest.Clock{},
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
