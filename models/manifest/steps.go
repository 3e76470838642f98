package manifest

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// floatStep is what counts as one step of a float32 output: that of an int8 probability.
const floatStep = 1.0 / 256

// maxSteps stands for any larger difference.
const maxSteps = math.MaxInt32

// Furthest is the largest difference of two tensors of one form, in steps of Verify, and where it is.
func Furthest(want, have engine.Tensor) (steps, at int, err error) {
	if !want.SameForm(have) || len(want.Data) != len(have.Data) {
		return 0, 0, fmt.Errorf("compare %v%v with %v%v: %w", want.Type, want.Shape, have.Type, have.Shape, engine.ErrTensor)
	}
	return furthest(want, have)
}

// RealAt is the real value of element i: of a quantised tensor what its scale makes of the stored one.
func RealAt(t engine.Tensor, i int) (float64, error) {
	v, _, err := valueAt(t, i)
	if t.Quant.Scale != 0 {
		v = float64(t.Quant.Scale) * (v - float64(t.Quant.ZeroPoint))
	}
	return v, err
}

// StepOf is the size of one step in the unit of the real value.
func StepOf(t engine.Tensor) float64 {
	switch {
	case t.Quant.Scale != 0:
		return float64(t.Quant.Scale)
	case t.Type == engine.Float32 || t.Type == engine.Float64:
		return floatStep
	}
	return 1
}

// furthest is the largest difference of two tensors of one form, in steps, and where it is.
func furthest(want, have engine.Tensor) (steps, at int, err error) {
	for i := range want.Elements() {
		a, step, err := valueAt(want, i)
		if err != nil {
			return 0, 0, err
		}
		b, _, err := valueAt(have, i)
		if err != nil {
			return 0, 0, err
		}
		if math.IsNaN(a) || math.IsNaN(b) {
			return maxSteps, i, nil
		}
		if d := math.Abs(a-b) / step; a != b && !(d <= float64(steps)) {
			steps, at = int(math.Min(math.Ceil(d), maxSteps)), i
		}
	}
	return steps, at, nil
}

// top is the position of the highest value, the first of equals; types without an order have none.
func top(t engine.Tensor) (best int) {
	high := math.Inf(-1)
	for i := range t.Elements() {
		if v, _, err := valueAt(t, i); err == nil && v > high {
			high, best = v, i
		}
	}
	return best
}

// valueAt is the stored value of element i and the size of one step in the same measure. It reads bytes, because the
// recorded ones are not aligned.
func valueAt(t engine.Tensor, i int) (v, step float64, err error) {
	switch t.Type {
	case engine.Int8:
		return float64(int8(t.Data[i])), 1, nil
	case engine.Uint8, engine.Bool:
		return float64(t.Data[i]), 1, nil
	case engine.Int16:
		return float64(int16(binary.NativeEndian.Uint16(t.Data[2*i:]))), 1, nil
	case engine.Int32:
		return float64(int32(binary.NativeEndian.Uint32(t.Data[4*i:]))), 1, nil
	case engine.Int64:
		return float64(int64(binary.NativeEndian.Uint64(t.Data[8*i:]))), 1, nil
	case engine.Float32:
		return float64(math.Float32frombits(binary.NativeEndian.Uint32(t.Data[4*i:]))), floatStep, nil
	case engine.Float64:
		return math.Float64frombits(binary.NativeEndian.Uint64(t.Data[8*i:])), floatStep, nil
	}
	return 0, 0, fmt.Errorf("compare %v: %w", t.Type, engine.ErrTensor)
}
