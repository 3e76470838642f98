package main

import (
	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/mqttin"
	"github.com/dunlin-iot/dunlin/hal/serial"
	"github.com/dunlin-iot/dunlin/hal/system"
)

// others are the drivers that read what others have measured, and the machine itself.
func others() []driver {
	return []driver{
		{"serial", newSerial, func(c config.SourceConfig) hal.Hertz { return c.Serial.Rate }},
		{"mqtt", newMQTT, func(c config.SourceConfig) hal.Hertz { return c.MQTT.Rate }},
		{"system", newSystem, func(c config.SourceConfig) hal.Hertz { return perSecond(c.System.Every) }},
	}
}

func newSerial(h *hardware, c config.SourceConfig) hal.Source {
	s := c.Serial
	return serial.New(serial.Config{Device: s.Device, Baud: s.Baud, Channels: s.Channels, Rate: s.Rate, SilentAfter: s.SilentAfter, Clock: h.clock, Logger: h.log})
}

func newMQTT(h *hardware, c config.SourceConfig) hal.Source {
	m := c.MQTT
	return mqttin.New(mqttin.Config{
		URL: m.URL, Topic: m.Topic, Channels: m.Channels, Fields: m.Paths, Rate: m.Rate, Retained: m.Retained, SilentAfter: m.SilentAfter,
		User: m.User, PasswordFile: m.Password, CAFile: m.CA, Clock: h.clock, Logger: h.log,
	})
}

func newSystem(h *hardware, c config.SourceConfig) hal.Source {
	s := c.System
	return system.New(system.Config{What: s.What, Path: s.Disk, Every: s.Every, Root: h.root, Clock: h.clock, Logger: h.log})
}
