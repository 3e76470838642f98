package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
)

func (a *app) sourcesCommand() *cobra.Command {
	return a.group("sources", "Find, read, record and set up sources",
		a.sourcesListCommand(), a.sourcesReadCommand(), a.sourcesRecordCommand(), a.sourcesSetupCommand())
}

func channelsOf(s hal.Source) []hal.Channel {
	if d, ok := s.(hal.Describer); ok {
		return d.Channels()
	}
	return nil
}

// pictureOf is the form of a source's pictures; zero when it gives none.
func pictureOf(s hal.Source) hal.Picture {
	if p, ok := s.(hal.Pictured); ok {
		return p.Picture()
	}
	return hal.Picture{}
}

// contents are a source's channels, or the form of its pictures, in words.
func contents(s hal.Source) []string {
	if p := pictureOf(s); p != (hal.Picture{}) {
		return []string{"pictures " + p.String()}
	}
	return channelWords(channelsOf(s))
}

func findSource(cfg *config.Config, name string) (config.SourceConfig, error) {
	var names []string
	for _, s := range cfg.Sources {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return config.SourceConfig{}, withCode(exitAbsent, fmt.Errorf("there is no source %q; the configuration has: %s", name, strings.Join(names, ", ")))
}

// usual are the addresses that chips have when nobody changes them.
var usual = map[string]uint16{
	"bme280": 0x76, "bmp280": 0x76, "scd4x": 0x62, "hdc302x": 0x44, "aht20": 0x38, "mcp9808": 0x18, "tmp102": 0x48, "tmp75": 0x48, "bh1750": 0x23,
	"ads1115": 0x48, "ina219": 0x40, "mpu6050": 0x68, "lsm6ds": 0x6a, "adxl345": 0x53,
}

// wiringOf is where the chip of a source is by the configuration; false when the source is no chip on a bus.
func wiringOf(c config.SourceConfig) (p config.Place, chip bool) {
	switch {
	case c.Chip != nil:
		return c.Chip.Place, true
	case c.SCD4x != nil:
		return c.SCD4x.Place, true
	case c.ADS1115 != nil:
		return c.ADS1115.Place, true
	case c.INA219 != nil:
		return c.INA219.Place, true
	case c.IMU != nil:
		return c.IMU.Place, true
	}
	return config.Place{}, false
}

// placeOf is where the chip of a source is, its usual address filled in; false when the source is no chip on an I2C bus.
func placeOf(c config.SourceConfig) (p config.Place, chip bool) {
	p, chip = wiringOf(c)
	if !chip || p.SPI != "" {
		return config.Place{}, false
	}
	if p.Address == 0 {
		p.Address = usual[c.Driver]
	}
	return p, true
}

// spiOf is the SPI device of a source's chip, empty when it has none.
func spiOf(c config.SourceConfig) string {
	p, _ := wiringOf(c)
	return strings.TrimPrefix(p.SPI, "/dev/")
}

// whereOf is the bus or the SPI device of a source's chip, for people.
func whereOf(c config.SourceConfig) string {
	p, _ := wiringOf(c)
	return cmp.Or(spiOf(c), p.Bus)
}

func addressOf(c config.SourceConfig) uint16 {
	p, _ := placeOf(c)
	return p.Address
}
