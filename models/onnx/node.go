package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// node is one operator with what its checks look at.
type node struct {
	op              Op
	inputs, outputs []string
	attrs           map[string]*attr
}

// attr is one attribute. Only the fields of its kind are set.
type attr struct {
	i       int64
	text    string
	ints    []int64
	floats  int // how many
	strings []string
	tensor  *tensor
	graph   []byte
	graphs  [][]byte
}

// maxInts bounds the numbers of one attribute: a forest has a few for each of its nodes.
const maxInts = 1 << 22

func (w *walker) node(b []byte, depth int) error {
	if w.nodes++; w.nodes > maxNodes {
		return fmt.Errorf("more than %d operators", maxNodes)
	}
	n := &node{attrs: map[string]*attr{}}
	if err := fields(b, n.see); err != nil {
		return fmt.Errorf("operator %s: %w", n.op, err)
	}
	if err := w.check(n); err != nil {
		return fmt.Errorf("operator %s: %w", n.op, err)
	}
	if depth == 0 {
		w.g.Ops = append(w.g.Ops, n.op)
		w.quantise(n)
	}
	if t := n.constant(); t != nil && len(n.outputs) > 0 {
		w.scope[len(w.scope)-1].constants[n.outputs[0]] = t
	}
	for _, a := range n.attrs {
		for _, inner := range append(slices.Clone(a.graphs), a.graph) {
			if err := w.inner(inner, depth); err != nil {
				return fmt.Errorf("operator %s: %w", n.op, err)
			}
		}
	}
	return nil
}

func (w *walker) inner(b []byte, depth int) error {
	if b == nil {
		return nil
	}
	return w.graph(b, depth+1)
}

// see reads a field of NodeProto.
func (n *node) see(f field) (err error) {
	switch f.id {
	case 1, 2: // input, output
		name := ""
		if name, err = text(f); f.id == 1 {
			n.inputs = append(n.inputs, name)
		} else {
			n.outputs = append(n.outputs, name)
		}
	case 3: // name, which a library's message may repeat
		_, err = text(f)
	case 4: // op_type
		n.op.Name, err = text(f)
	case 5: // attribute
		err = errors.Join(f.is(wireBytes), n.attribute(f.bytes))
	case 7: // domain
		if n.op.Domain, err = text(f); n.op.Domain == "ai.onnx" {
			n.op.Domain = ""
		}
	case 8: // overload, of functions, which are refused
		err = errors.New("overloads are not supported")
	}
	return err
}

// attribute reads AttributeProto.
func (n *node) attribute(b []byte) error {
	name, a := "", &attr{}
	err := fields(b, func(f field) (err error) {
		count := 0
		switch f.id {
		case 1: // name
			name, err = text(f)
		case 3: // i
			a.i, err = int64(f.number), f.is(wireVarint)
		case 4: // s
			a.text, err = printable(f.bytes), f.is(wireBytes)
		case 5: // t
			if err = f.is(wireBytes); err == nil {
				a.tensor, err = readTensor(f.bytes)
			}
		case 6: // g
			a.graph, err = append([]byte{}, f.bytes...), f.is(wireBytes)
		case 7: // floats
			count, err = f.count(wireFixed32, 4)
			a.floats += count
		case 8: // ints
			if a.ints, count, err = f.varints(a.ints, maxInts); count > maxInts {
				err = errors.New("too many numbers")
			}
		case 9: // strings
			a.strings, err = append(a.strings, string(f.bytes)), f.is(wireBytes)
		case 10: // tensors
			_, err = readTensor(f.bytes)
		case 11: // graphs
			a.graphs, err = append(a.graphs, f.bytes), f.is(wireBytes)
		case 21: // ref_attr_name, of functions
			err = errors.New("it refers to an attribute of a function")
		case 22, 23: // sparse_tensor, sparse_tensors
			err = errors.New("sparse tensors are not supported")
		}
		return err
	})
	if err == nil && n.attrs[name] != nil {
		err = errors.New("it is there twice")
	}
	n.attrs[name] = a
	if err != nil {
		return fmt.Errorf("attribute %q: %w", name, err)
	}
	return nil
}

// ints are the numbers of an attribute, nil when it is absent.
func (n *node) ints(name string) []int64 {
	if a := n.attrs[name]; a != nil {
		return a.ints
	}
	return nil
}

func (n *node) count(name string) int {
	if a := n.attrs[name]; a != nil {
		return max(len(a.ints), a.floats, len(a.strings))
	}
	return 0
}

// constant is what a Constant operator holds.
func (n *node) constant() *tensor {
	if n.op != (Op{Name: "Constant"}) {
		return nil
	}
	if a := n.attrs["value"]; a != nil && a.tensor != nil {
		return a.tensor
	}
	if list := n.ints("value_ints"); list != nil && len(list) <= keep {
		return &tensor{elem: 7, elements: len(list), integers: list}
	}
	if a := n.attrs["value_int"]; a != nil {
		return &tensor{elem: 7, elements: 1, integers: []int64{a.i}}
	}
	return nil
}

// quantise notes the scale of a model's input or output.
func (w *walker) quantise(n *node) {
	var e *Edge
	switch {
	case n.op.Name == "DequantizeLinear" && len(n.inputs) >= 2:
		e = w.inputs.find(w.g.Inputs, n.inputs[0])
	case n.op.Name == "QuantizeLinear" && len(n.inputs) >= 2 && len(n.outputs) == 1:
		e = w.outputs.find(w.g.Outputs, n.outputs[0])
	}
	if e == nil {
		return
	}
	scale, ok := w.constant(n.inputs[1])
	if !ok || scale.float == nil || !(*scale.float > 0) {
		return
	}
	e.Quant.Scale = *scale.float
	if len(n.inputs) < 3 || n.inputs[2] == "" {
		return
	}
	zero, ok := w.constant(n.inputs[2])
	if !ok || len(zero.integers) != 1 || zero.integers[0] < math.MinInt16 || zero.integers[0] > math.MaxInt16 {
		e.Quant.Scale = 0
		return
	}
	e.Quant.ZeroPoint = int32(zero.integers[0])
}
