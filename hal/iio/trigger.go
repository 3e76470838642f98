package iio

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dunlin-iot/dunlin/hal"
)

// Trigger paces the buffers of devices: the data-ready line of a chip, or a timer of the kernel that somebody made.
type Trigger struct {
	Dir       string    // in /sys
	Name      string    // by which a device chooses it
	Parent    string    // what it is part of, as Device.Parent
	Frequency hal.Hertz // at which it fires; zero when it does not say
}

// rateAttr is the attribute of a trigger that has a clock of its own (iio-trig-hrtimer).
const rateAttr = "sampling_frequency"

func describeTrigger(dir string) Trigger {
	t := Trigger{Dir: dir, Name: text(dir, "name"), Parent: parent(dir)}
	if hz, ok := number(dir, rateAttr); ok {
		t.Frequency = hal.Hertz(hz)
	}
	return t
}

// trigger is the one that paces d, or will. False is none that is known.
func (c Config) trigger(d Device) (Trigger, bool) {
	name := c.Trigger
	if name == "" {
		name = d.Trigger
	}
	i := slices.IndexFunc(d.Triggers, func(t Trigger) bool { return t.Name == name })
	if i < 0 {
		return Trigger{}, false
	}
	return d.Triggers[i], true
}

// foreign reports a trigger that is not the chip's own: samples then come at its rate, whatever the chip's is.
func (t Trigger) foreign(d Device) bool { return t.Parent != d.Parent || t.Frequency > 0 }

// tempo is the rate that samples come at, as far as the kernel says it now.
func (c Config) tempo(d Device) hal.Hertz {
	if t, ok := c.trigger(d); ok && t.foreign(d) {
		return t.Frequency
	}
	return d.Frequency
}

// PlanTrigger is what must stand in the attributes of the trigger that paces d for cfg, beside the Plan of d. It is
// nothing when the chip paces itself, the trigger has no rate, or cfg leaves the rate as it is.
func PlanTrigger(d Device, cfg Config) (Trigger, []Setting) {
	t, ok := cfg.trigger(d)
	if !ok || t.Frequency <= 0 || cfg.Rate <= 0 {
		return Trigger{}, nil
	}
	return t, []Setting{{rateAttr, hertz(cfg.Rate)}}
}

// chipRate is what a chip must convert at when a trigger asks it at a rate: the least that is as high, so that no
// sample comes twice.
func chipRate(d Device, rate hal.Hertz) hal.Hertz {
	if r := d.FrequencyRange; r[2] > 0 {
		return min(max(rate, r[0]), r[2])
	}
	best := rate
	if len(d.Frequencies) > 0 {
		best = slices.Max(d.Frequencies)
	}
	for _, f := range d.Frequencies {
		if f < best && (f >= rate || near(float64(f), float64(rate))) {
			best = f
		}
	}
	return best
}

func hertz(f hal.Hertz) string { return strconv.FormatFloat(float64(f), 'f', -1, 64) }

// noTrigger says that the trigger of the configuration does not exist.
func (c Config) noTrigger() error {
	return &hal.AbsentError{
		What: "IIO trigger " + c.Trigger,
		Fix:  fmt.Sprintf("make it: sudo modprobe iio-trig-hrtimer && sudo mkdir /sys/kernel/config/iio/triggers/hrtimer/%s; or check the key trigger", c.Trigger),
	}
}
