package iio

import (
	"cmp"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Config of a source. Device is required.
type Config struct {
	Device   string   // the driver's name, the label, or the kernel's ID of the device
	Parent   string   // what the device is part of, "1-006a", where several have the same name
	Channels []string // by kernel ID ("accel_x") or hal name ("ax"); empty means all

	Every time.Duration // between samples of a Polled source; zero means 1 s

	Rate      hal.Hertz     // of a Buffered source; zero leaves the device's own
	Watermark int           // samples that the kernel gathers before it wakes us; zero means those of 50 ms, at least 1
	Length    int           // samples that the kernel queues; zero means those of 2 s, at least 4 watermarks and 128
	Trigger   string        // that paces the buffer, at Rate where it has a clock; empty leaves the device's own
	Silence   time.Duration // without a sample that is an error; zero means 10 s, or 20 periods if that is longer

	Source string       // the source's name in the configuration, for `dunlin sources setup`
	Root   string       // where devices are listed; empty means DefaultRoot
	Dev    string       // device node; empty means /dev/ and the device's ID
	Clock  clock.Clock  // nil means the system's
	Logger *slog.Logger // nil discards
}

func (c Config) complete() Config {
	c.Every = cmp.Or(c.Every, time.Second)
	c.Root = cmp.Or(c.Root, DefaultRoot)
	c.Source = cmp.Or(c.Source, "NAME")
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c Config) what() string {
	if c.Parent != "" {
		return fmt.Sprintf("IIO device %s at %s", c.Device, c.Parent)
	}
	return "IIO device " + c.Device
}

// find is the one device that the configuration means.
func (c Config) find() (Device, error) {
	all, err := Scan(c.Root)
	if err != nil {
		return Device{}, err
	}
	var found []Device
	for _, d := range all {
		if c.Device != "" && (d.Name == c.Device || d.Label == c.Device || d.ID == c.Device) && (c.Parent == "" || d.Parent == c.Parent) {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 0:
		return Device{}, &hal.AbsentError{What: c.what(), Fix: "load the driver of the chip (a dtoverlay line in config.txt on a Raspberry Pi), or check the key device; " + present(all)}
	case 1:
		return found[0], nil
	}
	return Device{}, fmt.Errorf("find %s: there are %d of that name; choose one with the key parent: %s", c.what(), len(found), present(found))
}

func present(devices []Device) string {
	if len(devices) == 0 {
		return "this machine has no IIO device"
	}
	list := make([]string, len(devices))
	for i, d := range devices {
		list[i] = fmt.Sprintf("%s at %s", d.Name, d.Parent)
	}
	return "there is " + strings.Join(list, ", ")
}

// choose picks the channels of the configuration from those of the device that may be used.
func (c Config) choose(d Device, may func(Channel) bool) ([]Channel, error) {
	usable := slices.DeleteFunc(slices.Clone(d.Channels), func(ch Channel) bool { return !may(ch) })
	if len(c.Channels) == 0 {
		if len(usable) == 0 {
			return nil, fmt.Errorf("use %s: it has no channel that can be read this way", c.what())
		}
		return usable, nil
	}
	var chosen []Channel
	for _, name := range c.Channels {
		i := slices.IndexFunc(usable, func(ch Channel) bool { return ch.ID == name || ch.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("use %s: it has no channel %q that can be read this way; it has %s", c.what(), name, ids(usable))
		}
		chosen = append(chosen, usable[i])
	}
	return chosen, nil
}

func ids(channels []Channel) string {
	list := make([]string, len(channels))
	for i, c := range channels {
		list[i] = c.ID
	}
	return strings.Join(list, ", ")
}

// foretold are the channels as far as the configuration alone tells them; nil when it does not.
func (c Config) foretold() []hal.Channel {
	var list []hal.Channel
	for _, id := range c.Channels {
		ch, ok := Named(id)
		if !ok {
			return nil
		}
		list = append(list, ch.Hal())
	}
	return list
}

// node is the device's file in /dev.
func (c Config) node(d Device) string { return cmp.Or(c.Dev, filepath.Join("/dev", d.ID)) }

func words(channels []Channel) []hal.Channel {
	list := make([]hal.Channel, len(channels))
	for i, c := range channels {
		list[i] = c.Hal()
	}
	return list
}
