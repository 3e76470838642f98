package config

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
)

// expect holds what is expected of a source's channels against the source, and against itself.
func (r *resolver) expect(s *SourceConfig, raw map[ChannelName]Expect) {
	if len(raw) == 0 {
		return
	}
	if s.V4L2 != nil || s.Process != nil && s.Process.Frames != nil {
		at := r.tree.find("sources", s.Name, "expect").key
		r.errs.add(at, fmt.Sprintf("sources.%s.expect: pictures have no channels of which something could be expected", s.Name), "remove it: pictures that are black or do not change are told without it")
		return
	}
	known := s.Channels()
	s.Expect = map[string]judge.Rule{}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		if word := string(name); known != nil && !slices.Contains(known, word) {
			r.errs.add(r.tree.find("sources", s.Name, "expect", word).key, fmt.Sprintf("sources.%s.expect: the source has no channel %q", s.Name, word), choose(word, known))
		}
		s.Expect[string(name)] = r.rule(s.Name, string(name), raw[name])
	}
}

func (r *resolver) rule(source, channel string, raw Expect) judge.Rule {
	complain := func(key, what, fix string) {
		at := r.tree.find("sources", source, "expect", channel, key).at
		r.errs.add(at, fmt.Sprintf("sources.%s.expect.%s.%s %s", source, channel, key, what), fix)
	}
	var rule judge.Rule
	if raw.Min != nil || raw.Max != nil {
		rule.Min, rule.Max = math.Inf(-1), math.Inf(1)
	}
	if raw.Min != nil {
		rule.Min = float64(*raw.Min)
	}
	if raw.Max != nil {
		rule.Max = float64(*raw.Max)
	}
	if rule.Min >= rule.Max && raw.Min != nil {
		complain("min", fmt.Sprintf("is %s, and max is %s", text(*raw.Min), text(*raw.Max)), "write one below max")
	}
	if raw.StuckAfter != nil {
		rule.Stuck = time.Duration(*raw.StuckAfter)
	}
	if raw.Clip != nil {
		if rule.Clip = float64(*raw.Clip); rule.Clip <= 0 {
			complain("clip", "is "+text(*raw.Clip)+", and counts up and down from 0", "write one above 0")
		}
	}
	if raw.Flat != nil {
		rule.Flat, rule.FlatFor = float64(raw.Flat.Below), time.Duration(raw.Flat.Within)
		if rule.Flat <= 0 {
			complain("flat", "is below "+text(raw.Flat.Below)+", which no difference is", "write one above 0")
		}
	}
	return rule
}

// channels are those that a chip always has, by drivers (hal/… have the same).
var channels = map[string][]string{
	"bme280":  {"temperature", "pressure", "humidity"},
	"bmp280":  {"temperature", "pressure"},
	"scd4x":   {"co2", "temperature", "humidity"},
	"hdc302x": {"temperature", "humidity"},
	"aht20":   {"temperature", "humidity"},
	"mcp9808": {"temperature"},
	"tmp102":  {"temperature"},
	"tmp75":   {"temperature"},
	"bh1750":  {"illuminance"},
	"ina219":  {"voltage", "current", "power"},
	"mpu6050": {"ax", "ay", "az", "gx", "gy", "gz"},
	"lsm6ds":  {"ax", "ay", "az", "gx", "gy", "gz"},
	"adxl345": {"ax", "ay", "az"},
	"ds18b20": {"temperature"},
	"hx711":   {"weight"},
}

// Channels are the names of a source's channels, in order, as far as the configuration tells them; nil when only the
// hardware or a recording does.
func (s SourceConfig) Channels() (names []string) {
	switch {
	case s.ADS1115 != nil:
		for _, in := range s.ADS1115.Inputs {
			names = append(names, strings.ReplaceAll(in, "-", ""))
		}
	case s.GPIO != nil && s.GPIO.Mode == LineCounter:
		names = []string{"count", "rate"}
	case s.GPIO != nil:
		names = []string{"level"}
	case s.ALSA != nil && s.ALSA.Channels == 1:
		names = []string{"mic"}
	case s.ALSA != nil:
		for i := range s.ALSA.Channels {
			names = append(names, "mic"+strconv.Itoa(i))
		}
	case s.Process != nil:
		names = namesOf(s.Process.Channels)
	case s.Serial != nil:
		names = namesOf(s.Serial.Channels)
	case s.MQTT != nil:
		names = namesOf(s.MQTT.Channels)
	default:
		names = slices.Clone(channels[s.Driver])
	}
	return names
}

func namesOf(channels []hal.Channel) (names []string) {
	for _, c := range channels {
		names = append(names, c.Name)
	}
	return names
}
