package board

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Kind is a board as far as advice depends on it.
type Kind string

// Kinds of boards. Compute modules and the keyboard models are of the kind of their chip.
const (
	RaspberryPiZero2 Kind = "raspberry-pi-zero-2"
	RaspberryPi3     Kind = "raspberry-pi-3"
	RaspberryPi4     Kind = "raspberry-pi-4"
	RaspberryPi5     Kind = "raspberry-pi-5"
	RaspberryPi      Kind = "raspberry-pi" // any other
	JetsonNano       Kind = "jetson-nano"
	JetsonOrin       Kind = "jetson-orin"
	Jetson           Kind = "jetson" // any other
	GenericARM       Kind = "generic-arm"
	GenericX86       Kind = "generic-x86"
	Generic          Kind = "generic"
)

// kinds go from the narrow to the wide; the first whose text begins an entry of the device tree's compatible list
// counts. The texts are from arch/arm64/boot/dts of Linux and of the boards' vendors.
var kinds = []struct {
	compatible string
	kind       Kind
}{
	{"raspberrypi,model-zero-2", RaspberryPiZero2},
	{"raspberrypi,3-", RaspberryPi3},
	{"raspberrypi,4-", RaspberryPi4},
	{"raspberrypi,400", RaspberryPi4},
	{"raspberrypi,5-", RaspberryPi5},
	{"raspberrypi,500", RaspberryPi5},
	{"brcm,bcm2837", RaspberryPi3},
	{"brcm,bcm2711", RaspberryPi4},
	{"brcm,bcm2712", RaspberryPi5},
	{"raspberrypi,", RaspberryPi},
	{"nvidia,jetson-nano", JetsonNano},
	{"nvidia,p3450", JetsonNano},
	{"nvidia,tegra210", JetsonNano},
	{"nvidia,tegra234", JetsonOrin},
	{"nvidia,tegra", Jetson},
}

// recognise tells kind and model from the device tree, or from the firmware's tables where there is none.
func recognise(root string) (Kind, string) {
	tree := filepath.Join(root, "proc/device-tree")
	list := strings.Split(text(filepath.Join(tree, "compatible")), "\x00")
	if model := text(filepath.Join(tree, "model")); model != "" || list[0] != "" {
		for _, k := range kinds {
			if slices.ContainsFunc(list, func(c string) bool { return strings.HasPrefix(c, k.compatible) }) {
				return k.kind, model
			}
		}
		return ofArchitecture(GenericARM), model
	}
	return ofArchitecture(Generic), text(filepath.Join(root, "sys/class/dmi/id/product_name"))
}

// ofArchitecture is the kind of a board that nobody listed; otherwise is for architectures that nobody named.
func ofArchitecture(otherwise Kind) Kind {
	switch runtime.GOARCH {
	case "arm", "arm64":
		return GenericARM
	case "amd64", "386":
		if otherwise == GenericARM {
			return GenericARM // a made-up root, or an emulator: no PC has a device tree that names a board
		}
		return GenericX86
	}
	return otherwise
}

func (k Kind) raspberry() bool { return strings.HasPrefix(string(k), string(RaspberryPi)) }

func (k Kind) jetson() bool { return strings.HasPrefix(string(k), string(Jetson)) }

// text is the content of a small file of /proc or /sys without its end; empty when there is none.
func text(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimRight(string(b), "\x00\n")
}
