package board

import "slices"

// ownNames are those that boards of the listed kinds give themselves, as one word and without their revision: what the
// Raspberry Pi's firmware and NVIDIA's device trees write to /proc/device-tree/model, and what Linux' own trees say.
var ownNames = []string{
	"raspberry-pi-model-a", "raspberry-pi-model-a-plus", "raspberry-pi-model-b", "raspberry-pi-model-b-plus", "raspberry-pi-zero", "raspberry-pi-zero-w",
	"raspberry-pi-zero-2-w", "raspberry-pi-2-model-b", "raspberry-pi-3-model-a-plus", "raspberry-pi-3-model-b", "raspberry-pi-3-model-b-plus",
	"raspberry-pi-4-model-b", "raspberry-pi-400", "raspberry-pi-5", "raspberry-pi-5-model-b", "raspberry-pi-500", "raspberry-pi-compute-module",
	"raspberry-pi-compute-module-3", "raspberry-pi-compute-module-3-plus", "raspberry-pi-compute-module-4", "raspberry-pi-compute-module-4s",
	"raspberry-pi-compute-module-5", "raspberry-pi-compute-module-5-lite",
	"nvidia-jetson-nano-developer-kit", "nvidia-jetson-nano-2gb-developer-kit", "nvidia-jetson-tx1-developer-kit", "nvidia-jetson-tx2-developer-kit",
	"nvidia-jetson-xavier-nx-developer-kit", "nvidia-jetson-agx-xavier-developer-kit", "nvidia-jetson-agx-orin-developer-kit",
	"nvidia-jetson-orin-nano-developer-kit", "nvidia-jetson-orin-nano-engineering-reference-developer-kit",
	"nvidia-jetson-orin-nano-engineering-reference-developer-kit-super", "nvidia-jetson-orin-nx-engineering-reference-developer-kit",
	"nvidia-jetson-orin-nx-engineering-reference-developer-kit-super",
}

// Names are what boards that this package recognises are called: the kinds, and the names that they give themselves,
// as one word in small letters, without the revision that may follow ("-rev-1.4"). Any other board has a name of its own, too.
func Names() []string {
	names := []string{string(Generic), string(GenericARM), string(GenericX86)}
	for _, k := range kinds {
		names = append(names, string(k.kind))
	}
	return slices.Compact(slices.Sorted(slices.Values(append(names, ownNames...))))
}
