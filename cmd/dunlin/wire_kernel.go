package main

import (
	"time"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/audio"
	"github.com/dunlin-iot/dunlin/hal/gpio"
	"github.com/dunlin-iot/dunlin/hal/iio"
	"github.com/dunlin-iot/dunlin/hal/serial"
)

// kernel are the drivers that read what the kernel has drivers for, and other machines.
func kernel() []driver {
	return []driver{
		{"iio", newIIO, iioRate},
		{"gpio", newGPIO, gpioRate},
		{"alsa", newALSA, func(c config.SourceConfig) hal.Hertz { return c.ALSA.Rate }},
		{"serial", newSerial, func(c config.SourceConfig) hal.Hertz { return c.Serial.Rate }},
	}
}

func newIIO(h *hardware, c config.SourceConfig) hal.Source {
	cfg := iioConfig(h, c)
	if c.IIO.Mode == config.IIOBuffer {
		return iio.NewBuffered(cfg)
	}
	return iio.NewPolled(cfg)
}

// iioConfig is also what `sources setup` plans by.
func iioConfig(h *hardware, c config.SourceConfig) iio.Config {
	d := c.IIO
	cfg := iio.Config{
		Device: d.Device, Parent: d.Parent, Channels: d.Channels, Rate: d.Rate, Watermark: d.Watermark, Trigger: d.Trigger,
		Source: c.Name, Root: h.path(iio.DefaultRoot), Clock: h.clock, Logger: h.log,
	}
	if d.Mode == config.IIOPoll {
		cfg.Rate, cfg.Every = 0, d.Rate.Period()
	}
	return cfg
}

func iioRate(c config.SourceConfig) hal.Hertz {
	if c.IIO.Rate == 0 && c.IIO.Mode == config.IIOPoll {
		return 1
	}
	return c.IIO.Rate
}

func newGPIO(h *hardware, c config.SourceConfig) hal.Source {
	g := c.GPIO
	cfg := gpio.Config{
		Chip: g.Chip, Line: g.Line, Mode: gpio.Mode(g.Mode), ActiveLow: g.ActiveLow, Debounce: g.Debounce, Every: g.Every,
		Clock: h.clock, Logger: h.log,
	}
	if g.Edges != config.EdgesAuto {
		cfg.Edges = gpio.Edges(g.Edges)
	}
	if g.Bias != config.BiasAsIs {
		cfg.Bias = gpio.Bias(g.Bias)
	}
	return gpio.New(cfg)
}

func gpioRate(c config.SourceConfig) hal.Hertz {
	every := c.GPIO.Every
	switch {
	case c.GPIO.Mode == config.LineEdge:
		return 0
	case every == 0 && c.GPIO.Mode == config.LineCounter:
		every = time.Second
	case every == 0:
		every = 100 * time.Millisecond
	}
	return perSecond(every)
}

func newALSA(h *hardware, c config.SourceConfig) hal.Source {
	a := c.ALSA
	return audio.New(audio.Config{Device: a.Device, Rate: a.Rate, Channels: a.Channels, Root: h.root, Clock: h.clock, Logger: h.log})
}

func newSerial(h *hardware, c config.SourceConfig) hal.Source {
	s := c.Serial
	return serial.New(serial.Config{Device: s.Device, Baud: s.Baud, Channels: s.Channels, Rate: s.Rate, Clock: h.clock, Logger: h.log})
}
