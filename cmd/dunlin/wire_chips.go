package main

import (
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/ads1115"
	"github.com/dunlin-iot/dunlin/hal/aht20"
	"github.com/dunlin-iot/dunlin/hal/bh1750"
	"github.com/dunlin-iot/dunlin/hal/bme280"
	"github.com/dunlin-iot/dunlin/hal/hdc302x"
	"github.com/dunlin-iot/dunlin/hal/ina219"
	"github.com/dunlin-iot/dunlin/hal/mcp9808"
	"github.com/dunlin-iot/dunlin/hal/scd4x"
	"github.com/dunlin-iot/dunlin/hal/tmp102"
	"github.com/dunlin-iot/dunlin/hal/tmp75"
)

// chips are the drivers that ask a chip for one sample at a time.
func chips() []driver {
	return []driver{
		{"bme280", newBME280(bme280.BME280), chipRate},
		{"bmp280", newBME280(bme280.BMP280), chipRate},
		{"scd4x", newSCD4x, func(c config.SourceConfig) hal.Hertz { return perSecond(c.SCD4x.Every) }},
		{"hdc302x", newHDC302x, chipRate},
		{"aht20", newAHT20, chipRate},
		{"mcp9808", newMCP9808, chipRate},
		{"tmp102", newTMP102, chipRate},
		{"tmp75", newTMP75, chipRate},
		{"bh1750", newBH1750, chipRate},
		{"ads1115", newADS1115, func(c config.SourceConfig) hal.Hertz { return c.ADS1115.Rate }},
		{"ina219", newINA219, func(c config.SourceConfig) hal.Hertz { return perSecond(c.INA219.Every) }},
	}
}

func chipRate(c config.SourceConfig) hal.Hertz { return perSecond(c.Chip.Every) }

func perSecond(every time.Duration) hal.Hertz {
	return hal.Hertz(float64(time.Second) / float64(every))
}

func newBME280(chip string) func(*hardware, config.SourceConfig) hal.Source {
	return func(h *hardware, c config.SourceConfig) hal.Source {
		return bme280.New(bme280.Config{
			Bus: h.bus(c), SPI: h.port(c), Where: whereOf(c), Address: addressOf(c), Chip: chip, Every: c.Chip.Every, Clock: h.clock, Logger: h.log,
		})
	}
}

func newHDC302x(h *hardware, c config.SourceConfig) hal.Source {
	return hdc302x.New(hdc302x.Config{
		Bus: h.bus(c), Where: c.Chip.Bus, Address: addressOf(c), Every: c.Chip.Every, Clock: h.clock, Logger: h.log,
	})
}

func newAHT20(h *hardware, c config.SourceConfig) hal.Source {
	return aht20.New(aht20.Config{
		Bus: h.bus(c), Where: c.Chip.Bus, Address: addressOf(c), Every: c.Chip.Every, Clock: h.clock, Logger: h.log,
	})
}

func newTMP102(h *hardware, c config.SourceConfig) hal.Source {
	return tmp102.New(tmp102.Config{
		Bus: h.bus(c), Where: c.Chip.Bus, Address: addressOf(c), Every: c.Chip.Every, Clock: h.clock, Logger: h.log,
	})
}

func newTMP75(h *hardware, c config.SourceConfig) hal.Source {
	return tmp75.New(tmp75.Config{
		Bus: h.bus(c), Where: c.Chip.Bus, Address: addressOf(c), Every: c.Chip.Every, Clock: h.clock, Logger: h.log,
	})
}

func newMCP9808(h *hardware, c config.SourceConfig) hal.Source {
	return mcp9808.New(mcp9808.Config{
		Bus: h.bus(c), Where: c.Chip.Bus, Address: addressOf(c), Every: c.Chip.Every, Clock: h.clock, Logger: h.log,
	})
}

func newBH1750(h *hardware, c config.SourceConfig) hal.Source {
	return bh1750.New(bh1750.Config{
		Bus: h.bus(c), Where: c.Chip.Bus, Address: addressOf(c), Every: c.Chip.Every, Clock: h.clock, Logger: h.log,
	})
}

func newSCD4x(h *hardware, c config.SourceConfig) hal.Source {
	s := c.SCD4x
	return scd4x.New(scd4x.Config{
		Bus: h.bus(c), Where: s.Bus, Address: addressOf(c), Every: s.Every, LowPower: s.LowPower, Altitude: s.Altitude, Clock: h.clock, Logger: h.log,
	})
}

func newINA219(h *hardware, c config.SourceConfig) hal.Source {
	i := c.INA219
	return ina219.New(ina219.Config{
		Bus: h.bus(c), Where: i.Bus, Address: addressOf(c), Every: i.Every, Shunt: i.Shunt, MaxCurrent: i.Most, Clock: h.clock, Logger: h.log,
	})
}

// newADS1115 converts as slowly, and so with as little noise, as the rate leaves time for.
func newADS1115(h *hardware, c config.SourceConfig) hal.Source {
	a := c.ADS1115
	var inputs []string
	for _, in := range a.Inputs {
		inputs = append(inputs, strings.ReplaceAll(in, "a", ""))
	}
	return ads1115.New(ads1115.Config{
		Bus: h.bus(c), Where: a.Bus, Address: addressOf(c), Every: a.Rate.Period(), Inputs: inputs, FullScale: a.Range,
		Rate: conversions(float64(a.Rate) * float64(len(inputs))), Clock: h.clock, Logger: h.log,
	})
}

// conversions is the slowest setting of an ADS1115 that still makes so many per second with half as many again to
// spare: each is started by a transfer, and the chip's clock may be 10 % slow.
func conversions(wanted float64) int {
	rates := []int{8, 16, 32, 64, 128, 250, 475}
	for _, r := range rates {
		if float64(r) >= 1.5*wanted {
			return r
		}
	}
	return 860
}
