package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	maxRank    = 8 // as dunlin_max_rank
	stringType = engine.String
	elemString = 8
	// keep is how many whole numbers of a constant are kept: shapes, axes, repeats.
	keep = 64
)

// bitsOf is the width of ONNX's element types; what is absent is refused.
var bitsOf = map[int]int{
	1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, elemString: 0, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 16: 16,
	17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4,
}

// tensor is a constant.
type tensor struct {
	name     string
	elem     int
	dims     []int64
	elements int
	integers []int64  // of int32 and int64, uint8 and int8, up to keep of them; nil when there are more
	float    *float32 // of a float32 with one element

	raw    []byte
	hasRaw bool
	floats []byte      // float_data
	counts map[int]int // values by field
	ints   []int64     // the first values of the integer fields
}

// readTensor reads TensorProto and checks that there are as many bytes as the shape wants.
func readTensor(b []byte) (*tensor, error) {
	t := &tensor{counts: map[int]int{}}
	if err := fields(b, t.see); err != nil {
		return t, err
	}
	if err := t.measure(); err != nil {
		return t, err
	}
	return t, t.fits()
}

func (t *tensor) see(f field) (err error) {
	n := 0
	switch f.id {
	case 1: // dims
		t.dims, _, err = f.varints(t.dims, maxRank+1)
	case 2: // data_type
		t.elem = int(min(f.number, math.MaxInt32))
		err = f.is(wireVarint)
	case 3: // segment
		err = errors.New("it comes in segments: not supported")
	case 4: // float_data
		n, err = f.count(wireFixed32, 4)
		if t.floats = f.bytes; f.wire == wireFixed32 {
			t.floats = binary.LittleEndian.AppendUint32(nil, uint32(f.number))
		}
	case 5, 7, 11: // int32_data, int64_data, uint64_data
		t.ints, n, err = f.varints(t.ints, keep)
	case 6: // string_data
		n, err = 1, f.is(wireBytes)
	case 8: // name
		t.name, err = text(f)
	case 9: // raw_data
		t.raw, t.hasRaw = f.bytes, true
		err = f.is(wireBytes)
	case 10: // double_data
		n, err = f.count(wireFixed64, 8)
	case 13: // external_data
		err = errors.New("its data lies in another file: export the model into one file")
	case 14: // data_location
		if f.number != 0 {
			err = errors.New("its data lies in another file: export the model into one file")
		}
	}
	t.counts[f.id] += n
	return err
}

// measure multiplies the shape.
func (t *tensor) measure() error {
	if _, known := bitsOf[t.elem]; !known {
		return fmt.Errorf("element type %d: not supported", t.elem)
	}
	if len(t.dims) > maxRank {
		return fmt.Errorf("%d dimensions: more than %d", len(t.dims), maxRank)
	}
	t.elements = 1
	for _, d := range t.dims {
		if d < 0 || d > maxElements || d > 0 && t.elements > maxElements/int(d) {
			return fmt.Errorf("shape %v: want at most %d elements", t.dims, maxElements)
		}
		t.elements *= int(d)
	}
	return nil
}

// dataField is where a type's elements stand when they are not raw.
func (t *tensor) dataField() int {
	switch t.elem {
	case 1:
		return 4
	case 7:
		return 7
	case elemString:
		return 6
	case 11:
		return 10
	case 12, 13:
		return 11
	}
	return 5
}

func (t *tensor) fits() error {
	if t.hasRaw {
		if t.elem == elemString {
			return errors.New("strings as raw bytes")
		}
		if want := (int64(t.elements)*int64(bitsOf[t.elem]) + 7) / 8; int64(len(t.raw)) != want {
			return fmt.Errorf("%d bytes for shape %v: want %d", len(t.raw), t.dims, want)
		}
	}
	at := t.dataField()
	for id, n := range t.counts {
		if n > 0 && (t.hasRaw || id != at) {
			return errors.New("it has data in two places")
		}
	}
	want := t.elements
	if bitsOf[t.elem] == 4 {
		want = (want + 1) / 2
	}
	if !t.hasRaw && t.counts[at] != want {
		return fmt.Errorf("%d values for shape %v: want %d", t.counts[at], t.dims, want)
	}
	t.decode()
	return nil
}

// decode keeps the few numbers that other checks look at.
func (t *tensor) decode() {
	data := t.raw
	if t.elem == 1 && t.elements == 1 {
		if !t.hasRaw {
			data = t.floats
		}
		if len(data) == 4 {
			v := math.Float32frombits(binary.LittleEndian.Uint32(data))
			t.float = &v
		}
	}
	if t.elements <= keep {
		t.integers = t.whole()
	}
	t.raw, t.floats, t.ints = nil, nil, nil
}

func (t *tensor) whole() (list []int64) {
	if !t.hasRaw {
		return append(list, t.ints...)
	}
	for i := range t.elements {
		switch t.elem {
		case 2:
			list = append(list, int64(t.raw[i]))
		case 3:
			list = append(list, int64(int8(t.raw[i])))
		case 6:
			list = append(list, int64(int32(binary.LittleEndian.Uint32(t.raw[4*i:]))))
		case 7:
			list = append(list, int64(binary.LittleEndian.Uint64(t.raw[8*i:])))
		}
	}
	return list
}
