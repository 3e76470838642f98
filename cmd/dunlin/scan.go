package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/audio"
	"github.com/dunlin-iot/dunlin/hal/camera"
	"github.com/dunlin-iot/dunlin/hal/ds18b20"
	"github.com/dunlin-iot/dunlin/hal/gpio"
	"github.com/dunlin-iot/dunlin/hal/iio"
)

// thing is something on this machine that a source could read.
type thing struct {
	Kind   string `json:"kind"`  // i2c, spi, iio, 1-wire, gpio, sound, video, serial
	Where  string `json:"where"` // "i2c-1 0x76"
	What   string `json:"what"`
	State  string `json:"state"`            // usable, or why not
	Fix    string `json:"fix,omitempty"`    // what makes it usable
	Source string `json:"source,omitempty"` // what to write under sources; empty when no driver of ours fits
}

const stateUsable = "usable"

// scan looks at everything this machine has; what cannot be looked at is a thing that says so.
func (h *hardware) scan(ctx context.Context) []thing {
	all := []thing{}
	for _, look := range []func(context.Context) []thing{h.scanI2C, h.scanSPI, h.scanIIO, h.scanOneWire, h.scanGPIO, h.scanSound, h.scanVideo, h.scanSerial} {
		if ctx.Err() == nil {
			all = append(all, look(ctx)...)
		}
	}
	return all
}

// broken is a kind of things that could not be looked at.
func broken(kind, where string, err error) thing {
	t := thing{Kind: kind, Where: where, What: "cannot be searched", State: err.Error()}
	var gone *hal.AbsentError
	if errors.As(err, &gone) {
		t.State, t.Fix = gone.What+" is absent", gone.Fix
	}
	return t
}

func (h *hardware) scanIIO(context.Context) []thing {
	devices, err := iio.Scan(h.path(iio.DefaultRoot))
	if err != nil {
		return []thing{broken("iio", iio.DefaultRoot, err)}
	}
	names := map[string]int{}
	for _, d := range devices {
		names[d.Name]++
	}
	var all []thing
	for _, d := range devices {
		var channels []hal.Channel
		for _, c := range d.Channels {
			channels = append(channels, hal.Channel{Name: c.Name, Unit: c.Unit})
		}
		t := thing{Kind: "iio", Where: d.ID + " at " + d.Parent, What: d.Name + ": " + channelText(channels), State: stateUsable}
		t.Source = "{driver: iio, device: " + d.Name
		if names[d.Name] > 1 {
			t.Source += ", parent: " + d.Parent
		}
		if d.Buffered {
			t.Source += ", mode: buffer"
			t.State, t.Fix = h.mayCapture(d)
		}
		t.Source += "}"
		all = append(all, t)
	}
	return all
}

// mayCapture tells whether a buffer runs already, as a rule lets it, and its file may be opened. Anybody may poll.
func (h *hardware) mayCapture(d iio.Device) (state, fix string) {
	on, err := os.ReadFile(filepath.Join(d.Dir, "buffer/enable"))
	state, _ = h.mayOpen("/dev/" + d.ID)
	if err == nil && strings.TrimSpace(string(on)) == "1" && state == stateUsable {
		return stateUsable, ""
	}
	return "to be set up", "after it is in the configuration, once: sudo dunlin sources setup NAME; without mode: buffer it is polled, which needs no setup"
}

func (h *hardware) scanOneWire(context.Context) []thing {
	ids, err := ds18b20.List(h.path("/sys"))
	var gone *hal.AbsentError
	if errors.As(err, &gone) {
		return nil // most machines have none: no fault to tell of
	}
	if err != nil {
		return []thing{broken("1-wire", "/sys/bus/w1/devices", err)}
	}
	var all []thing
	for _, id := range ids {
		all = append(all, thing{Kind: "1-wire", Where: id, What: "ds18b20, a thermometer", State: stateUsable, Source: "{driver: ds18b20, id: " + id + "}"})
	}
	return all
}

func (h *hardware) scanGPIO(context.Context) []thing {
	if h.root != "" {
		return nil // a made-up root has no lines
	}
	var all []thing
	for _, c := range gpio.List() {
		t := thing{Kind: "gpio", Where: c.Name, State: stateUsable, Source: "{driver: gpio, chip: " + c.Name + ", line: N}"}
		used := 0
		for _, l := range c.Lines {
			if l.Used {
				used++
			}
		}
		t.What = fmt.Sprintf("%s, lines %d, in use %d", c.Label, len(c.Lines), used)
		if c.Err != nil {
			t.What = c.Label
			t.State, t.Fix = h.mayOpen("/dev/" + c.Name)
			if t.State == stateUsable {
				t.State = c.Err.Error()
			}
		}
		all = append(all, t)
	}
	return all
}

