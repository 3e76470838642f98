package adxl345_test

import (
	"math"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/adxl345"
	"github.com/dunlin-iot/dunlin/hal/adxl345/adxl345test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/fifo/fifotest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

var channels = []hal.Channel{{Name: "ax", Unit: "m/s2"}, {Name: "ay", Unit: "m/s2"}, {Name: "az", Unit: "m/s2"}}

// Full scale of the default range.
const full = 16 * 9.80665

// step is the resolution of full scale.
const step = 1. / 4096

var axes = fifotest.Axes{full, -full, full}

type rig struct {
	bus   *chiptest.Bus
	model *adxl345test.Model
	cfg   adxl345.Config
}

func newRig(s fifotest.Setup) *rig {
	m := adxl345test.New(adxl345test.Config{Now: haltest.Clock{}.Boot, Signal: func(t time.Duration) [3]float64 { return [3]float64(axes.Feel(t)) }, Skew: s.Skew})
	b := chiptest.New(map[uint16]chiptest.Model{adxl345.DefaultAddress: m})
	return &rig{bus: b, model: m, cfg: adxl345.Config{
		Bus: b.Open, Where: "i2c-1", Rate: s.Rate, Every: s.Every, Clock: haltest.Clock{},
	}}
}

func (r *rig) source(polled bool) hal.Source {
	if polled {
		return adxl345.NewPolled(r.cfg)
	}
	return adxl345.New(r.cfg)
}

func TestDriver(t *testing.T) {
	fifotest.Run(t, fifotest.Subject{
		Channels: channels, Axes: axes, Step: step, Rate: 400, Polled: 100,
		Rig: func(s fifotest.Setup) fifotest.Rig {
			r := newRig(s)
			return fifotest.Rig{Source: r.source(s.Polled), Bus: r.bus, Address: adxl345.DefaultAddress, Chip: r.model}
		},
		Stranger: adxl345test.New(adxl345test.Config{Now: haltest.Clock{}.Boot, ID: 0x6C}), Says: "0x6c",
	})
}

func TestImpossibleConfigs(t *testing.T) {
	for says, change := range map[string]func(*adxl345.Config){
		"rate of 1600": func(c *adxl345.Config) { c.Rate = 1600 },
		"range of 3":   func(c *adxl345.Config) { c.Range = 3 },
		"no bus":       func(c *adxl345.Config) { c.Bus = nil },
	} {
		r := newRig(fifotest.Setup{Rate: 100})
		change(&r.cfg)
		haltest.EmitsNothing(t, r.source(false), says, false)
	}
}

// TestOverSPI: 3200 Hz are more than I2C carries. The clock is the fastest that needs no pause of 5 us between samples
// (sheet, "retrieving data from FIFO": 1.6 MHz; ADXL345_MAX_FREQ_NO_FIFO_DELAY of the kernel: 1.5 MHz).
func TestOverSPI(t *testing.T) {
	var port *chiptest.Port
	h, err := fifotest.Play(t, 2*time.Second, func() hal.Source {
		r := newRig(fifotest.Setup{Rate: 3200})
		port = chiptest.NewPort(r.model, 0x3f)
		r.cfg.SPI = func() (spi.PortCloser, error) { return port, nil }
		return adxl345.New(r.cfg)
	}, func(b hal.Block) { axes.Whole(t, b, step) })
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
			r := newRig(fifotest.Setup{Rate: rate})
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
			Bus: b.Open, Address: 0x1D, Range: 2, Clock: haltest.Clock{},
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

// TestAtRest: at 6.25 Hz the noise is a fifth of a step: a chip that lies still is not stuck. At 50 Hz it is.
func TestAtRest(t *testing.T) {
	for rate, stands := range map[hal.Hertz]bool{6.25: false, 50: true} {
		h, err := fifotest.Play(t, 5*time.Minute, func() hal.Source {
			m := adxl345test.New(adxl345test.Config{Now: haltest.Clock{}.Boot, Signal: func(time.Duration) [3]float64 { return [3]float64{0, 0, 9.8} }})
			return adxl345.New(adxl345.Config{
				Bus: chiptest.New(map[uint16]chiptest.Model{adxl345.DefaultAddress: m}).Open, Rate: rate, Clock: haltest.Clock{},
			})
		}, func(hal.Block) {})
		if (err != nil) != stands || (h.Skipped > 0) != stands {
			t.Errorf("%v Hz: %v; %+v", rate, err, h)
		}
	}
}
