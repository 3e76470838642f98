package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/audio"
	"github.com/dunlin-iot/dunlin/hal/gpio"
	"github.com/dunlin-iot/dunlin/hal/iio"
	"github.com/dunlin-iot/dunlin/hal/udev"
)

// errNoRule says that anybody may read what a source reads.
var errNoRule = errors.New("needs no rule")

// rulePath is the udev rule of a source.
func rulePath(name string) string { return udev.Folder + "/70-dunlin-" + name + ".rules" }

// rule is what the device of a source needs, by what is connected now.
func (h *hardware) rule(c config.SourceConfig) (udev.Rule, error) {
	if p, chip := placeOf(c); chip {
		return udev.ForNode(c.Name, udev.I2C, h.busName(p.Bus)), nil
	}
	switch {
	case spiOf(c) != "":
		return udev.ForNode(c.Name, udev.SPI, spiOf(c)), nil
	case c.IIO != nil:
		return h.iioRule(c)
	case c.GPIO != nil:
		return h.lineRule(c.Name, c.GPIO.Chip, c.GPIO.Line)
	case c.HX711 != nil:
		return h.lineRule(c.Name, c.HX711.Chip, c.HX711.Data)
	case c.ALSA != nil:
		return h.soundRule(c)
	case c.V4L2 != nil:
		return h.fileRule(c.Name, udev.Video, c.V4L2.Device)
	case c.Serial != nil:
		return h.fileRule(c.Name, udev.Serial, c.Serial.Device)
	}
	return udev.Rule{}, fmt.Errorf("source %s, driver %s, %w", c.Name, c.Driver, errNoRule)
}

func (h *hardware) iioRule(c config.SourceConfig) (udev.Rule, error) {
	if c.IIO.Mode == config.IIOPoll {
		return udev.Rule{}, fmt.Errorf("source %s reads files that anybody may read: it %w", c.Name, errNoRule)
	}
	cfg := iioConfig(h, c)
	d, same, err := findIIO(cfg)
	if err != nil {
		return udev.Rule{}, err
	}
	plan, err := iio.Plan(d, cfg)
	var gone *hal.AbsentError
	switch {
	case errors.As(err, &gone):
		return udev.Rule{}, err
	case err != nil:
		return udev.Rule{}, withCode(exitUsage, err)
	}
	parent := cfg.Parent
	if same > 1 {
		parent = d.Parent
	}
	rule := udev.ForIIO(c.Name, d.Name, parent, assigns(plan))
	if t, pace := iio.PlanTrigger(d, cfg); cfg.Trigger != "" || len(pace) > 0 {
		rule = rule.Paced(cmp.Or(cfg.Trigger, t.Name), assigns(pace))
	}
	return rule, nil
}

func assigns(plan []iio.Setting) (list []udev.Assign) {
	for _, s := range plan {
		list = append(list, udev.Assign(s))
	}
	return list
}

// carryOut sets the attributes of a source's device now, where there is no udev to do it.
func (h *hardware) carryOut(c config.SourceConfig) error {
	if c.IIO == nil || c.IIO.Mode == config.IIOPoll {
		return nil
	}
	cfg := iioConfig(h, c)
	d, _, err := findIIO(cfg)
	if err != nil {
		return err
	}
	return iio.Apply(d, cfg)
}

// findIIO finds a device as its source will, and tells how many of its name there are.
func findIIO(cfg iio.Config) (d iio.Device, same int, err error) {
	all, err := iio.Scan(cfg.Root)
	if err != nil {
		return d, 0, err
	}
	var found []iio.Device
	for _, d := range all {
		if (d.Name == cfg.Device || d.Label == cfg.Device || d.ID == cfg.Device) && (cfg.Parent == "" || d.Parent == cfg.Parent) {
			found = append(found, d)
		}
	}
	switch {
	case len(found) == 0:
		return d, 0, &hal.AbsentError{What: "IIO device " + cfg.Device, Fix: "connect it and load its driver, then run this again; dunlin sources ls shows what there is"}
	case len(found) > 1:
		return d, 0, withCode(exitUsage, fmt.Errorf("there are %d IIO devices %s: choose one with the key parent, as %s", len(found), cfg.Device, found[0].Parent))
	}
	for _, other := range all {
		if other.Name == found[0].Name {
			same++
		}
	}
	return found[0], same, nil
}

// lineRule gives the chip of a line to the group: a line has no file of its own.
func (h *hardware) lineRule(source, chip, line string) (udev.Rule, error) {
	var found []string
	for _, c := range gpio.List() {
		named := chip == "" && slices.ContainsFunc(c.Lines, func(l gpio.LineInfo) bool { return l.Name == line })
		if named || chip != "" && (c.Name == strings.TrimPrefix(chip, "/dev/") || c.Label == chip || slices.Contains(c.Links, chip)) {
			found = append(found, c.Name)
		}
	}
	switch {
	case len(found) == 1:
		return udev.ForNode(source, udev.GPIO, found[0]), nil
	case len(found) > 1 || chip == "":
		return udev.Rule{}, withCode(exitUsage, fmt.Errorf("source %s: name the chip of the line, as chip: gpiochip0", source))
	}
	return udev.Rule{}, &hal.AbsentError{What: "GPIO chip " + chip, Fix: "check the key chip; dunlin sources ls shows what there is"}
}

func (h *hardware) soundRule(c config.SourceConfig) (udev.Rule, error) {
	all, err := audio.List(h.root)
	if err != nil {
		return udev.Rule{}, err
	}
	for _, d := range all {
		if names := []string{d.Address(), fmt.Sprintf("hw:%d,%d", d.Card, d.Device)}; c.ALSA.Device == names[0] || c.ALSA.Device == names[1] {
			return udev.ForNode(c.Name, udev.Sound, filepath.Base(d.Path())), nil
		}
	}
	return udev.Rule{}, &hal.AbsentError{What: "microphone " + c.ALSA.Device, Fix: "connect it, then run this again; dunlin sources ls shows what there is"}
}

// fileRule is for a device file, whose name may be a link that stays.
func (h *hardware) fileRule(source string, kind udev.Node, path string) (udev.Rule, error) {
	target, err := filepath.EvalSymlinks(h.path(path))
	if err != nil {
		return udev.Rule{}, &hal.AbsentError{What: "device " + path, Fix: "connect it, then run this again; dunlin sources ls shows what there is", Err: fs.ErrNotExist}
	}
	return udev.ForNode(source, kind, filepath.Base(target)), nil
}