func (h *hardware) scanSound(context.Context) []thing {
	devices, err := audio.List(h.root)
	if err != nil {
		return []thing{broken("sound", "/proc/asound", err)}
	}
	var all []thing
	for _, d := range devices {
		t := thing{Kind: "sound", Where: d.Address(), What: d.Name, Source: fmt.Sprintf("{driver: alsa, device: %q}", d.Address())}
		t.State, t.Fix = h.mayOpen(d.Path())
		all = append(all, t)
	}
	return all
}

func (h *hardware) scanVideo(context.Context) []thing {
	devices, err := camera.List(h.root, nil)
	if err != nil {
		return []thing{broken("video", "/sys/class/video4linux", err)}
	}
	var all []thing
	for _, d := range devices {
		t := thing{Kind: "video", Where: d.Path, What: strings.TrimSpace(d.Name + " " + strings.Join(d.Formats, " ")), State: stateUsable}
		switch {
		case d.Err != nil:
			t.State, t.Fix = h.mayOpen(d.Path)
			if t.State == stateUsable {
				t.State = d.Err.Error()
			}
		case !d.Usable:
			t.State, t.Fix = "no format for a model", "read it through the driver process, with rpicam-vid or GStreamer"
			all = append(all, t)
			continue
		}
		t.Source = "{driver: v4l2, device: " + d.Path + ", width: 96, height: 96}"
		all = append(all, t)
	}
	return all
}

// ports are where serial lines with something at their end are found; the names below by-id stay when plugs move.
var ports = []string{"/dev/serial/by-id/*", "/dev/ttyUSB*", "/dev/ttyACM*", "/dev/ttyAMA*", "/dev/ttyTHS*", "/dev/serial0"}

func (h *hardware) scanSerial(context.Context) []thing {
	var all []thing
	seen := map[string]bool{}
	for _, pattern := range ports {
		found, err := filepath.Glob(h.path(pattern))
		if err != nil {
			return []thing{broken("serial", pattern, err)} // a wrong pattern of ours
		}
		for _, path := range found {
			target, err := filepath.EvalSymlinks(path)
			if err != nil || seen[target] {
				continue
			}
			seen[target] = true
			name := strings.TrimPrefix(path, h.root)
			t := thing{Kind: "serial", Where: strings.TrimPrefix(target, h.root), What: strings.TrimPrefix(name, "/dev/serial/by-id/")}
			t.State, t.Fix = h.mayOpen(name)
			t.Source = fmt.Sprintf("{driver: serial, device: %s, channels: [\"NAME[UNIT]\"]}", name)
			all = append(all, t)
		}
	}
	return all
}

// mayOpen asks the kernel whether this user may open a device file; it does not open it, which would restart many
// boards at the other end of a serial line.
func (h *hardware) mayOpen(path string) (state, fix string) {
	err := unix.Access(h.path(path), unix.R_OK|unix.W_OK)
	switch {
	case err == nil:
		return stateUsable, ""
	case errors.Is(err, fs.ErrNotExist):
		return "no device file", "load the driver that makes " + path
	case !errors.Is(err, fs.ErrPermission):
		return err.Error(), ""
	}
	return "no permission", "add this user to the group of " + path + ": sudo usermod -aG " + groupOf(h.path(path)) + " USER (dunlin, for the service), then log in again or restart it"
}

// groupOf is the group of a file, by name where it has one.
func groupOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return "GROUP"
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "GROUP"
	}
	id := strconv.FormatUint(uint64(s.Gid), 10)
	if g, err := user.LookupGroupId(id); err == nil {
		return g.Name
	}
	return id
}

// kinds are the drivers for the names that hal/board gives chips.
var kinds = []struct{ prefix, driver string }{
	{"bme280", "bme280"}, {"bmp280", "bmp280"}, {"lsm6dso", "lsm6ds"}, {"mpu6", "mpu6050"}, {"mpu9", "mpu6050"}, {"adxl345", "adxl345"},
	{"mcp9808", "mcp9808"}, {"tmp102", "tmp102"}, {"tmp75", "tmp75"}, {"ads1115", "ads1115"}, {"ina219", "ina219"}, {"hdc302x", "hdc302x"}, {"aht20", "aht20"},
	{"bh1750", "bh1750"}, {"scd4x", "scd4x"}, {"ds2482", "ds18b20"},
}

func driverFor(chip string) string {
	i := slices.IndexFunc(kinds, func(k struct{ prefix, driver string }) bool { return strings.HasPrefix(chip, k.prefix) })
	if i < 0 {
		return ""
	}
	return kinds[i].driver
}
