package iio

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/hal"
)

// DefaultRoot is where the kernel lists its devices.
const DefaultRoot = "/sys/bus/iio/devices"

// Device is one device of the kernel's Industrial I/O.
type Device struct {
	Dir    string // in /sys
	ID     string // "iio:device0"; the number may change from boot to boot
	Name   string // the driver's: "lsm6dsox_accel"
	Label  string // the device tree's, mostly empty
	Parent string // what it is part of: "1-006a" for a chip at i2c-1 0x6a

	Channels []Channel
	Buffered bool // it has a buffer, so it can be captured

	Rates          []string     // attributes that set the sampling frequency, relative to Dir
	Frequency      hal.Hertz    // now; zero when the device does not say
	Frequencies    []hal.Hertz  // that can be set; empty when the device does not say, or has a range
	FrequencyRange [3]hal.Hertz // least, step, most; zero when it has a list

	Trigger  string    // that paces the buffer now, empty for none
	Triggers []Trigger // that exist on this machine
	Clock    string    // of the buffer's stamps now; empty when the kernel has no choice
}

// Scan lists the devices below root; empty means DefaultRoot. No such folder is no device.
func Scan(root string) ([]Device, error) {
	root = cmp.Or(root, DefaultRoot)
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list IIO devices: %w", err)
	}
	var devices []Device
	var triggers []Trigger
	for _, e := range entries {
		dir := filepath.Join(root, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "trigger"):
			triggers = append(triggers, describeTrigger(dir))
		case strings.HasPrefix(e.Name(), "iio:device"):
			devices = append(devices, describe(dir))
		}
	}
	for i := range devices {
		devices[i].Triggers = triggers
	}
	return devices, nil
}

// describe reads what a device says of itself. What it does not say stays empty.
func describe(dir string) Device {
	d := Device{
		Dir: dir, ID: filepath.Base(dir), Name: text(dir, "name"), Label: text(dir, "label"),
		Trigger: text(dir, "trigger/current_trigger"), Clock: text(dir, "current_timestamp_clock"),
	}
	d.Parent = parent(dir)
	if _, err := os.Stat(filepath.Join(dir, "buffer/enable")); err == nil {
		d.Buffered = true
	}
	d.Channels = channels(dir)
	d.frequencies()
	return d
}

// parent is what an entry is part of: entries are links to where the hardware is.
func parent(dir string) string {
	path, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return ""
	}
	return filepath.Base(filepath.Dir(path))
}

// frequencies finds the attributes of the sampling rate: one for all channels, or one for each kind of them.
func (d *Device) frequencies() {
	for _, name := range names(d.Dir) {
		if name == "sampling_frequency" || strings.HasPrefix(name, "in_") && strings.HasSuffix(name, "_sampling_frequency") {
			d.Rates = append(d.Rates, name)
		}
	}
	if len(d.Rates) == 0 {
		return
	}
	if hz, ok := number(d.Dir, d.Rates[0]); ok {
		d.Frequency = hal.Hertz(hz)
	}
	list := text(d.Dir, d.Rates[0]+"_available")
	if list == "" {
		list = text(d.Dir, "sampling_frequency_available")
	}
	inner, ranged := strings.CutPrefix(list, "[")
	for i, field := range strings.Fields(strings.TrimSuffix(inner, "]")) {
		hz, err := strconv.ParseFloat(field, 64)
		switch {
		case err != nil:
		case !ranged:
			d.Frequencies = append(d.Frequencies, hal.Hertz(hz))
		case i < len(d.FrequencyRange):
			d.FrequencyRange[i] = hal.Hertz(hz)
		}
	}
}

// channels are those of a device, by attributes and scan elements, in the order of the buffer and then of names.
func channels(dir string) []Channel {
	found := map[string]*Channel{}
	get := func(id string) *Channel {
		if c := found[id]; c != nil {
			return c
		}
		c, ok := Named(id)
		if !ok {
			return &Channel{} // of a type that hal has no word for
		}
		c.Index = -1
		found[id] = &c
		return &c
	}
	for _, name := range names(dir) {
		if id, ok := cut(name, "_input"); ok {
			get(id).Input = name
		} else if id, ok := cut(name, "_raw"); ok && !strings.HasSuffix(id, "_peak") && !strings.HasSuffix(id, "_mean") {
			get(id).Raw = name
		}
	}
	for _, name := range names(filepath.Join(dir, "scan_elements")) {
		if id, ok := cut(name, "_en"); ok && id != timestamp {
			scanElement(dir, get(id))
		}
	}
	list := make([]Channel, 0, len(found))
	for _, c := range found {
		c.Scale, c.Offset = factor(dir, *c, "scale", 1), factor(dir, *c, "offset", 0)
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b Channel) int {
		return cmp.Or(-cmp.Compare(bit(a.Scan), bit(b.Scan)), cmp.Compare(a.Index, b.Index), cmp.Compare(a.ID, b.ID))
	})
	return distinct(list)
}

func scanElement(dir string, c *Channel) {
	e, err := element(dir, c.ID)
	c.Scan, c.Enabled = err == nil, text(dir, "scan_elements/in_"+c.ID+"_en") == "1"
	if err == nil {
		c.Index, c.Format = e.Index, e.Format.String()
	}
}

// element reads a channel's place in the buffer.
func element(dir, id string) (Element, error) {
	base := "scan_elements/in_" + id
	index, err := strconv.Atoi(text(dir, base+"_index"))
	if err != nil {
		return Element{}, fmt.Errorf("read index of scan element %s: %w", id, err)
	}
	f, err := ParseFormat(text(dir, base+"_type"))
	return Element{ID: id, Index: index, Format: f}, err
}

// factor is an attribute of a channel: its own, or one that it shares with its kind, with all inputs, or with all.
func factor(dir string, c Channel, what string, none float64) float64 {
	shared := c.Kind
	if strings.Contains(c.ID, "-"+c.Kind) {
		shared += "-" + c.Kind // differential
	}
	for _, name := range []string{"in_" + c.ID + "_" + what, "in_" + shared + "_" + what, "in_" + what, what} {
		if v, ok := number(dir, name); ok {
			return v
		}
	}
	return none
}

// distinct gives channels of one hal name their kernel names instead, so that each has its own.
func distinct(list []Channel) []Channel {
	count := map[string]int{}
	for _, c := range list {
		count[c.Name]++
	}
	for i, c := range list {
		if count[c.Name] > 1 {
			list[i].Name = strings.Map(plain, c.ID)
		}
	}
	return list
}

func cut(name, suffix string) (id string, ok bool) {
	id, ok = strings.CutPrefix(name, "in_")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(id, suffix)
}

// names lists a folder; what cannot be listed is empty.
func names(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.Name()
	}
	return list
}

// text is an attribute without its line end; what cannot be read is empty.
func text(dir, attr string) string {
	b, err := os.ReadFile(filepath.Join(dir, attr))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func number(dir, attr string) (float64, bool) {
	v, err := strconv.ParseFloat(text(dir, attr), 64)
	return v, err == nil
}
