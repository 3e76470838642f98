package bme280_test

import (
	"context"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/bme280"
	"github.com/dunlin-iot/dunlin/hal/bme280/bme280test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/poll/polltest"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/devices/v3/bmxx80"
)

var (
	humid = []hal.Channel{{Name: "temperature", Unit: "Cel"}, {Name: "pressure", Unit: "Pa"}, {Name: "humidity", Unit: "%"}}
	dry   = humid[:2]
)

// source is a quick source on a bus: a measurement of the model takes 10 µs.
func source(bus *chiptest.Bus, change func(*bme280.Config)) *poll.Source {
	cfg := bme280.Config{
		Bus: bus.Open, Where: "i2c-1", Every: 2 * time.Millisecond, Convert: 100 * time.Microsecond,
	}
	if change != nil {
		change(&cfg)
	}
	return bme280.New(cfg)
}

func plugged(c *bme280test.Chip) *chiptest.Bus {
	c.Convert(10 * time.Microsecond)
	return chiptest.New(map[uint16]chiptest.Model{0x76: c})
}

func bmp280(cfg *bme280.Config) { cfg.Chip = bme280.BMP280 }

type rig = polltest.Rig[*bme280test.Chip]

// subject is what both chips have in common.
func subject(chip func() *bme280test.Chip, change func(*bme280.Config)) polltest.Subject[*bme280test.Chip] {
	return polltest.Subject[*bme280test.Chip]{
		Address: 0x76, Chip: chip, Plug: plugged,
		Source: func(bus *chiptest.Bus) *poll.Source { return source(bus, change) },
		Change: func(c *bme280test.Chip) { c.SetAir(30, 101000, 60) },
		Faults: []polltest.Fault[*bme280test.Chip]{
			polltest.Absent("nobody answers", "dunlin sources ls", func(r rig) { r.Bus.Unplug(0x76) }),
			polltest.Useless("calibration of ones", "all 0xff", func(r rig) { r.Chip.SpoilCalibration(0xff) }),
			polltest.Useless("calibration of zeros", "all 0x00", func(r rig) { r.Chip.SpoilCalibration(0) }),
			polltest.Useless("no pressure scale", "P1 are zero", func(r rig) {
				k := bme280test.Example()
				k.P1 = 0
				r.Chip.Calibrate(k)
			}),
			polltest.Useless("converters do not run", "measured nothing", func(r rig) { r.Chip.Stick(true) }),
			polltest.Useless("never ready", "busy for too long", func(r rig) { r.Chip.Convert(time.Hour) }),
		},
	}
}

func TestBME280(t *testing.T) {
	s := subject(bme280test.New, nil)
	s.Channels, s.Changed, s.Within = humid, []float64{30, 101000, 60}, []float64{0.02, 5, 0.1}
	s.Faults = append(s.Faults,
		polltest.Absent("a BMP280", "id 0x58, a BMP280; set the driver of the source to bmp280", func(r rig) { r.Bus.Plug(0x76, bme280test.NewBMP280()) }),
		polltest.Absent("a BME680", "id 0x61, a BME680", func(r rig) { r.Chip.SetID(0x61) }))
	polltest.Run(t, s)
}

func TestBMP280(t *testing.T) {
	s := subject(bme280test.NewBMP280, bmp280)
	s.Channels, s.Changed, s.Within = dry, []float64{30, 101000}, []float64{0.02, 5}
	s.Faults = append(s.Faults, polltest.Absent("a BME280", "id 0x60, a BME280", func(r rig) { r.Bus.Plug(0x76, bme280test.New()) }))
	polltest.Run(t, s)
}

// TestWorkedExample: temperature and pressure are those of the BMP280 data sheet, section 3.12. Humidity is what Linux'
// bmp280 driver reads from the same registers.
func TestWorkedExample(t *testing.T) {
	blocks, _ := haltest.Collect(t, source(plugged(bme280test.New()), nil), 1, nil)
	v := blocks[0].Values
	haltest.Near(t, "temperature", v[0], 25.08, 0.001)
	haltest.Near(t, "pressure", v[1], 100653.27, 0.03)
	haltest.Near(t, "humidity", v[2], 49.654, 0.001)
	blocks, _ = haltest.Collect(t, source(plugged(bme280test.NewBMP280()), bmp280), 1, nil)
	haltest.Near(t, "pressure of the BMP280", blocks[0].Values[1], 100653.27, 0.03)
}

