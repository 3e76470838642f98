package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

func (r *resolver) sources() []SourceConfig {
	var out []SourceConfig
	for _, name := range slices.Sorted(maps.Keys(r.file.Sources)) {
		out = append(out, r.source(string(name), r.file.Sources[name]))
	}
	r.places(out)
	return out
}

func (r *resolver) source(name string, raw Source) SourceConfig {
	s := SourceConfig{Name: name, Driver: raw.Driver}
	switch {
	case raw.Replay != nil:
		s.Replay = &ReplayConfig{File: r.path(raw.Replay.File), Speed: float64(raw.Replay.Speed), Loop: raw.Replay.Loop}
	case raw.Process != nil:
		s.Process = r.process(name, raw.Process)
	default:
		r.hardware(name, raw, &s)
	}
	r.expect(&s, raw.Expect)
	return s
}

// hardware is the part of source that needs few checks across keys.
func (r *resolver) hardware(name string, raw Source, s *SourceConfig) {
	for _, c := range []*Bosch{raw.BME280, raw.BMP280} {
		if c != nil {
			r.wires(name)
			s.Chip = &ChipConfig{either(c.Bus, c.Address, c.SPI), time.Duration(c.Every)}
		}
	}
	for _, c := range []*Chip{raw.HDC302x, raw.MCP9808, raw.TMP102, raw.TMP75, raw.BH1750} {
		if c != nil {
			s.Chip = &ChipConfig{place(c.Bus, c.Address), time.Duration(c.Every)}
		}
	}
	if c := raw.AHT20; c != nil {
		s.Chip = &ChipConfig{place(c.Bus, c.Address), time.Duration(c.Every)}
	}
	if c := raw.SCD4x; c != nil {
		s.SCD4x = r.scd4x(name, c)
	}
	if c := raw.ADS1115; c != nil {
		s.ADS1115 = r.ads1115(name, c)
	}
	if c := raw.INA219; c != nil {
		s.INA219 = r.ina219(name, c)
	}
	s.IMU = r.imu(name, raw)
	if c := raw.DS18B20; c != nil {
		s.DS18B20 = r.ds18b20(name, c)
	}
	if c := raw.HX711; c != nil {
		s.HX711 = r.hx711(name, c)
	}
	r.kernel(name, raw, s)
}

// kernel is the part of source that the kernel has drivers for, and other machines.
func (r *resolver) kernel(name string, raw Source, s *SourceConfig) {
	if c := raw.IIO; c != nil {
		s.IIO = &IIOConfig{string(c.Device), string(c.Parent), words(c.Channels), c.Mode, rate(c.Rate), c.Watermark, string(c.Trigger)}
	}
	if c := raw.GPIO; c != nil {
		s.GPIO = r.gpio(name, c)
	}
	if c := raw.ALSA; c != nil {
		s.ALSA = &ALSAConfig{string(c.Device), hal.Hertz(c.Rate), c.Channels}
	}
	if c := raw.V4L2; c != nil {
		s.V4L2 = &V4L2Config{string(c.Device), c.Width, c.Height, c.Colour, c.Crop, c.Format, hal.Hertz(c.Rate)}
	}
	if c := raw.Serial; c != nil {
		s.Serial = &SerialConfig{r.path(c.Device), c.Baud.Int(), r.channels(name, c.Channels), rate(c.Rate), r.silence(name, c.SilentAfter, rate(c.Rate))}
	}
	if c := raw.MQTT; c != nil {
		s.MQTT = r.mqtt(name, c)
	}
	if c := raw.System; c != nil {
		s.System = &SystemConfig{words(c.What), r.path(c.Disk), time.Duration(c.Every)}
	}
}

func place(b Bus, a *Address) Place {
	p := Place{Bus: string(b)}
	if a != nil {
		p.Address = uint16(*a)
	}
	return p
}

// either is the place of a chip that wires has looked at.
func either(b Bus, a *Address, s SPIDevice) Place {
	p := place(b, a)
	p.SPI = string(s)
	return p
}

func words[T ~string](raw []T) []string {
	var out []string
	for _, w := range raw {
		out = append(out, string(w))
	}
	return out
}

func rate(h *Hertz) hal.Hertz {
	if h == nil {
		return 0
	}
	return hal.Hertz(*h)
}

// silence holds how long a source may give nothing against the rate that it has.
func (r *resolver) silence(name string, d *Duration, have hal.Hertz) time.Duration {
	if d == nil {
		return 0
	}
	if period := have.Period(); period > 0 && time.Duration(*d) < 2*period {
		r.complain(name, "silent_after", fmt.Sprintf("is %s, and at %s one comes every %s", *d, Hertz(have), Duration(period)), fmt.Sprintf("write at least %s", Duration(2*period)))
	}
	return time.Duration(*d)
}

// complain points at a key of a source.
func (r *resolver) complain(name, key, what, fix string) {
	r.errs.add(r.tree.find("sources", name, key).at, fmt.Sprintf("sources.%s.%s %s", name, key, what), fix)
}

