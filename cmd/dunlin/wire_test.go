package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// everySource is one source of each driver, with a rate that is known.
const everySource = `device: {id: test}
sources:
  replay: {driver: replay, file: none.csv}
  process: {driver: process, command: [sleep, "9"], channels: ["x[1]"], rate: 7Hz}
  frames: {driver: process, command: [sleep, "9"], frames: {width: 8, height: 4, format: yuyv}, picture: {width: 4, height: 4, colour: rgb}, rate: 7Hz}
  bme280: {driver: bme280, bus: i2c-1, every: 2s}
  bmp280: {driver: bmp280, bus: i2c-2, every: 2s}
  scd4x: {driver: scd4x, bus: i2c-1, every: 10s}
  hdc302x: {driver: hdc302x, bus: i2c-1, every: 2s}
  aht20: {driver: aht20, bus: i2c-1, every: 2s}
  mcp9808: {driver: mcp9808, bus: i2c-1, every: 2s}
  tmp102: {driver: tmp102, bus: i2c-1, every: 2s}
  tmp75: {driver: tmp75, bus: i2c-2, every: 2s}
  bh1750: {driver: bh1750, bus: i2c-1, every: 2s}
  ads1115: {driver: ads1115, bus: i2c-3, inputs: [a0, a2-a3], rate: 20Hz}
  ina219: {driver: ina219, bus: i2c-1, every: 500ms}
  mpu6050: {driver: mpu6050, bus: i2c-1, rate: 200Hz}
  lsm6ds: {driver: lsm6ds, bus: i2c-1, rate: 208Hz}
  adxl345: {driver: adxl345, bus: i2c-1, rate: 50Hz}
  panel: {driver: lsm6ds, spi: spidev0.1}
  saw: {driver: adxl345, spi: spidev0.0, rate: 3200Hz}
  oven: {driver: bme280, spi: /dev/spidev1.0, every: 2s}
  kiln: {driver: bmp280, spi: spidev1.1, every: 2s}
  ds18b20: {driver: ds18b20, every: 2s}
  bridged: {driver: ds18b20, bus: i2c-2, address: 0x19, resolution: 9, every: 4s}
  hx711: {driver: hx711, chip: gpiochip7, data: 5, clock: 6, scale: 400}
  iio: {driver: iio, device: none}
  buffer: {driver: iio, device: none, mode: buffer, rate: 104Hz}
  level: {driver: gpio, chip: gpiochip7, line: 5}
  edge: {driver: gpio, chip: gpiochip7, line: 5, mode: edge, edges: falling, bias: pull-up}
  counter: {driver: gpio, chip: gpiochip7, line: 5, mode: counter}
  alsa: {driver: alsa, device: "hw:9,0"}
  v4l2: {driver: v4l2, device: /dev/video99, width: 8, height: 8, format: mjpeg}
  serial: {driver: serial, device: none, channels: ["x[1]"], rate: 3Hz}
  mqtt: {driver: mqtt, url: "mqtt://127.0.0.1:1", topic: t, fields: ["x[1]"]}
  system: {driver: system, every: 10s}
`

var wantRates = map[string]hal.Hertz{
	"process": 7, "frames": 7, "bme280": 0.5, "bmp280": 0.5, "scd4x": 0.1, "hdc302x": 0.5, "aht20": 0.5, "mcp9808": 0.5, "tmp102": 0.5, "tmp75": 0.5, "bh1750": 0.5,
	"ads1115": 20, "ina219": 2, "mpu6050": 200, "lsm6ds": 208, "adxl345": 50, "panel": 104, "saw": 3200, "oven": 0.5, "kiln": 0.5, "ds18b20": 0.5, "bridged": 0.25, "hx711": 5, "iio": 1, "buffer": 104, "level": 10,
	"counter": 1, "alsa": 16000, "v4l2": 10, "serial": 3, "system": 0.1,
}

// TestEveryDriverIsWired: what a configuration may name can be made, says what it is, and has the rate it was given.
func TestEveryDriverIsWired(t *testing.T) {
	cfg, err := config.Parse("/nowhere", "", config.Text{Name: "c.yaml", Data: []byte(everySource)})
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(nil, io.Discard, io.Discard)
	a.getenv = func(string) string { return "" }
	h := newHardware(a.deps())
	defer h.close()
	seen := map[string]bool{}
	for _, c := range cfg.Sources {
		seen[c.Driver] = true
		src := h.source(c)
		if src.String() == "" {
			t.Errorf("%s does not say what it is", c.Name)
		}
		if _, ok := src.(hal.Healther); !ok {
			t.Errorf("%s does not say how it is", c.Name)
		}
		if got := rateOf(cfg, c.Name); got != wantRates[c.Name] {
			t.Errorf("%s: rate %v, want %v", c.Name, got, wantRates[c.Name])
		}
		if spi := spiOf(c); spi != "" && src.String() != c.Driver+" at "+spi {
			t.Errorf("%s is %s, want it at %s", c.Name, src, spi)
		}
		if place, chip := placeOf(c); chip && !strings.HasSuffix(src.String(), fmt.Sprintf(" at %s 0x%02x", place.Bus, place.Address)) {
			t.Errorf("%s is %s, the configuration has it at %+v", c.Name, src, place)
		}
	}
	for _, d := range config.Drivers() {
		if !seen[d] {
			t.Errorf("driver %s is not tried here", d)
		}
	}
	for _, d := range drivers() {
		if !slices.Contains(config.Drivers(), d.name) {
			t.Errorf("driver %s is wired and cannot be configured", d.name)
		}
	}
	for _, k := range kinds {
		if !slices.Contains(config.Drivers(), k.driver) {
			t.Errorf("a chip %s would be read by %s, which does not exist", k.prefix, k.driver)
		}
	}
}

// TestEveryDriverIsInTheManual: a row of a table, and an example.
func TestEveryDriverIsInTheManual(t *testing.T) {
	page, err := os.ReadFile(fixture.Path(t, "docs", "sensors.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range config.Drivers() {
		if !strings.Contains(string(page), "\n| `"+d+"` | ") || !regexp.MustCompile(`driver: `+d+`\b`).Match(page) {
			t.Errorf("docs/sensors.md has no row or no example of %s", d)
		}
	}
}

// TestConversions expects the slowest data rate of table 7-9 of the ADS1115's data sheet that leaves half as much time
// again.
func TestConversions(t *testing.T) {
	for wanted, want := range map[float64]int{1: 8, 5: 8, 6: 16, 10: 16, 40: 64, 100: 250, 200: 475, 400: 860, 480: 860} {
		if got := conversions(wanted); got != want {
			t.Errorf("conversions(%g) = %d, want %d", wanted, got, want)
		}
	}
}
