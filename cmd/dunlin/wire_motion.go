package main

import (
	"errors"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/adxl345"
	"github.com/dunlin-iot/dunlin/hal/gpio"
	"github.com/dunlin-iot/dunlin/hal/hx711"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds"
	"github.com/dunlin-iot/dunlin/hal/mpu6050"
)

// motion are the drivers of chips that have a FIFO, and of the scale, which has lines of its own.
func motion() []driver {
	imuRate := func(c config.SourceConfig) hal.Hertz { return c.IMU.Rate }
	return []driver{
		{"mpu6050", newMPU6050, imuRate},
		{"lsm6ds", newLSM6DS, imuRate},
		{"adxl345", newADXL345, imuRate},
		{"hx711", newHX711, func(c config.SourceConfig) hal.Hertz { return perSecond(c.HX711.Every) }},
	}
}

func newMPU6050(h *hardware, c config.SourceConfig) hal.Source {
	m := c.IMU
	return mpu6050.New(mpu6050.Config{
		Bus: h.bus(c), Where: m.Bus, Address: addressOf(c), Rate: m.Rate, Accel: m.Accel, Gyro: m.Gyro, Clock: h.clock, Logger: h.log,
	})
}

func newLSM6DS(h *hardware, c config.SourceConfig) hal.Source {
	m := c.IMU
	return lsm6ds.New(lsm6ds.Config{
		Bus: h.bus(c), SPI: h.port(c), Where: whereOf(c), Address: addressOf(c), Rate: m.Rate, Accel: m.Accel, Gyro: m.Gyro, Clock: h.clock, Logger: h.log,
	})
}

func newADXL345(h *hardware, c config.SourceConfig) hal.Source {
	m := c.IMU
	return adxl345.New(adxl345.Config{
		Bus: h.bus(c), SPI: h.port(c), Where: whereOf(c), Address: addressOf(c), Rate: m.Rate, Range: m.Accel, Clock: h.clock, Logger: h.log,
	})
}

// slowHX711 is the least time between two samples of a chip whose pin RATE is low: 1.2 conversions of 10 a second.
const slowHX711 = 120 * time.Millisecond

func newHX711(h *hardware, c config.SourceConfig) hal.Source {
	x := c.HX711
	rate := 10
	if x.Every < slowHX711 {
		rate = 80
	}
	return hx711.New(hx711.Config{
		Pins: func() (hx711.Pins, error) { return scaleLines(x) }, Where: strings.TrimSpace(x.Chip + " lines " + x.Data + " and " + x.Clock),
		Every: x.Every, Rate: rate, Scale: x.Scale, Tare: int32(x.Tare), Clock: h.clock, Logger: h.log,
	})
}

// scaleLines takes both lines of a scale, or none.
func scaleLines(x *config.HX711Config) (hx711.Pins, error) {
	data, err := gpio.OpenPin(nil, x.Chip, x.Data)
	if err != nil {
		return hx711.Pins{}, err
	}
	clock, err := gpio.OpenPin(nil, x.Chip, x.Clock)
	if err != nil {
		return hx711.Pins{}, errors.Join(err, data.Close())
	}
	return hx711.Pins{Data: data, Clock: clock, Close: func() error { return errors.Join(data.Close(), clock.Close()) }}, nil
}
