package npy

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Array is a dense array in row-major order.
type Array struct {
	Shape []int
	Data  []float32
	Whole bool // the elements were whole numbers
}

// Read reads one array. Integers and float64 become float32. Errors wrap ErrFormat when the bytes are at fault.
func Read(r io.Reader) (Array, error) {
	br := bufio.NewReader(r)
	h, err := readHeader(br)
	if err != nil {
		return Array{}, fmt.Errorf("read npy: %w", err)
	}
	n, err := h.elements()
	if err != nil {
		return Array{}, fmt.Errorf("read npy: %w", err)
	}
	size, decode, err := element(h.descr)
	if err != nil {
		return Array{}, fmt.Errorf("read npy: %w", err)
	}
	data, err := readData(br, n, size, decode)
	if err != nil {
		return Array{}, fmt.Errorf("read npy: %w", err)
	}
	if h.fortran {
		data = rowMajor(data, h.shape)
	}
	return Array{h.shape, data, h.descr[1] != 'f'}, nil
}

// readData grows with what arrives: a header that promises more than it brings costs nothing.
func readData(r io.Reader, n, size int, decode func([]byte) float32) ([]float32, error) {
	out := make([]float32, 0, min(n, 64<<10))
	buf := make([]byte, size)
	for i := range n {
		if _, err := io.ReadFull(r, buf); err != nil {
			return nil, fmt.Errorf("%w: element %d of %d: %w", ErrFormat, i, n, noEOF(err))
		}
		out = append(out, decode(buf))
	}
	return out, nil
}

// element tells the size of one element and how to read it, by NumPy's type string: byte order, kind, size.
func element(descr string) (int, func([]byte) float32, error) {
	if len(descr) != 3 {
		return 0, nil, fmt.Errorf("%w: elements of type %.20q", ErrFormat, descr)
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch descr[0] {
	case '<', '|':
	case '>':
		order = binary.BigEndian
	default:
		return 0, nil, fmt.Errorf("%w: byte order of %q", ErrFormat, descr)
	}
	decode := decoder(descr[1:], order)
	if decode == nil {
		return 0, nil, fmt.Errorf("%w: elements of type %q; convert them to float32", ErrFormat, descr)
	}
	return int(descr[2] - '0'), decode, nil
}

func decoder(kind string, o binary.ByteOrder) func([]byte) float32 {
	switch kind {
	case "f4":
		return func(b []byte) float32 { return math.Float32frombits(o.Uint32(b)) }
	case "f8":
		return func(b []byte) float32 { return float32(math.Float64frombits(o.Uint64(b))) }
	case "i1":
		return func(b []byte) float32 { return float32(int8(b[0])) }
	case "u1":
		return func(b []byte) float32 { return float32(b[0]) }
	case "i2":
		return func(b []byte) float32 { return float32(int16(o.Uint16(b))) }
	case "u2":
		return func(b []byte) float32 { return float32(o.Uint16(b)) }
	case "i4":
		return func(b []byte) float32 { return float32(int32(o.Uint32(b))) }
	case "u4":
		return func(b []byte) float32 { return float32(o.Uint32(b)) }
	case "i8":
		return func(b []byte) float32 { return float32(int64(o.Uint64(b))) }
	case "u8":
		return func(b []byte) float32 { return float32(o.Uint64(b)) }
	}
	return nil
}

// rowMajor reorders column-major data.
func rowMajor(in []float32, shape []int) []float32 {
	out := make([]float32, len(in))
	index := make([]int, len(shape))
	for i := range out {
		from, stride := 0, 1
		for d, n := range shape {
			from += index[d] * stride
			stride *= n
		}
		out[i] = in[from]
		for d := len(shape) - 1; d >= 0; d-- {
			if index[d]++; index[d] < shape[d] {
				break
			}
			index[d] = 0
		}
	}
	return out
}