// TestAgreesWithOthers: the data sheet's floating-point formulas (in the model) and periph's driver see the same air.
func TestAgreesWithOthers(t *testing.T) {
	for _, air := range [][3]float64{{-39.5, 31000, 5}, {-10, 50000, 80}, {0, 90000, 99}, {23.4, 101325, 45}, {60, 105000, 30}, {84.5, 109000, 10}} {
		c := bme280test.New()
		bus := plugged(c)
		c.SetAir(air[0], air[1], air[2])
		blocks, _ := haltest.Collect(t, source(bus, func(cfg *bme280.Config) { cfg.Oversampling = 16 }), 1, nil)
		v := blocks[0].Values
		haltest.Near(t, "temperature", v[0], air[0], 0.011)
		haltest.Near(t, "pressure", v[1], air[1], 1)
		haltest.Near(t, "humidity", v[2], air[2], 0.05)
		dev, err := bmxx80.NewI2C(bus, 0x76, &bmxx80.Opts{Temperature: bmxx80.O16x, Pressure: bmxx80.O16x, Humidity: bmxx80.O16x})
		if err != nil {
			t.Fatal(err)
		}
		var e physic.Env
		if err := dev.Sense(&e); err != nil {
			t.Fatal(err)
		}
		haltest.Near(t, "temperature by periph", v[0], e.Temperature.Celsius(), 0.0001)
		haltest.Near(t, "pressure by periph", v[1], float64(e.Pressure)/float64(physic.Pascal), 0.01)
		haltest.Near(t, "humidity by periph", v[2], float64(e.Humidity)/float64(physic.PercentRH), 0.001)
	}
}

// TestNegativeHumidityWords: H4 and H5 are signed (table 16).
func TestNegativeHumidityWords(t *testing.T) {
	c, k := bme280test.New(), bme280test.Example()
	k.H4, k.H5 = -100, -7
	c.Calibrate(k)
	bus := plugged(c)
	c.SetAir(20, 100000, 42)
	blocks, _ := haltest.Collect(t, source(bus, nil), 1, nil)
	haltest.Near(t, "humidity", blocks[0].Values[2], 42, 0.05)
}

// TestBrownOut: a chip that was reset while the agent ran has forgotten its humidity setting; no default gets out.
func TestBrownOut(t *testing.T) {
	c := bme280test.New()
	blocks, _ := haltest.Ends(t, source(plugged(c), nil), 2, "lost its settings", func(i int) {
		if i == 2 {
			c.BrownOut()
		}
	})
	for _, b := range blocks {
		haltest.Near(t, "humidity", b.Values[2], 49.654, 0.001)
	}
}

func TestImpossibleConfig(t *testing.T) {
	for _, change := range []func(*bme280.Config){
		func(c *bme280.Config) { c.Chip = "bmp180" },
		func(c *bme280.Config) { c.Address = 0x40 },
		func(c *bme280.Config) { c.Oversampling = 3 },
		func(c *bme280.Config) { c.Bus = nil },
	} {
		haltest.EmitsNothing(t, source(plugged(bme280test.New()), change), "", false)
	}
}

// FuzzRegisters: whatever words and values a broken chip or bus gives, what comes out is inside of the chip's range.
func FuzzRegisters(f *testing.F) {
	f.Add([]byte{1, 0, 255, 127}, uint32(519888), uint32(415148), uint16(30000))
	f.Add([]byte{0x6c, 0x6e, 0x43, 0x67, 0x18, 0xfc, 1, 0, 0, 0x80}, uint32(0), uint32(1<<20-1), uint16(0xffff))
	f.Fuzz(func(t *testing.T, words []byte, temperature, pressure uint32, humidity uint16) {
		c := bme280test.New()
		c.Set(0x88, words[:min(len(words), 26)]...)
		c.Set(0xe1, words[min(len(words), 26):min(len(words), 33)]...)
		c.SetRaw(temperature, pressure, humidity)
		s := source(plugged(c), func(cfg *bme280.Config) { cfg.Every = 10 * time.Microsecond })
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		stop := time.AfterFunc(20*time.Millisecond, cancel)
		defer stop.Stop()
		_ = s.Run(ctx, func(b hal.Block) { // an error is as good as silence
			if v := b.Values; v[0] < -40 || v[0] > 85 || v[1] < 30000 || v[1] > 110000 || v[2] < 0 || v[2] > 100 {
				t.Errorf("emitted %v", v)
			}
			cancel()
		})
	})
}
