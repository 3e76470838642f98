package bme280_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/bme280"
	"github.com/dunlin-iot/dunlin/hal/bme280/bme280test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"periph.io/x/conn/v3/i2c"
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
		Bus: func() (i2c.BusCloser, error) { return bus, nil }, Where: "i2c-1", Every: 2 * time.Millisecond, Convert: 100 * time.Microsecond,
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

func TestContract(t *testing.T) {
	for _, c := range []struct {
		name     string
		chip     func() *bme280test.Chip
		change   func(*bme280.Config)
		channels []hal.Channel
	}{
		{"bme280", bme280test.New, nil, humid},
		{"bmp280", bme280test.NewBMP280, bmp280, dry},
	} {
		t.Run(c.name, func(t *testing.T) {
			haltest.Run(t, haltest.Subject{
				Channels: c.channels,
				Endless:  func(*testing.T) hal.Source { return source(plugged(c.chip()), c.change) },
				Absent:   func(*testing.T) hal.Source { return source(chiptest.New(nil), c.change) },
				Broken: func(*testing.T) hal.Source {
					bus, n := plugged(c.chip()), 0
					bus.Fault(func(uint16) error {
						if n++; n > 20 {
							return syscall.EIO
						}
						return nil
					})
					return source(bus, c.change)
				},
			})
		})
	}
}

// run collects n blocks; after may change the world when a block has come.
func run(t *testing.T, s *poll.Source, n int, after func(i int)) (blocks []hal.Block, h hal.Health) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := s.Run(ctx, func(b hal.Block) {
		b.Values = append([]float32(nil), b.Values...)
		if blocks = append(blocks, b); after != nil {
			after(len(blocks))
		}
		if h = s.Health(); len(blocks) == n {
			cancel()
		}
	})
	if err != nil || len(blocks) < n {
		t.Fatalf("%d blocks, %v, want %d", len(blocks), err, n)
	}
	return blocks[:n], h
}

func near(t *testing.T, what string, got float32, want, within float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > within {
		t.Errorf("%s %v, want %v ± %v", what, got, want, within)
	}
}

// TestWorkedExample: temperature and pressure are those of the BMP280 data sheet, section 3.12. Humidity is what Linux'
// bmp280 driver reads from the same registers.
func TestWorkedExample(t *testing.T) {
	blocks, _ := run(t, source(plugged(bme280test.New()), nil), 1, nil)
	v := blocks[0].Values
	near(t, "temperature", v[0], 25.08, 0.001)
	near(t, "pressure", v[1], 100653.27, 0.03)
	near(t, "humidity", v[2], 49.654, 0.001)
	blocks, _ = run(t, source(plugged(bme280test.NewBMP280()), bmp280), 1, nil)
	near(t, "pressure of the BMP280", blocks[0].Values[1], 100653.27, 0.03)
}

// TestAgreesWithOthers: the data sheet's floating-point formulas (in the model) and periph's driver see the same air.
func TestAgreesWithOthers(t *testing.T) {
	for _, air := range [][3]float64{{-39.5, 31000, 5}, {-10, 50000, 80}, {0, 90000, 99}, {23.4, 101325, 45}, {60, 105000, 30}, {84.5, 109000, 10}} {
		c := bme280test.New()
		bus := plugged(c)
		c.SetAir(air[0], air[1], air[2])
		blocks, _ := run(t, source(bus, func(cfg *bme280.Config) { cfg.Oversampling = 16 }), 1, nil)
		v := blocks[0].Values
		near(t, "temperature", v[0], air[0], 0.011)
		near(t, "pressure", v[1], air[1], 1)
		near(t, "humidity", v[2], air[2], 0.05)
		dev, err := bmxx80.NewI2C(bus, 0x76, &bmxx80.Opts{Temperature: bmxx80.O16x, Pressure: bmxx80.O16x, Humidity: bmxx80.O16x})
		if err != nil {
			t.Fatal(err)
		}
		var e physic.Env
		if err := dev.Sense(&e); err != nil {
			t.Fatal(err)
		}
		near(t, "temperature by periph", v[0], e.Temperature.Celsius(), 0.0001)
		near(t, "pressure by periph", v[1], float64(e.Pressure)/float64(physic.Pascal), 0.01)
		near(t, "humidity by periph", v[2], float64(e.Humidity)/float64(physic.PercentRH), 0.001)
	}
}

