package main

import (
	"path/filepath"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/ads1115"
	"github.com/dunlin-iot/dunlin/hal/bme280"
	"github.com/dunlin-iot/dunlin/hal/bme280/bme280test"
	"github.com/dunlin-iot/dunlin/hal/iio"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds"
)

// Addresses of the models, the usual ones of their breakout boards.
const (
	airAddress    = 0x76
	motionAddress = 0x6a
	voltsAddress  = 0x48
)

// What the motion sensor feels and the converter sees while nothing else is set: m/s2, rad/s and V.
const (
	ax, ay, az = 0.5, -1.25, 9.6
	gx, gy, gz = 0.1, -0.2, 0.3
	volts      = 1.234
)

// resting is the signal of a motion sensor that does not change.
func resting(time.Duration) (accel, gyro [3]float64) {
	return [3]float64{ax, ay, az}, [3]float64{gx, gy, gz}
}

// reading is one sample by channel names.
type reading map[string]float64

// chip is one model with the two ways to read it: our driver, and the kernel's.
type chip struct {
	name    string // as the kernel's driver knows it
	address uint16
	own     func() hal.Source
	truth   reading
	within  map[string]float64 // what the chip's steps allow
	kernel  []view
}

// view is one IIO device that the kernel's driver makes of the chip.
type view struct {
	device string            // its name
	files  map[string]scaled // attributes by our channel names
}

func (s *site) chips() []chip {
	return []chip{s.airChip(), s.motionChip(), s.voltsChip()}
}

// airChip shows the worked example of its data sheet from the start.
func (s *site) airChip() chip {
	k := bme280test.Example()
	return chip{
		name: "bme280", address: airAddress,
		own: func() hal.Source {
			return bme280.New(bme280.Config{Bus: s.open(airAddress), Where: adapterName, Address: airAddress, Every: 50 * time.Millisecond})
		},
		truth: reading{
			"temperature": 25.08, "pressure": 100653.27,
			"humidity": k.Percent(bme280test.ExampleHumidity, bme280test.ExampleTemperature),
		},
		within: map[string]float64{"temperature": 0.011, "pressure": 1, "humidity": 0.05},
		// IIO has milli degrees, kilopascals and milli per cent.
		kernel: []view{{"bme280", map[string]scaled{
			"temperature": {"in_temp_input", "", 1e-3}, "pressure": {"in_pressure_input", "", 1e3}, "humidity": {"in_humidityrelative_input", "", 1e-3},
		}}},
	}
}

// motionChip: steps are 0.122 mg at 4 g and 17.5 mdps at 500 dps (DS12814, table 2); the kernel starts with 2 g and
// 125 dps, which are finer.
func (s *site) motionChip() chip {
	return chip{
		name: "lsm6dsox", address: motionAddress,
		own: func() hal.Source {
			return lsm6ds.New(lsm6ds.Config{Bus: s.open(motionAddress), Where: adapterName, Address: motionAddress, Rate: 26})
		},
		truth:  reading{"ax": ax, "ay": ay, "az": az, "gx": gx, "gy": gy, "gz": gz},
		within: map[string]float64{"ax": 0.0013, "ay": 0.0013, "az": 0.0013, "gx": 0.00032, "gy": 0.00032, "gz": 0.00032},
		kernel: []view{
			{"lsm6dsox_accel", axes("in_accel", "a")},
			{"lsm6dsox_gyro", axes("in_anglvel", "g")},
		},
	}
}

func axes(kind, letter string) map[string]scaled {
	files := map[string]scaled{}
	for _, axis := range []string{"x", "y", "z"} {
		files[letter+axis] = scaled{kind + "_" + axis + "_raw", kind + "_scale", 1}
	}
	return files
}

// voltsChip: a step is 125 uV at 4.096 V (SBAS444, table 3); the kernel's starts with 2.048 V and speaks in millivolts.
// It names all chips of the family ads1015.
func (s *site) voltsChip() chip {
	return chip{
		name: "ads1115", address: voltsAddress,
		own: func() hal.Source {
			return ads1115.New(ads1115.Config{Bus: s.open(voltsAddress), Where: adapterName, Address: voltsAddress, Inputs: []string{"0"}, Rate: 128})
		},
		truth:  reading{"a0": volts},
		within: map[string]float64{"a0": 0.00013},
		kernel: []view{{"ads1015", map[string]scaled{"a0": {"in_voltage0_raw", "in_voltage0_scale", 1e-3}}}},
	}
}

// polled is the source of hal/iio for one of the kernel's devices, and what its channels are called in our driver.
func (s *site) polled(c chip, v view) (src hal.Source, renamed map[string]string) {
	cfg := iio.Config{Device: v.device, Parent: filepath.Base(s.cable.device(c.address)), Every: 50 * time.Millisecond}
	if c.address == voltsAddress {
		cfg.Channels = []string{"voltage0"}
		renamed = map[string]string{"voltage0": "a0"}
	}
	return iio.NewPolled(cfg), renamed
}