func (r *resolver) process(name string, raw *Process) *ProcessConfig {
	p := &ProcessConfig{Command: slices.Clone(raw.Command), Rate: hal.Hertz(raw.Rate), SilentAfter: r.silence(name, raw.SilentAfter, hal.Hertz(raw.Rate))}
	if len(p.Command) == 0 || p.Command[0] == "" {
		r.complain(name, "command", "names no program", `write [program, argument]`)
		return p
	}
	if strings.Contains(p.Command[0], "/") {
		p.Command[0] = r.path(Path(p.Command[0]))
	}
	at := r.tree.find("sources", name)
	switch lines := at.child("channels") != nil; {
	case raw.Frames != nil && lines:
		r.complain(name, "frames", "stands beside channels", "keep frames if the program writes pictures, channels if it prints lines")
	case raw.Frames != nil:
		p.Frames = r.frames(name, raw)
	case raw.Picture != nil:
		r.complain(name, "picture", "stands without frames", "add frames: the size and format of what the program writes")
	case !lines:
		r.errs.add(at.key, fmt.Sprintf("sources.%s has no key %q", name, "channels"), "add it: the values of one line, in order, with their units; or frames if the program writes pictures")
	default:
		p.Channels = r.channels(name, raw.Channels)
	}
	return p
}

func (r *resolver) frames(name string, raw *Process) *FramesConfig {
	in := raw.Frames
	out := &FramesConfig{Width: in.Width, Height: in.Height, Format: in.Format, Picture: hal.Picture{Width: in.Width, Height: in.Height, Depth: 1}}
	if to := raw.Picture; to != nil {
		out.Picture, out.Crop = hal.Picture{Width: to.Width, Height: to.Height, Depth: to.Colour.Depth()}, to.Crop
	}
	odd := in.Width%2 != 0 || in.Format == "i420" && in.Height%2 != 0
	if (in.Format == "yuyv" || in.Format == "i420") && odd {
		r.complain(name, "frames", fmt.Sprintf("are %dx%d, which %s does not have", in.Width, in.Height, in.Format), "write even numbers")
	}
	return out
}

// gpio refuses what its mode does not look at.
func (r *resolver) gpio(name string, c *GPIO) *GPIOConfig {
	if c.Mode == LineLevel && c.Edges != EdgesAuto {
		r.complain(name, "edges", "stands beside mode level, which sees none", "set mode to edge or counter, or remove edges")
	}
	if c.Mode == LineEdge && c.Every != nil {
		r.complain(name, "every", "stands beside mode edge, which has no rate", "remove it")
	}
	g := &GPIOConfig{
		Chip: string(c.Chip), Line: string(c.Line), Mode: c.Mode, Edges: c.Edges,
		Debounce: time.Duration(c.Debounce), Bias: c.Bias, ActiveLow: c.ActiveLow,
	}
	if c.Every != nil {
		g.Every = time.Duration(*c.Every)
	}
	return g
}

// channels are those of a source that names its own.
func (r *resolver) channels(name string, raw []Channel) (out []hal.Channel) {
	if len(raw) == 0 {
		r.complain(name, "channels", "is empty", `name the values of one line, as ["ax[m/s2]", "ay[m/s2]"]`)
	}
	seen := map[string]bool{}
	for _, c := range raw {
		if seen[c.Name] {
			r.complain(name, "channels", fmt.Sprintf("names %q twice", c.Name), "give each channel its own name")
		}
		seen[c.Name] = true
		out = append(out, hal.Channel(c))
	}
	return out
}

func (r *resolver) mqtt(name string, c *MQTT) *MQTTConfig {
	m := &MQTTConfig{
		URL: string(c.URL), Topic: c.Topic, Rate: rate(c.Rate), Retained: c.Retained,
		CA: r.path(c.CA), User: c.User, Password: r.path(c.Password), SilentAfter: r.silence(name, c.SilentAfter, rate(c.Rate)),
	}
	switch {
	case strings.ContainsAny(c.Topic, "+#"):
		r.complain(name, "topic", "has + or #, which would mix the values of several devices", "make a source for each device")
	case c.Topic == "" || len(c.Topic) > 1024 || strings.ContainsRune(c.Topic, 0):
		r.complain(name, "topic", "is no topic", "write one such as plant/boiler/temperature")
	}
	at := r.tree.find("sources", name)
	switch fields, line := at.child("fields") != nil, at.child("channels") != nil; {
	case fields && line:
		r.complain(name, "channels", "stands beside fields", "keep fields if messages are JSON, channels if they are lines of numbers")
	case line:
		m.Channels = r.channels(name, c.Channels)
	case fields:
		r.fields(name, c.Fields, m)
	default:
		r.errs.add(at.key, fmt.Sprintf("sources.%s has no key %q", name, "fields"), "add it: the values of a message in JSON; or channels if messages are lines of numbers")
	}
	if c.User == "" && c.Password != "" {
		r.complain(name, "password_file", "stands without user", "add user")
	}
	return m
}

func (r *resolver) fields(name string, raw []Field, m *MQTTConfig) {
	if len(raw) == 0 {
		r.complain(name, "fields", "is empty", `name the values of one message, as ["temperature[Cel]=climate.t"]`)
	}
	for _, f := range raw {
		if slices.ContainsFunc(m.Channels, func(c hal.Channel) bool { return c.Name == f.Channel.Name }) {
			r.complain(name, "fields", fmt.Sprintf("names %q twice", f.Channel.Name), "give each channel its own name")
		}
		m.Channels, m.Paths = append(m.Channels, f.Channel), append(m.Paths, cmp.Or(f.Path, f.Channel.Name))
	}
}
