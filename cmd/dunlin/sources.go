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

// placeOf is where the chip of a source is, or the bridge before it; false when the source is no chip on an I2C bus.
func placeOf(c config.SourceConfig) (p config.Place, chip bool) {
	if p, chip = c.Place(); p.SPI != "" {
		return config.Place{}, false
	}
	return p, chip
}

// spiOf is the SPI device of a source's chip, empty when it has none.
func spiOf(c config.SourceConfig) string {
	p, _ := c.Place()
	return strings.TrimPrefix(p.SPI, "/dev/")
}

// whereOf is the bus or the SPI device of a source's chip, for people.
func whereOf(c config.SourceConfig) string {
	p, _ := c.Place()
	return cmp.Or(spiOf(c), p.Bus)
}

func addressOf(c config.SourceConfig) uint16 {
	p, _ := placeOf(c)
	return p.Address
}
