package probe

import (
	"encoding/binary"
	"math"
	"math/rand/v2"

	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	mostRecorded = 64  // recorded inputs that are run
	mixes        = 64  // inputs that are made of two recorded ones
	guesses      = 16  // inputs where nothing is recorded
	mostlyOne    = 0.9 // least share of one recorded input in a mix: half of each would sit where classes meet
	seed         = 20261125
)

// inputsFor are recorded inputs, then inputs that look like them: one of them with a trace of another. They
// are the same each time. Where nothing is recorded they are noise, on which networks tell less.
func inputsFor(tensors []engine.Tensor, vectors []Vector) [][][]byte {
	random := rand.New(rand.NewPCG(seed, 0))
	var all [][][]byte
	for _, v := range vectors {
		all = append(all, v.Inputs)
	}
	recorded := len(all)
	if recorded == 0 {
		for range guesses {
			all = append(all, each(tensors, func(i int) []byte { return noise(tensors[i], random) }))
		}
		return all
	}
	for range mixes {
		a, b := all[random.IntN(recorded)], all[random.IntN(recorded)]
		share := mostlyOne + (1-mostlyOne)*random.Float64()
		all = append(all, each(tensors, func(i int) []byte { return mix(tensors[i], a[i], b[i], share) }))
	}
	return all
}

// recordedFor are the recorded runs that fit the model.
func recordedFor(tensors []engine.Tensor, vectors []Vector) (fit []Vector) {
	for _, v := range vectors {
		if fitsInputs(tensors, v.Inputs) && len(fit) < mostRecorded {
			fit = append(fit, v)
		}
	}
	return fit
}

func fitsInputs(tensors []engine.Tensor, data [][]byte) bool {
	if len(data) != len(tensors) {
		return false
	}
	for i, t := range tensors {
		if len(data[i]) != len(t.Data) {
			return false
		}
	}
	return true
}

func each(tensors []engine.Tensor, make func(i int) []byte) [][]byte {
	var out [][]byte
	for i := range tensors {
		out = append(out, make(i))
	}
	return out
}

// mix is share of a and the rest of b. Types other than samples of signals stay a: an index between two is no index.
func mix(t engine.Tensor, a, b []byte, share float64) []byte {
	out := append([]byte(nil), a...)
	between := func(x, y float64) float64 { return share*x + (1-share)*y }
	switch t.Type {
	case engine.Int8:
		for i := range out {
			out[i] = byte(int8(math.Round(between(float64(int8(a[i])), float64(int8(b[i]))))))
		}
	case engine.Uint8:
		for i := range out {
			out[i] = byte(math.Round(between(float64(a[i]), float64(b[i]))))
		}
	case engine.Int16:
		for i := 0; i < len(out); i += 2 {
			x, y := int16(binary.NativeEndian.Uint16(a[i:])), int16(binary.NativeEndian.Uint16(b[i:]))
			binary.NativeEndian.PutUint16(out[i:], uint16(int16(math.Round(between(float64(x), float64(y))))))
		}
	case engine.Float32:
		for i := 0; i < len(out); i += 4 {
			x, y := math.Float32frombits(binary.NativeEndian.Uint32(a[i:])), math.Float32frombits(binary.NativeEndian.Uint32(b[i:]))
			binary.NativeEndian.PutUint32(out[i:], math.Float32bits(float32(between(float64(x), float64(y)))))
		}
	}
	return out
}

// noise is any sample of an 8-bit type, zero to one of floats, and zeros of the rest, which are indices and counts.
func noise(t engine.Tensor, random *rand.Rand) []byte {
	out := make([]byte, len(t.Data))
	switch t.Type {
	case engine.Int8, engine.Uint8:
		for i := range out {
			out[i] = byte(random.Uint32())
		}
	case engine.Float32:
		for i := 0; i < len(out); i += 4 {
			binary.NativeEndian.PutUint32(out[i:], math.Float32bits(random.Float32()))
		}
	}
	return out
}
