package system

import (
	"path/filepath"
	"strings"

	"github.com/dunlin-iot/dunlin/hal"
)

// findThrottling takes the machine's most telling witness.
func findThrottling(root string) *gauge {
	if firmware := matching(root, "sys/devices/platform/soc*/soc*firmware/get_throttled"); len(firmware) > 0 {
		return raspberry(firmware[0])
	}
	g := &gauge{}
	var parts []func([]float32) error
	for _, find := range []func(string) (string, func() (float64, error)){undervoltage, cooling, overcurrent} {
		name, read := find(root)
		if read == nil {
			continue
		}
		g.channels = append(g.channels, hal.Channel{Name: name, Unit: "1"})
		parts = append(parts, func(dst []float32) error {
			v, err := read()
			dst[0] = float32(v)
			return err
		})
	}
	if len(parts) == 0 {
		return nil
	}
	g.read = func(dst []float32) error {
		for i, part := range parts {
			if err := part(dst[i : i+1]); err != nil {
				return err
			}
		}
		return nil
	}
	return g
}

// raspberry reads the firmware's flags, a hexadecimal number: bits 0 to 3 are what is now (documentation of vcgencmd
// get_throttled); bits 16 to 19 are what has been since the start, and are not told.
func raspberry(path string) *gauge {
	g := &gauge{}
	for _, name := range []string{"undervoltage", "frequency_capped", "throttled", "soft_limit"} {
		g.channels = append(g.channels, hal.Channel{Name: name, Unit: "1"})
	}
	g.read = func(dst []float32) error {
		flags, err := number(path, 16)
		if err != nil {
			return err
		}
		for i := range dst {
			dst[i] = float32(int64(flags) >> i & 1)
		}
		return nil
	}
	return g
}

// undervoltage is what a Raspberry Pi's kernel without get_throttled tells (drivers/hwmon/raspberrypi-hwmon.c).
func undervoltage(root string) (string, func() (float64, error)) {
	for _, chip := range matching(root, "sys/class/hwmon/hwmon*") {
		if path := filepath.Join(chip, "in0_lcrit_alarm"); text(chip, "name") == "rpi_volt" && exists(path) {
			return "undervoltage", func() (float64, error) { return number(path, 10) }
		}
	}
	return "", nil
}

// cooling is 1 while any cooling that slows a processor is at work: the throttle alerts of a Jetson, the kernel's own
// cooling by frequency elsewhere. Fans are none.
func cooling(root string) (string, func() (float64, error)) {
	var paths []string
	for _, dev := range matching(root, "sys/class/thermal/cooling_device*") {
		kind := text(dev, "type")
		if strings.HasSuffix(kind, "-throttle-alert") || strings.Contains(kind, "cpufreq") || kind == "Processor" {
			paths = append(paths, filepath.Join(dev, "cur_state"))
		}
	}
	if len(paths) == 0 {
		return "", nil
	}
	return "throttled", func() (float64, error) {
		slowed := 0.0
		for _, path := range paths {
			state, err := number(path, 10)
			if err != nil {
				return 0, err
			}
			if state > 0 {
				slowed = 1
			}
		}
		return slowed, nil
	}
}

// overcurrent is 1 when a Jetson Orin's counters of over-current events have grown since the sample before.
func overcurrent(root string) (string, func() (float64, error)) {
	paths := matching(root, "sys/class/hwmon/hwmon*/oc*_event_cnt")
	if len(paths) == 0 {
		return "", nil
	}
	before := -1.0
	return "overcurrent", func() (float64, error) {
		sum := 0.0
		for _, path := range paths {
			n, err := number(path, 10)
			if err != nil {
				return 0, err
			}
			sum += n
		}
		grown := before >= 0 && sum > before
		before = sum
		if grown {
			return 1, nil
		}
		return 0, nil
	}
}
