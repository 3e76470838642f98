package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A model is a Protocol Buffers message: fields of a number, a wire type and a value, messages inside messages. The
// types here read one with every length checked against the bytes that are there.

var (
	errBounds = errors.New("a length leaves its message")
	errVarint = errors.New("a number has too many bytes")
	errDeep   = errors.New("messages are nested too deeply")
)

const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
	wireFixed32 = 5
)

// field is one field of a message. number is the value of varints and fixed ones, bytes that of the rest.
type field struct {
	id     int
	wire   int
	number uint64
	bytes  []byte
}

// fields calls see for each field of a message, in file order.
func fields(b []byte, see func(field) error) error {
	for len(b) > 0 {
		f, n, err := nextField(b)
		if err != nil {
			return err
		}
		b = b[n:]
		if err := see(f); err != nil {
			return err
		}
	}
	return nil
}

func nextField(b []byte) (f field, n int, err error) {
	tag, n, err := uvarint(b)
	if err != nil {
		return f, 0, err
	}
	if tag>>3 == 0 || tag>>3 > 1<<29-1 {
		return f, 0, fmt.Errorf("field number %d does not exist", tag>>3)
	}
	f.id, f.wire = int(tag>>3), int(tag&7)
	size := 0
	switch f.wire {
	case wireVarint:
		f.number, size, err = uvarint(b[n:])
	case wireFixed64, wireFixed32:
		f.number, size, err = fixed(b[n:], f.wire)
	case wireBytes:
		f.bytes, size, err = lengthed(b[n:])
	default:
		err = fmt.Errorf("wire type %d of field %d is not used by ONNX", f.wire, f.id)
	}
	return f, n + size, err
}

func uvarint(b []byte) (uint64, int, error) {
	v, n := binary.Uvarint(b)
	switch {
	case n == 0:
		return 0, 0, errBounds
	case n < 0:
		return 0, 0, errVarint
	}
	return v, n, nil
}

func fixed(b []byte, wire int) (uint64, int, error) {
	switch {
	case wire == wireFixed64 && len(b) >= 8:
		return binary.LittleEndian.Uint64(b), 8, nil
	case wire == wireFixed32 && len(b) >= 4:
		return uint64(binary.LittleEndian.Uint32(b)), 4, nil
	}
	return 0, 0, errBounds
}

func lengthed(b []byte) ([]byte, int, error) {
	size, n, err := uvarint(b)
	if err != nil {
		return nil, 0, err
	}
	if size > uint64(len(b)-n) {
		return nil, 0, errBounds
	}
	return b[n : n+int(size)], n + int(size), nil
}

// is reports a field of the wrong wire type. A parser would skip it as unknown; no writer makes one.
func (f field) is(wire int) error {
	if f.wire != wire {
		return fmt.Errorf("field %d has wire type %d, want %d", f.id, f.wire, wire)
	}
	return nil
}

// varints reads a repeated number, in one field or packed: appends to list while it is shorter than limit, and counts.
func (f field) varints(list []int64, limit int) ([]int64, int, error) {
	if f.wire == wireVarint {
		if len(list) < limit {
			list = append(list, int64(f.number))
		}
		return list, 1, nil
	}
	if err := f.is(wireBytes); err != nil {
		return nil, 0, err
	}
	n := 0
	for b := f.bytes; len(b) > 0; n++ {
		v, size, err := uvarint(b)
		if err != nil {
			return nil, 0, err
		}
		if len(list) < limit {
			list = append(list, int64(v))
		}
		b = b[size:]
	}
	return list, n, nil
}

// count is the number of elements of a repeated field of fixed width, in one field or packed.
func (f field) count(wire, width int) (int, error) {
	if f.wire == wire {
		return 1, nil
	}
	if err := f.is(wireBytes); err != nil {
		return 0, err
	}
	if len(f.bytes)%width != 0 {
		return 0, fmt.Errorf("field %d has %d bytes: no multiple of %d", f.id, len(f.bytes), width)
	}
	return len(f.bytes) / width, nil
}
