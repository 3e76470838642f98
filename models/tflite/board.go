package tflite

import (
	"io/fs"
	"os"
	"strings"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// board is what is known of the machine.
type board struct {
	root  fs.FS  // the machine's files
	noGPU string // why the GPU is not offered; empty when it may be
}

func thisBoard(root fs.FS) board {
	if root == nil {
		root = os.DirFS("/")
	}
	b := board{root: root}
	model, err := fs.ReadFile(root, "proc/device-tree/model")
	if err != nil {
		return b // a machine without a device tree is neither of the two
	}
	for _, word := range []string{"Raspberry Pi", "Jetson"} {
		if strings.Contains(string(model), word) {
			b.noGPU = "the GPU of a " + word + " has no driver that TensorFlow Lite works with: XNNPACK is the fast way there"
		}
	}
	return b
}

// MissingDevice says which of a preset's devices is not below root, the machine's files; empty when one is there, or
// when the preset does not know how its device looks.
func MissingDevice(p engine.Preset, root fs.FS) string {
	if len(p.Devices)+len(p.USB) == 0 {
		return ""
	}
	for _, pattern := range p.Devices {
		// Glob fails only for a bad pattern, and the table has none.
		if found, _ := fs.Glob(root, strings.TrimPrefix(pattern, "/")); len(found) > 0 {
			return ""
		}
	}
	for _, id := range p.USB {
		if hasUSB(root, id) {
			return ""
		}
	}
	all := strings.Join(p.Devices, " or ")
	for _, id := range p.USB {
		all = strings.TrimPrefix(all+" or USB device "+id, " or ")
	}
	return "there is no " + all
}

func hasUSB(root fs.FS, id string) bool {
	found, _ := fs.Glob(root, "sys/bus/usb/devices/*/idVendor")
	for _, file := range found {
		vendor, err1 := fs.ReadFile(root, file)
		product, err2 := fs.ReadFile(root, strings.TrimSuffix(file, "idVendor")+"idProduct")
		if err1 == nil && err2 == nil && strings.TrimSpace(string(vendor))+":"+strings.TrimSpace(string(product)) == id {
			return true
		}
	}
	return false
}
