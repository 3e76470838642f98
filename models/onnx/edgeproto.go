package onnx

import (
	"errors"
	"fmt"
	"math"
)

// readEdge reads ValueInfoProto.
func readEdge(b []byte) (e Edge, err error) {
	err = fields(b, func(f field) (err error) {
		switch f.id {
		case 1: // name
			e.Name, err = text(f)
		case 2: // type
			err = errors.Join(f.is(wireBytes), e.readType(f.bytes))
		}
		return err
	})
	if err == nil && e.Name == "" {
		err = errors.New("it has no name")
	}
	if err != nil {
		return e, err
	}
	e.untyped = e.kind == "" && e.elem == 0
	e.Type = dtypes[e.elem]
	if e.elem == 8 {
		e.Type = stringType
	}
	return e, nil
}

// readType reads TypeProto. What is no tensor is not looked into: it is refused later, by name.
func (e *Edge) readType(b []byte) error {
	return fields(b, func(f field) error {
		switch f.id {
		case 1: // tensor_type
			return errors.Join(f.is(wireBytes), e.readTensorType(f.bytes))
		case 4:
			e.kind = "a sequence"
		case 5:
			e.kind = "a map"
		case 8:
			e.kind = "a sparse tensor"
		case 9:
			e.kind = "optional"
		}
		return nil
	})
}

func (e *Edge) readTensorType(b []byte) error {
	return fields(b, func(f field) error {
		switch f.id {
		case 1: // elem_type
			e.elem = int(min(f.number, math.MaxInt32))
			return f.is(wireVarint)
		case 2: // shape
			return errors.Join(f.is(wireBytes), fields(f.bytes, e.readDim))
		}
		return nil
	})
}

// readDim reads TensorShapeProto.Dimension.
func (e *Edge) readDim(f field) error {
	if f.id != 1 {
		return nil
	}
	if err := f.is(wireBytes); err != nil {
		return err
	}
	if len(e.Shape) == maxRank {
		return errors.New("it has too many dimensions")
	}
	size, name := -1, ""
	err := fields(f.bytes, func(f field) (err error) {
		switch f.id {
		case 1: // dim_value
			if f.number > math.MaxInt32 { // among them everything below zero
				return fmt.Errorf("a dimension of %d", int64(f.number))
			}
			size = int(f.number)
			return f.is(wireVarint)
		case 2: // dim_param
			name, err = text(f)
		}
		return err
	})
	e.Shape, e.dims = append(e.Shape, size), append(e.dims, name)
	return err
}
