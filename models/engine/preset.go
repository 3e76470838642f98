package engine

import (
	"slices"
	"time"
)

// builtin are the words for delegates that need no plug-in: the first three are for TensorFlow Lite, none and the rest
// for ONNX Runtime, in the words of models/onnx.
var builtin = []string{"xnnpack", "gpu", "none", "cpu", "tensorrt", "cuda", "openvino", "qnn", "vitisai", "webgpu"}

// DelegateNames are all words that mean a delegate without saying where its library is, in their order.
func DelegateNames() []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(builtin, PresetNames()))))
}

// Preset is what is known of an accelerator's plug-in, so that a configuration need only name it.
type Preset struct {
	Name      string
	Title     string            // for people
	Libraries []string          // file names in the system's library folders, best first
	Options   map[string]string // unless the configuration gives some
	Devices   []string          // patterns of device files, of which one is there when the device is
	USB       []string          // vendor:product, likewise
	Limit     time.Duration     // of a probe, where building the model takes long; zero means the usual one
	Fix       string            // what to install or to permit
	Note      string            // what to know before
}

// FindPreset is the preset of that name, or nil.
func FindPreset(name string) *Preset {
	if i := slices.IndexFunc(presets, func(p Preset) bool { return p.Name == name }); i >= 0 {
		p := presets[i]
		return &p
	}
	return nil
}

// Presets are all presets, in the order of their names.
func Presets() []Preset { return slices.Clone(presets) }

// PresetNames are their names.
func PresetNames() (names []string) {
	for _, p := range presets {
		names = append(names, p.Name)
	}
	return names
}
