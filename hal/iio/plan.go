package iio

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// Setting is what must stand in an attribute of a device.
type Setting struct {
	Attr  string // relative to the device: "buffer/watermark"
	Value string
}

const enable = "buffer/enable"

// boottime is the clock that stamps should be in. Not every kernel lets one choose.
const boottime, clockAttr = "boottime", "current_timestamp_clock"

// Plan is what must stand in the attributes of a device for cfg, in the order of writing: a buffer that runs accepts no
// changes, so the first turns it off and the last on. A udev rule of these settings is all that a daemon without rights
// in /sys needs.
func Plan(d Device, cfg Config) ([]Setting, error) {
	cfg = cfg.complete()
	if !d.Buffered {
		return nil, fmt.Errorf("plan %s: it has no buffer; poll it", cfg.what())
	}
	chosen, err := cfg.choose(d, scannable)
	if err != nil {
		return nil, err
	}
	rate, chip, err := cfg.rate(d)
	if err != nil {
		return nil, err
	}
	plan := []Setting{{enable, "0"}}
	if cfg.Rate > 0 {
		for _, attr := range d.Rates {
			plan = append(plan, Setting{attr, hertz(chip)})
		}
	}
	if d.Clock != "" {
		plan = append(plan, Setting{clockAttr, boottime})
	}
	if cfg.Trigger != "" {
		plan = append(plan, Setting{"trigger/current_trigger", cfg.Trigger})
	}
	plan = append(plan, scanSettings(d, chosen)...)
	watermark := cfg.Watermark
	if watermark <= 0 {
		watermark = max(int(rate/20), 1)
	}
	length := cfg.Length
	if length <= 0 {
		length = max(int(2*rate), 4*watermark, 128)
	}
	if length < watermark {
		return nil, fmt.Errorf("plan %s: a buffer of %d samples cannot gather %d", cfg.what(), length, watermark)
	}
	return append(plan, Setting{"buffer/length", strconv.Itoa(length)}, Setting{"buffer/watermark", strconv.Itoa(watermark)}, Setting{enable, "1"}), nil
}

// rate is what samples come at, and what the chip is set to for it, exactly as the device lists it. They differ where a
// trigger with a clock of its own paces the buffer.
func (c Config) rate(d Device) (samples, chip hal.Hertz, err error) {
	t, paced := c.trigger(d)
	switch {
	case c.Trigger != "" && !paced:
		return 0, 0, c.noTrigger()
	case c.Rate <= 0:
		return c.tempo(d), d.Frequency, nil
	case paced && t.Frequency > 0:
		return c.Rate, chipRate(d, c.Rate), nil
	}
	rate, err := c.listed(d)
	return rate, rate, err
}

// listed is the rate of the configuration as the device has it.
func (c Config) listed(d Device) (hal.Hertz, error) {
	if len(d.Rates) == 0 {
		return 0, fmt.Errorf("plan %s: its rate cannot be set; leave the key rate out, or set it at its trigger", c.what())
	}
	if len(d.Frequencies) == 0 {
		if r := d.FrequencyRange; r[2] > 0 && (c.Rate < r[0] || c.Rate > r[2]) {
			return 0, fmt.Errorf("plan %s: %g Hz is not from %g to %g", c.what(), c.Rate, r[0], r[2])
		}
		return c.Rate, nil
	}
	i := slices.IndexFunc(d.Frequencies, func(f hal.Hertz) bool { return near(float64(f), float64(c.Rate)) })
	if i < 0 {
		return 0, fmt.Errorf("plan %s: %g Hz is none of its rates: %v", c.what(), c.Rate, d.Frequencies)
	}
	return d.Frequencies[i], nil
}

func scannable(c Channel) bool { return c.Scan }

func scanSettings(d Device, chosen []Channel) []Setting {
	var list []Setting
	for _, c := range d.Channels {
		if c.Scan {
			in := slices.ContainsFunc(chosen, func(k Channel) bool { return k.ID == c.ID })
			list = append(list, Setting{"scan_elements/in_" + c.ID + "_en", strconv.Itoa(bit(in))})
		}
	}
	attr := "scan_elements/in_" + timestamp + "_en"
	if _, err := os.Stat(filepath.Join(d.Dir, attr)); err == nil {
		list = append(list, Setting{attr, "1"})
	}
	return list
}

// standsIn reports whether the attribute holds the setting. A clock that is not the one we ask for is no fault: stamps
// are converted; a longer queue is none either.
func (s Setting) standsIn(dir string) bool {
	now := text(dir, s.Attr)
	if s.Attr == clockAttr || now == s.Value {
		return true
	}
	a, errA := strconv.ParseFloat(now, 64)
	b, errB := strconv.ParseFloat(s.Value, 64)
	if errA != nil || errB != nil {
		return false
	}
	if s.Attr == "buffer/length" {
		return a >= b
	}
	return strings.HasSuffix(s.Attr, "sampling_frequency") && near(a, b)
}

// near allows for a rate that a driver rounds.
func near(a, b float64) bool { return math.Abs(a-b) <= 0.005*math.Abs(b) }

// prepared tells what does not stand as planned, and what a person does about it. A source writes nothing in /sys, also
// where it may: whatever runs as root by accident would take the device from another program.
func prepared(d Device, cfg Config, plan []Setting) error {
	t, pace := PlanTrigger(d, cfg)
	for _, of := range []struct {
		dir, what string
		plan      []Setting
	}{{t.Dir, "trigger " + t.Name, pace}, {d.Dir, cfg.what(), plan[1:]}} {
		for _, s := range of.plan {
			if s.standsIn(of.dir) {
				continue
			}
			return &hal.AbsentError{
				What: fmt.Sprintf("%s with %s of %s (it is %q)", of.what, s.Attr, s.Value, text(of.dir, s.Attr)),
				Fix:  "run once: sudo dunlin sources setup " + cfg.Source,
			}
		}
	}
	return nil
}

// Apply writes the plan of d for cfg and that of its trigger, in their order. It is for tools that root runs where no udev
// carries rules out.
func Apply(d Device, cfg Config) error {
	plan, err := Plan(d, cfg)
	if err != nil {
		return err
	}
	t, pace := PlanTrigger(d, cfg)
	for _, s := range pace {
		if err := write(t.Dir, s); err != nil {
			return fmt.Errorf("set %s of trigger %s to %s: %w", s.Attr, t.Name, s.Value, err)
		}
	}
	for _, s := range plan {
		if err := write(d.Dir, s); err != nil {
			return fmt.Errorf("set %s of %s to %s: %w", s.Attr, d.Name, s.Value, err)
		}
	}
	return nil
}

func write(dir string, s Setting) error {
	f, err := os.OpenFile(filepath.Join(dir, s.Attr), os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(s.Value)
	return errors.Join(err, f.Close())
}

// silence is how long no sample may come.
func (c Config) silence(rate hal.Hertz) time.Duration {
	if c.Silence > 0 {
		return c.Silence
	}
	return max(10*time.Second, 20*rate.Period())
}
