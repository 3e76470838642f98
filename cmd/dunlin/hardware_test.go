package main

import (
	"io"
	"slices"
	"testing"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal/expect"
)

// TestChannelsOfTheConfiguration: what the configuration says of a source's channels is what the source has.
func TestChannelsOfTheConfiguration(t *testing.T) {
	text := everySource + `  mics: {driver: alsa, device: "hw:9,0", channels: 3}
  room: {driver: iio, device: none, channels: [accel_x]}
`
	cfg, err := config.Parse("/nowhere", "", config.Text{Name: "c.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(nil, io.Discard, io.Discard)
	a.getenv = func(string) string { return "" }
	h := newHardware(a.deps())
	defer h.close()
	told := 0
	for _, c := range cfg.Sources {
		names := c.Channels()
		if names == nil {
			if !slices.Contains([]string{"replay", "iio", "system", "v4l2"}, c.Driver) && c.Name != "frames" {
				t.Errorf("%s: the configuration does not tell its channels", c.Name)
			}
			continue
		}
		told++
		var have []string
		for _, channel := range channelsOf(h.source(c)) {
			have = append(have, channel.Name)
		}
		if !slices.Equal(names, have) {
			t.Errorf("%s: the configuration has channels %v, the source %v", c.Name, names, have)
		}
	}
	if told < 20 {
		t.Errorf("%d sources told their channels", told)
	}
}

// TestExpectations: a source of which nothing is expected is the driver's own; one of which something is, is looked at,
// and opened anew for being stuck only where that may help.
func TestExpectations(t *testing.T) {
	const text = `device: {id: test}
sources:
  plain: {driver: tmp102, bus: i2c-1}
  chip: {driver: tmp75, bus: i2c-1, address: 0x4f, expect: {temperature: {max: 60}}}
  kernel: {driver: iio, device: none, expect: {temperature: {max: 60}}}
  program: {driver: process, command: [sleep, "9"], channels: ["x[1]"], rate: 7Hz, expect: {x: {max: 60}}}
  serial: {driver: serial, device: none, channels: ["x[1]"], expect: {x: {max: 60}}}
  mqtt: {driver: mqtt, url: "mqtt://127.0.0.1:1", topic: t, fields: ["x[1]"], expect: {x: {max: 60}}}
  line: {driver: gpio, chip: gpiochip7, line: 5, expect: {level: {stuck_after: 24h}}}
  replay: {driver: replay, file: none.csv, expect: {x: {max: 60}}}
  mic: {driver: alsa, device: "hw:9,0", expect: {mic: {clip: 0.9}}}
  system: {driver: system, expect: {load: {max: 60}}}
`
	cfg, err := config.Parse("/nowhere", "", config.Text{Name: "c.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(nil, io.Discard, io.Discard)
	a.getenv = func(string) string { return "" }
	h := newHardware(a.deps())
	defer h.close()
	for _, c := range cfg.Sources {
		if _, looked := h.source(c).(*expect.Source); looked == (c.Name == "plain") {
			t.Errorf("%s: looked at %v", c.Name, looked)
		}
		if got, want := reopens(c), slices.Contains([]string{"plain", "chip", "kernel", "program"}, c.Name); got != want {
			t.Errorf("%s: opened anew when it is stuck: %v, want %v", c.Name, got, want)
		}
	}
}
