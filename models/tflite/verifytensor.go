package tflite

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// readTensor checks one tensor: its shape, its constant and its quantisation.
func (g *Graph) readTensor(t table) (tensorInfo, error) {
	info := tensorInfo{
		name: t.text(tensorName), kind: t.u8(tensorType), buffer: t.u32(tensorBuffer),
		shape: t.vector(tensorShape, 4).ints(), signature: t.vector(tensorSignature, 4).ints(),
	}
	sparse, variants, external := t.has(tensorSparsity), t.has(tensorVariants), t.u32(tensorExternal)
	scales, quantErr := readQuant(t.sub(tensorQuant), info)
	info.scales, info.variable = scales, t.u8(tensorVariable) != 0
	switch {
	case t.r.err != nil:
		return info, nil
	case sparse || variants || external != 0:
		return info, fmt.Errorf("%q is sparse, a variant or in another file: not supported", info.name)
	case info.kind >= len(elementBytes):
		return info, fmt.Errorf("%q has the unknown type %d", info.name, info.kind)
	case info.buffer >= len(g.buffers):
		return info, fmt.Errorf("%q is in buffer %d of %d", info.name, info.buffer, len(g.buffers))
	case len(info.shape) > maxRank || len(info.signature) > maxRank:
		return info, fmt.Errorf("%q has more than %d dimensions", info.name, maxRank)
	case info.bytes() < 0:
		return info, fmt.Errorf("%q has the impossible shape %v: more than %d bytes or a negative side", info.name, info.shape, maxTensor)
	case quantErr != nil:
		return info, fmt.Errorf("%q: %w", info.name, quantErr)
	}
	return info, g.checkConstant(info)
}

// checkConstant compares a constant's bytes with what type and shape ask for.
func (g *Graph) checkConstant(info tensorInfo) error {
	have := g.buffers[info.buffer].size
	if have == 0 || elementBytes[info.kind] == 0 || have == info.bytes() {
		return nil
	}
	return fmt.Errorf("constant %q needs %d bytes and has %d", info.name, info.bytes(), have)
}

// empty reports whether the tensor has no elements.
func (t tensorInfo) empty() bool { return slices.Contains(t.shape, 0) }

// bytes is the memory of the tensor, zero for types without a fixed element size, -1 when the shape is impossible or
// larger than maxTensor.
func (t tensorInfo) bytes() int {
	n := max(elementBytes[min(t.kind, len(elementBytes)-1)], 1)
	for _, d := range t.shape {
		if d < 0 || (d > 0 && n > maxTensor/d) {
			return -1
		}
		n *= d
	}
	if elementBytes[min(t.kind, len(elementBytes)-1)] == 0 {
		return 0
	}
	return n
}

// readQuant checks quantisation parameters and returns the number of scales. A scale that is no positive number makes
// kernels abort.
func readQuant(t table, info tensorInfo) (int, error) {
	if t.at == 0 {
		return 0, nil
	}
	t.vector(quantMin, 4)
	t.vector(quantMax, 4)
	t.u8(quantDetailsOf)
	t.sub(quantDetails)
	scale, zero, dim := t.vector(quantScale, 4), t.vector(quantZero, 8), t.i32(quantDimension, 0)
	for i := range scale.n {
		if s := float64(scale.f32(i)); !(s > 0) || math.IsInf(s, 0) {
			return 0, fmt.Errorf("scale %d is %g", i, s)
		}
	}
	for i := range zero.n {
		if z := zero.i64(i); !zeroFits(info.kind, z) {
			return 0, fmt.Errorf("zero point %d is %d", i, z)
		}
	}
	return scale.n, checkChannels(scale.n, zero.n, dim, info.shape)
}

func checkChannels(scales, zeros, dim int, shape []int) error {
	switch {
	case zeros > 1 && zeros != scales:
		return fmt.Errorf("%d scales and %d zero points", scales, zeros)
	case dim < 0 || (dim > 0 && dim >= len(shape)):
		return fmt.Errorf("quantised along dimension %d of %d", dim, len(shape))
	case scales > 1 && (len(shape) == 0 || scales != shape[dim]):
		return errors.New("the number of scales is not the number of channels")
	}
	return nil
}

func zeroFits(kind int, z int64) bool {
	switch kind {
	case schemaInt8:
		return z >= math.MinInt8 && z <= math.MaxInt8
	case schemaUint8:
		return z >= 0 && z <= math.MaxUint8
	case schemaInt16:
		return z >= math.MinInt16 && z <= math.MaxInt16
	}
	return z >= math.MinInt32 && z <= math.MaxInt32
}
