package adxl345_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/adxl345"
	"github.com/dunlin-iot/dunlin/hal/adxl345/adxl345test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/fifo/fifotest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

var channels = []hal.Channel{{Name: "ax", Unit: "m/s2"}, {Name: "ay", Unit: "m/s2"}, {Name: "az", Unit: "m/s2"}}

// full scale of the default range.
const full = 16 * 9.80665

// ramp is the signal of the suite on all axes, one of them upside down.
func ramp(t time.Duration) [3]float64 {
	x := fifotest.Ramp(t) * full
	return [3]float64{x, -x, x}
}

func tell(v []float32) []float64 {
	return []float64{float64(v[0]) / full, -float64(v[1]) / full, float64(v[2]) / full}
}

type rig struct {
	bus   *chiptest.Bus
	model *adxl345test.Model
	cfg   adxl345.Config
}

func newRig(rate hal.Hertz, skew float64) *rig {
	m := adxl345test.New(adxl345test.Config{Now: fifotest.Clock{}.Boot, Signal: ramp, Skew: skew})
	b := chiptest.New(map[uint16]chiptest.Model{adxl345.DefaultAddress: m})
	return &rig{bus: b, model: m, cfg: adxl345.Config{
		Bus: func() (i2c.BusCloser, error) { return b, nil }, Where: "i2c-1", Rate: rate, Clock: fifotest.Clock{},
	}}
}

var modes = []struct {
	name   string
	source func(adxl345.Config) hal.Source
}{
	{"fifo", func(c adxl345.Config) hal.Source { return adxl345.New(c) }},
	{"polled", func(c adxl345.Config) hal.Source { return adxl345.NewPolled(c) }},
}

func TestContract(t *testing.T) {
	for _, mode := range modes {
		make := func(arrange func(r *rig)) func(*testing.T) hal.Source {
			return func(*testing.T) hal.Source {
				r := newRig(400, 0.02)
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
					time.AfterFunc(time.Second/2, func() { r.bus.Unplug(adxl345.DefaultAddress) })
				}),
				Absent: make(func(r *rig) { r.bus.Unplug(adxl345.DefaultAddress) }),
			})
		})
	}
}

func TestFIFO(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			polled, rate := mode.name == "polled", hal.Hertz(400)
			if polled {
				rate = 100
			}
			fifotest.Run(t, fifotest.Subject{
				Rate: rate, Tell: tell, Step: 1. / 4096, Polled: polled,
				Rig: func(skew float64) fifotest.Rig {
					r := newRig(rate, skew)
					return fifotest.Rig{
						Source: mode.source(r.cfg), Bus: r.bus, Address: adxl345.DefaultAddress, Reset: r.model.Reset, Freeze: r.model.Freeze,
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
			r.bus.Plug(adxl345.DefaultAddress, adxl345test.New(adxl345test.Config{Now: fifotest.Clock{}.Boot, ID: 0x6C}))
		}},
		{"nobody", "0x53", true, func(r *rig) { r.bus.Unplug(adxl345.DefaultAddress) }},
		{"rate", "rate of 1600", false, func(r *rig) { r.cfg.Rate = 1600 }},
		{"range", "range of 3", false, func(r *rig) { r.cfg.Range = 3 }},
		{"no bus", "no bus", false, func(r *rig) { r.cfg.Bus = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := fifotest.Play(t, time.Minute, func() hal.Source {
				r := newRig(100, 0)
				c.change(r)
				return adxl345.New(r.cfg)
			}, func(hal.Block) {})
			var gone *hal.AbsentError
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &gone) != c.absent {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestOverSPI: 3200 Hz are more than I2C carries. The clock is the fastest that needs no pause of 5 us between samples
// (sheet, "retrieving data from FIFO": 1.6 MHz; ADXL345_MAX_FREQ_NO_FIFO_DELAY of the kernel: 1.5 MHz).
func TestOverSPI(t *testing.T) {
	var port *chiptest.Port
	h, err := fifotest.Play(t, 2*time.Second, func() hal.Source {
		r := newRig(3200, 0)
		port = chiptest.NewPort(r.model, 0x3f)
		r.cfg.SPI = func() (spi.PortCloser, error) { return port, nil }
		return adxl345.New(r.cfg)
	}, func(b hal.Block) {
		for i := range b.Samples() {
			all := tell(b.Values[3*i : 3*i+3])
			for _, x := range all {
				if math.Abs(x-all[0]) > 2./4096 {
					t.Fatalf("sample of several moments: %v", all)
				}
			}
		}
	})
	if err != nil || h.Dropped != 0 || h.Samples < 6000 {
		t.Errorf("%v; %+v", err, h)
	}
	if f := port.Speed(); f == 0 || f > 1500*physic.KiloHertz {
		t.Errorf("a clock of %s", f)
	}
}

// TestCodes: rates and ranges in the codes of the kernel's adxl345.h and adxl345_core.c: 97.65625 mHz shifted left by
// the code of BW_RATE; 0 to 3 for 2 g to 16 g and bit 3 for full resolution in DATA_FORMAT; bit 3 of POWER_CTL measures.
func TestCodes(t *testing.T) {
	for rate, code := range map[hal.Hertz]uint8{6.25: 6, 12.5: 7, 25: 8, 50: 9, 100: 10, 200: 11, 400: 12, 800: 13} {
		if got := 0.09765625 * math.Pow(2, float64(code)); got != float64(rate) {
			t.Fatalf("the test itself: code %d is %v Hz", code, got)
		}
		for span, bits := range map[int]uint8{2: 8, 4: 9, 8: 10, 16: 11} {
			r := newRig(rate, 0)
			var got [2]uint8
			_, err := fifotest.Play(t, 2*time.Second, func() hal.Source {
				r.cfg.Range = span
				return adxl345.New(r.cfg)
			}, func(hal.Block) { got = [2]uint8{r.model.Register(0x2c), r.model.Register(0x31)} })
			if err != nil || got != [2]uint8{code, bits} {
				t.Errorf("%v Hz, %d g: BW_RATE and DATA_FORMAT % x, want %02x %02x; %v", rate, span, got, code, bits, err)
			}
		}
	}
}

// TestSheet: 256 steps a g in full resolution, two's complement, low byte first (sheet, table 1 and "data format").
func TestSheet(t *testing.T) {
	regs := &chiptest.Registers{}
	regs.Set(0x00, 0xE5)
	regs.Set(0x30, 0x80)
	regs.Set(0x32, 0x00, 0x01, 0x00, 0xFF, 0x80, 0x00)
	b := chiptest.New(map[uint16]chiptest.Model{0x1D: regs})
	var got []float32
	_, err := fifotest.Play(t, 900*time.Millisecond, func() hal.Source {
		return adxl345.NewPolled(adxl345.Config{
			Bus: func() (i2c.BusCloser, error) { return b, nil }, Address: 0x1D, Range: 2, Clock: fifotest.Clock{},
		})
	}, func(b hal.Block) { got = append(got[:0], b.Values...) })
	want := []float64{9.80665, -9.80665, 9.80665 / 2}
	if err != nil || len(got) != 3 {
		t.Fatalf("%v, %v", err, got)
	}
	for i := range want {
		if math.Abs(float64(got[i])-want[i]) > 1e-6*math.Abs(want[i]) {
			t.Errorf("%s is %v, want %v", channels[i].Name, got[i], want[i])
		}
	}
}
