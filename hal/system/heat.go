package system

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
)

// processors are types of thermal zones that are the processor, the best first: Raspberry Pi, Jetson Orin and others of
// the device tree; older Jetsons; PCs.
var processors = []string{"cpu-thermal", "cpu_thermal", "CPU-therm", "cpu0-thermal", "soc-thermal", "soc_thermal", "x86_pkg_temp", "acpitz"}

// junction is what silicon survives; a reading beyond is none.
var junction = judge.Rule{Min: -55, Max: 150}

func findTemperature(root string) *gauge {
	best, rank := "", len(processors)
	for _, zone := range matching(root, "sys/class/thermal/thermal_zone*") {
		if i := slices.Index(processors, text(zone, "type")); i >= 0 && i < rank {
			best, rank = zone, i
		}
	}
	if best == "" {
		return nil
	}
	path := filepath.Join(best, "temp")
	return &gauge{channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}}, rules: []judge.Rule{junction}, read: func(dst []float32) error {
		milli, err := number(path, 10)
		dst[0] = float32(milli / 1000)
		return err
	}}
}

// monitors are chips that measure supplies (drivers/hwmon), by the names of their drivers. Inputs 4 to 7 of an INA3221
// are shunts.
var monitors = []string{"ina3221", "ina2xx", "ina219", "ina220", "ina226", "ina230", "ina231", "ina233", "ina237", "ina238", "ina260"}

func findSupply(root string) *gauge {
	var channels []hal.Channel
	var paths []string
	for _, chip := range matching(root, "sys/class/hwmon/hwmon*") {
		name := text(chip, "name")
		if !slices.Contains(monitors, name) {
			continue
		}
		inputs := []string{"in1"} // in0 of the others is the shunt
		if name == "ina3221" {
			inputs = []string{"in1", "in2", "in3"}
		}
		for _, in := range inputs {
			path := filepath.Join(chip, in+"_input")
			if !exists(path) || text(chip, in+"_enable") == "0" {
				continue
			}
			paths = append(paths, path)
			channels = append(channels, hal.Channel{Name: supplyName(text(chip, in+"_label"), len(paths)), Unit: "V"})
		}
	}
	if len(paths) == 0 {
		return nil
	}
	return &gauge{channels: channels, read: func(dst []float32) error {
		for i, path := range paths {
			milli, err := number(path, 10)
			if err != nil {
				return err
			}
			dst[i] = float32(milli / 1000)
		}
		return nil
	}}
}

// supplyName is the rail's own name where it has one.
func supplyName(label string, n int) string {
	if label == "" {
		label = string(rune('0' + n%10))
	}
	return "voltage_" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(label))
}