// TestNegativeHumidityWords: H4 and H5 are signed (table 16).
func TestNegativeHumidityWords(t *testing.T) {
	c, k := bme280test.New(), bme280test.Example()
	k.H4, k.H5 = -100, -7
	c.Calibrate(k)
	bus := plugged(c)
	c.SetAir(20, 100000, 42)
	blocks, _ := run(t, source(bus, nil), 1, nil)
	near(t, "humidity", blocks[0].Values[2], 42, 0.05)
}

func TestRefusedTransfersAreAGap(t *testing.T) {
	c := bme280test.New()
	bus := plugged(c)
	blocks, h := run(t, source(bus, nil), 3, func(i int) {
		if i == 1 {
			bus.Refuse(0x76, 3)
			c.SetAir(30, 101000, 60)
		}
	})
	if !blocks[1].Discont || h.Skipped != 3 {
		t.Errorf("gap %v, skipped %d, want a gap of 3", blocks[1].Discont, h.Skipped)
	}
	near(t, "temperature after the gap", blocks[1].Values[0], 30, 0.02)
	if h.State != hal.Running && h.State != hal.Degraded {
		t.Errorf("state %v", h.State)
	}
}

func TestNotThere(t *testing.T) {
	for _, c := range []struct {
		name   string
		bus    func() *chiptest.Bus
		change func(*bme280.Config)
		want   string
	}{
		{"nobody answers", func() *chiptest.Bus { return chiptest.New(nil) }, nil, "dunlin sources ls"},
		{"a BMP280 for a BME280", func() *chiptest.Bus { return plugged(bme280test.NewBMP280()) }, nil, "id 0x58, a BMP280; set the driver of the source to bmp280"},
		{"a BME280 for a BMP280", func() *chiptest.Bus { return plugged(bme280test.New()) }, bmp280, "id 0x60, a BME280"},
		{"a BME680", func() *chiptest.Bus {
			c := bme280test.New()
			c.SetID(0x61)
			return plugged(c)
		}, nil, "id 0x61, a BME680"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bus := c.bus()
			err := source(bus, c.change).Run(t.Context(), func(b hal.Block) { t.Errorf("emitted %v", b.Values) })
			var gone *hal.AbsentError
			if !errors.As(err, &gone) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want absence that tells %q", err, c.want)
			}
			if bus.Closed() != 1 {
				t.Errorf("bus closed %d times", bus.Closed())
			}
		})
	}
}

func TestUselessChips(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*bme280test.Chip)
		want  string
	}{
		{"calibration of ones", func(c *bme280test.Chip) { c.SpoilCalibration(0xff) }, "all 0xff"},
		{"calibration of zeros", func(c *bme280test.Chip) { c.SpoilCalibration(0) }, "all 0x00"},
		{"no pressure scale", func(c *bme280test.Chip) {
			k := bme280test.Example()
			k.P1 = 0
			c.Calibrate(k)
		}, "P1 are zero"},
		{"converters do not run", func(c *bme280test.Chip) { c.Stick(true) }, "measured nothing"},
		{"never ready", func(c *bme280test.Chip) { c.Convert(time.Hour) }, "busy for too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			chip := bme280test.New()
			bus := plugged(chip)
			c.spoil(chip)
			err := source(bus, nil).Run(t.Context(), func(b hal.Block) { t.Errorf("emitted %v", b.Values) })
			var gone *hal.AbsentError
			if err == nil || errors.As(err, &gone) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// TestBrownOut: a chip that was reset while the agent ran has forgotten its humidity setting; no default gets out.
func TestBrownOut(t *testing.T) {
	c := bme280test.New()
	blocks := 0
	err := source(plugged(c), nil).Run(t.Context(), func(b hal.Block) {
		near(t, "humidity", b.Values[2], 49.654, 0.001)
		if blocks++; blocks == 2 {
			c.BrownOut()
		}
	})
	if err == nil || !strings.Contains(err.Error(), "lost its settings") || blocks != 2 {
		t.Errorf("%v after %d blocks", err, blocks)
	}
}

func TestImpossibleConfig(t *testing.T) {
	for _, change := range []func(*bme280.Config){
		func(c *bme280.Config) { c.Chip = "bmp180" },
		func(c *bme280.Config) { c.Address = 0x40 },
		func(c *bme280.Config) { c.Oversampling = 3 },
		func(c *bme280.Config) { c.Bus = nil },
	} {
		err := source(plugged(bme280test.New()), change).Run(t.Context(), func(hal.Block) {})
		var gone *hal.AbsentError
		if err == nil || errors.As(err, &gone) {
			t.Errorf("%v, want a plain error", err)
		}
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
