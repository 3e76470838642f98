package main

import (
	"context"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/audio"
	"github.com/dunlin-iot/dunlin/hal/camera"
	"github.com/dunlin-iot/dunlin/hal/ds18b20"
	"github.com/dunlin-iot/dunlin/hal/ds2482"
	"github.com/dunlin-iot/dunlin/hal/gpio"
	"github.com/dunlin-iot/dunlin/hal/iio"
	"github.com/dunlin-iot/dunlin/hal/picture"
)

// kernel are the drivers that read what the kernel has drivers for.
func kernel() []driver {
	return []driver{
		{"iio", newIIO, iioRate},
		{"gpio", newGPIO, gpioRate},
		{"alsa", newALSA, func(c config.SourceConfig) hal.Hertz { return c.ALSA.Rate }},
		{"v4l2", newV4L2, func(c config.SourceConfig) hal.Hertz { return c.V4L2.Rate }},
		{"ds18b20", newDS18B20, func(c config.SourceConfig) hal.Hertz { return perSecond(c.DS18B20.Every) }},
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

func newV4L2(h *hardware, c config.SourceConfig) hal.Source {
	v := c.V4L2
	cfg := camera.Config{
		Device: v.Device, Picture: hal.Picture{Width: v.Width, Height: v.Height, Depth: v.Colour.Depth()}, Crop: v.Crop, Rate: v.Rate,
		Clock: h.clock, Logger: h.log,
	}
	if v.Format != config.FormatAuto {
		cfg.Formats = []picture.Format{pixels(string(v.Format))}
	}
	return camera.New(cfg)
}

// pixels is a format that agent/config let through.
func pixels(name string) picture.Format {
	f, err := picture.ParseFormat(name)
	if err != nil {
		panic(err)
	}
	return f
}

func newDS18B20(h *hardware, c config.SourceConfig) hal.Source {
	d := c.DS18B20
	cfg := ds18b20.Config{ID: d.ID, Every: d.Every, Resolution: d.Resolution, Root: h.path("/sys"), Clock: h.clock, Logger: h.log}
	if place, bridged := placeOf(c); bridged {
		cfg.Where = fmt.Sprintf("%s 0x%02x", place.Bus, place.Address)
		cfg.Bus = func(ctx context.Context) (ds18b20.Bus, error) {
			b, err := h.bridges.Open(ctx, ds2482.Config{Bus: h.bus(c), Where: place.Bus, Address: place.Address})
			if err != nil {
				return nil, err
			}
			return b, nil
		}
	}
	return ds18b20.New(cfg)
}
