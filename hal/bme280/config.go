package bme280

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/spi"
)

// The chips of the family, as Config.Chip names them.
const (
	BME280 = "bme280" // temperature, pressure, humidity
	BMP280 = "bmp280" // temperature, pressure
)

// Config of one chip. Bus or SPI is required; the source closes what they opened.
type Config struct {
	Bus     func() (i2c.BusCloser, error)
	SPI     func() (spi.PortCloser, error) // instead of Bus
	Where   string                         // for people: "i2c-1", "spidev0.0"
	Address uint16                         // on I2C 0x76 or 0x77; zero means 0x76
	Chip    string                         // BME280 or BMP280, which fixes the channels; "" means BME280
	Every   time.Duration                  // between two samples; zero means 1 s
	// Oversampling is how many conversions make one value of each channel: 1, 2, 4, 8 or 16; zero means 4.
	Oversampling int
	// Convert is how long one measurement takes; zero means the longest by the data sheet (9 ms for Oversampling 1,
	// 30 ms for 4, 113 ms for 16).
	Convert time.Duration
	Clock   clock.Clock  // nil means the system's
	Logger  *slog.Logger // nil discards
}

// New makes the source of one chip. A Config that no chip can satisfy is an error of Run.
func New(cfg Config) *poll.Source {
	cfg = cfg.withDefaults()
	return poll.New(poll.Config{
		What: cfg.name(), Channels: cfg.channels(), Every: cfg.Every, Open: cfg.open,
		Rules: cfg.rules(), Clock: cfg.Clock, Logger: cfg.Logger,
	})
}

func (c Config) withDefaults() Config {
	if c.Address == 0 {
		c.Address = 0x76
	}
	if c.Chip == "" {
		c.Chip = BME280
	}
	if c.Every <= 0 {
		c.Every = time.Second
	}
	if c.Oversampling == 0 {
		c.Oversampling = 4
	}
	if c.Convert <= 0 {
		c.Convert = longest(c.Oversampling, c.humid())
	}
	return c
}

func (c Config) name() string {
	if c.SPI != nil {
		return c.Chip + " at " + c.Where
	}
	return fmt.Sprintf("%s at %s 0x%02x", c.Chip, c.Where, c.Address)
}

func (c Config) humid() bool { return c.Chip == BME280 }

// longest is the maximum measurement time (section 9.1).
func longest(times int, humid bool) time.Duration {
	conversions := time.Duration(times) * 2300 * time.Microsecond
	t := 1250*time.Microsecond + conversions + conversions + 575*time.Microsecond
	if humid {
		t += conversions + 575*time.Microsecond
	}
	return t
}

func (c Config) channels() []hal.Channel {
	list := []hal.Channel{{Name: "temperature", Unit: "Cel"}, {Name: "pressure", Unit: "Pa"}, {Name: "humidity", Unit: "%"}}
	if !c.humid() {
		list = list[:2]
	}
	return list
}

// rules are the operating ranges (sections 1.1 to 1.3) and what noise the chip has at least. Pressure noise is 1.3 Pa or
// more without the filter, above one step, so that thirty equal values in a row do not happen. Temperature noise is
// about half a step of 0.01 Cel: hours may pass at one value. Humidity stands still at 0 and 100 %.
func (c Config) rules() []judge.Rule {
	list := []judge.Rule{
		{Min: -40, Max: 85, Stuck: max(6*time.Hour, 60*c.Every)},
		{Min: 30000, Max: 110000, Stuck: max(time.Minute, 30*c.Every)},
		{Min: 0, Max: 100},
	}
	return list[:len(c.channels())]
}
