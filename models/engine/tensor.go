package engine

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"unsafe"
)

// DType is the type of a tensor's elements.
type DType uint8

const (
	InvalidType DType = iota
	Float32
	Int8
	Uint8
	Int16
	Int32
	Int64
	Bool
	Float16
	Float64
	String
)

var dtypes = [...]struct {
	name string
	size int
}{{"invalid", 0}, {"float32", 4}, {"int8", 1}, {"uint8", 1}, {"int16", 2}, {"int32", 4}, {"int64", 8}, {"bool", 1}, {"float16", 2}, {"float64", 8}, {"string", 0}}

func (d DType) String() string {
	if int(d) < len(dtypes) {
		return dtypes[d].name
	}
	return fmt.Sprintf("dtype(%d)", uint8(d))
}

// Size is the number of bytes of one element; zero for types without a fixed size.
func (d DType) Size() int {
	if int(d) < len(dtypes) {
		return dtypes[d].size
	}
	return 0
}

// ParseDType reads the name that String writes.
func ParseDType(s string) (DType, error) {
	for i, t := range dtypes {
		if i > 0 && t.name == s {
			return DType(i), nil
		}
	}
	return InvalidType, fmt.Errorf("parse dtype %q: unknown", s)
}

// Quant is affine quantisation of a whole tensor: real = Scale * (q - ZeroPoint). Scale zero means not quantised.
type Quant struct {
	Scale     float32
	ZeroPoint int32
}

// Real is the real value of the quantised value q.
func (q Quant) Real(v int32) float32 { return q.Scale * float32(v-q.ZeroPoint) }

// scaleTolerance is how far two scales may stand apart, relative: a float32 survives text of seven digits within it.
const scaleTolerance = 1e-6

// Near reports whether two quantisations are the same, of which one may have been written in a manifest.
func (q Quant) Near(p Quant) bool {
	x, y := float64(q.Scale), float64(p.Scale)
	return q.ZeroPoint == p.ZeroPoint && math.Abs(x-y) <= scaleTolerance*max(math.Abs(x), math.Abs(y))
}

// ErrTensor is wrapped by the errors of Tensor's accessors: wrong element type, or bytes that do not match the shape.
var ErrTensor = errors.New("tensor mismatch")

// Tensor is a typed view of memory that somebody else owns; copying the struct copies no data. Elements are in
// row-major order. A view of a session's tensor is valid until the session is closed.
type Tensor struct {
	Name  string
	Type  DType
	Shape []int
	Quant Quant
	Data  []byte // len(Data) == Elements() * Type.Size()
}

// Elements is the product of the shape; one for a scalar, zero when a dimension is zero or negative.
func (t Tensor) Elements() int {
	n := 1
	for _, d := range t.Shape {
		if d <= 0 {
			return 0
		}
		n *= d
	}
	return n
}

// Check reports whether Data has the length that Type and Shape ask for.
func (t Tensor) Check() error {
	if size := t.Type.Size(); size == 0 || len(t.Data) != t.Elements()*size {
		return fmt.Errorf("tensor %q: %s%v needs %d bytes, has %d: %w", t.Name, t.Type, t.Shape, t.Elements()*size, len(t.Data), ErrTensor)
	}
	return nil
}

// SameForm reports whether two tensors agree in type and shape.
func (t Tensor) SameForm(u Tensor) bool { return t.Type == u.Type && slices.Equal(t.Shape, u.Shape) }

// Float32s views Data as float32; it fails when the type differs. No copy is made.
func (t Tensor) Float32s() ([]float32, error) { return view[float32](t, Float32) }

// Int8s views Data as int8; it fails when the type differs. No copy is made.
func (t Tensor) Int8s() ([]int8, error) { return view[int8](t, Int8) }

// Uint8s views Data as uint8; it fails when the type differs. No copy is made.
func (t Tensor) Uint8s() ([]uint8, error) { return view[uint8](t, Uint8) }

func view[T any](t Tensor, want DType) ([]T, error) {
	if t.Type != want {
		return nil, fmt.Errorf("tensor %q: is %s, not %s: %w", t.Name, t.Type, want, ErrTensor)
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	if len(t.Data) == 0 {
		return nil, nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(t.Data))), t.Elements()), nil
}

// Of makes a one-dimensional float32 view of values. No copy is made.
func Of(values []float32, shape ...int) Tensor {
	if len(shape) == 0 {
		shape = []int{len(values)}
	}
	var data []byte
	if len(values) > 0 {
		data = unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*len(values))
	}
	return Tensor{Type: Float32, Shape: shape, Data: data}
}

// Set copies the elements of src into t's memory. It fails, and copies nothing, when type, shape or length differ.
func (t Tensor) Set(src Tensor) error {
	if !t.SameForm(src) {
		return fmt.Errorf("set tensor %q: is %s%v, not %s%v: %w", t.Name, t.Type, t.Shape, src.Type, src.Shape, ErrTensor)
	}
	return t.SetBytes(src.Data)
}

// SetBytes copies raw elements, in the machine's byte order, into t's memory. It fails, and copies nothing, when the
// length is not that of the tensor.
func (t Tensor) SetBytes(raw []byte) error {
	if err := t.Check(); err != nil {
		return err
	}
	if len(raw) != len(t.Data) {
		return fmt.Errorf("set tensor %q: %s%v needs %d bytes, not %d: %w", t.Name, t.Type, t.Shape, len(t.Data), len(raw), ErrTensor)
	}
	copy(t.Data, raw)
	return nil
}
