package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
)

func TestStart(t *testing.T) {
	text, err := config.Start([]string{
		"bme280:bus=i2c-1,address=0x76", "bme280:bus=i2c-1,address=0x77,name=cellar", "bme280:bus=i2c-3", "bmp280:spi=spidev0.1,name=oven",
		"ads1115:bus=i2c-1,inputs=a0,a2-a3,range=2.048V", "alsa:device=hw:1,0", "system",
		"process:command=grab,--size=8,-v,frames.width=8,frames.height=4,rate=2Hz", "hx711:data=5,clock=6,scale=-418.5",
		"mqtt:url=mqtt://h:1883,topic=a/b,fields=temperature[Cel]=air.t,humidity[%]",
		"tmp102:bus=i2c-2,expect.temperature.min=-5.5,expect.temperature.flat.below=0.1,expect.temperature.max=60,expect.temperature.flat.within=1h",
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := parse(string(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	got := map[string]config.SourceConfig{}
	for _, s := range c.Sources {
		got[s.Name] = s
	}
	if len(got) != 11 || got["oven"].Chip.SPI != "spidev0.1" || got["oven"].Chip.Bus != "" || got["cellar"].Chip.Address != 0x77 || got["bme280-2"].Chip.Bus != "i2c-3" || got["alsa"].ALSA.Device != "hw:1,0" {
		t.Errorf("sources: %+v", got)
	}
	if diff := cmp.Diff([]string{"a0", "a2-a3"}, got["ads1115"].ADS1115.Inputs); diff != "" {
		t.Error(diff)
	}
	p := got["process"].Process
	if diff := cmp.Diff([]string{"grab", "--size=8", "-v"}, p.Command); diff != "" || p.Frames == nil || p.Frames.Picture != (hal.Picture{Width: 8, Height: 4, Depth: 1}) {
		t.Errorf("%s %+v", diff, p.Frames)
	}
	if m := got["mqtt"].MQTT; len(m.Channels) != 2 || m.Paths[0] != "air.t" || m.Channels[1].Unit != "%" {
		t.Errorf("mqtt %+v", m)
	}
	if r := got["tmp102"].Expect["temperature"]; r != (judge.Rule{Min: -5.5, Max: 60, Flat: 0.1, FlatFor: time.Hour}) {
		t.Errorf("tmp102 expects %+v", r)
	}
	golden(t, "testdata/start.golden", string(text))
}

func TestStartRefuses(t *testing.T) {
	for spec, want := range map[string]string{
		"bme281:bus=i2c-1":           `unknown driver "bme281"; did you mean "bme280"`,
		"":                           `unknown driver ""`,
		"bme280":                     `has no key "bus"`,
		"bme280:bus=1":               `"1" is not an I2C bus`,
		"bme280:buss=i2c-1":          `unknown key "buss" in sources.bme280; did you mean "bus"`,
		"bme280:i2c-1":               `unknown key "i2c-1"`,
		"bme280:bus=i2c-1,bus=i2c-2": `"bus" stands here twice`,
		"bme280:bus=i2c-1,name=Üb":   `is not a name`,
		"process:command=a,rate=1Hz,frames.widht=8,frames.height=4": `unknown key "widht"`,
		"replay:file=a\nb: {}":                              ``,
		"bme280:bus.number=1":                               `sources.bme280.bus is a mapping, not a single value`,
		"bme280:bus=i2c-1,foo.bar=1":                        `unknown key "foo" in sources.bme280`,
		"process:command=a,rate=1Hz,frames.width.x=8":       `sources.process.frames.width is a mapping`,
		"bme280:bus=i2c-1,expect.temperture.max=60":         `did you mean "temperature"`,
		"bme280:bus=i2c-1,expect.temperature=60":            `sources.bme280.expect.temperature is a single value, not a mapping`,
		"v4l2:device=a,width=8,height=8,expect.x.max=60":    `pictures have no channels`,
		"tmp75:bus=i2c-1,expect.temperature.flat.below=0.1": `has no key "within"`,
	} {
		_, err := config.Start([]string{spec})
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: %v", spec, err)
		case want == "":
		case err == nil:
			t.Errorf("%q was accepted", spec)
		case !strings.Contains(err.Error(), want):
			t.Errorf("%q: %v, want %s", spec, err, want)
		}
	}
}
