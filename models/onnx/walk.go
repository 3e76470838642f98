package onnx

import (
	"errors"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// walker reads graphs. Constants of outer graphs are visible in inner ones.
type walker struct {
	g     *Graph
	nodes int
	scope []*scope

	inputs, outputs places // of the main graph's edges
}

// places say where the first edge of a name is in its list: files may have as many edges as operators.
type places map[string]int

func placesOf(list []Edge) places {
	p := make(places, len(list))
	for i, e := range list {
		if _, twice := p[e.Name]; !twice {
			p[e.Name] = i
		}
	}
	return p
}

func (p places) find(list []Edge, name string) *Edge {
	if i, ok := p[name]; ok {
		return &list[i]
	}
	return nil
}

// scope is what is known of one graph's tensors, by name.
type scope struct {
	constants map[string]*tensor
	shapes    map[string]dims
}

// raw is one graph's message, sorted by what must be read first.
type raw struct {
	nodes, constants, inputs, outputs, between [][]byte
}

func (w *walker) graph(b []byte, depth int) error {
	if depth > maxDepth {
		return errDeep
	}
	r, err := sortGraph(b)
	if err != nil {
		return err
	}
	s := &scope{constants: map[string]*tensor{}, shapes: map[string]dims{}}
	w.scope = append(w.scope, s)
	defer func() { w.scope = w.scope[:len(w.scope)-1] }()
	for _, b := range r.constants {
		t, err := readTensor(b)
		if err != nil {
			return fmt.Errorf("constant %q: %w", t.name, err)
		}
		s.constants[t.name] = t
	}
	if depth == 0 {
		if err := w.edges(r); err != nil {
			return err
		}
	}
	for _, b := range r.between { // what the file says of tensors in between must make sense, and is not relied on
		if _, err := readEdge(b); err != nil {
			return fmt.Errorf("tensor in between: %w", err)
		}
	}
	for _, b := range r.nodes {
		if err := w.node(b, depth); err != nil {
			return err
		}
	}
	return nil
}

// sortGraph reads GraphProto.
func sortGraph(b []byte) (r raw, err error) {
	lists := map[int]*[][]byte{1: &r.nodes, 5: &r.constants, 11: &r.inputs, 12: &r.outputs, 13: &r.between}
	err = fields(b, func(f field) error {
		if f.id == 15 {
			return errors.New("the file holds sparse constants: not supported")
		}
		list, known := lists[f.id]
		if !known {
			return nil
		}
		*list = append(*list, f.bytes)
		return f.is(wireBytes)
	})
	return r, err
}

// edges reads the inputs and outputs of the main graph. Old files name their constants among the inputs.
func (w *walker) edges(r raw) error {
	for _, b := range r.inputs {
		e, err := readEdge(b)
		if err == nil && e.untyped {
			err = errors.New("it has no type")
		}
		if err != nil {
			return fmt.Errorf("input %q: %w", e.Name, err)
		}
		if _, constant := w.constant(e.Name); !constant {
			w.g.Inputs = append(w.g.Inputs, e)
			w.scope[0].shapes[e.Name] = e.lengths()
		}
	}
	for _, b := range r.outputs {
		e, err := readEdge(b)
		if err != nil {
			return fmt.Errorf("output %q: %w", e.Name, err)
		}
		w.g.Outputs = append(w.g.Outputs, e)
	}
	w.inputs, w.outputs = placesOf(w.g.Inputs), placesOf(w.g.Outputs)
	return nil
}

// constant finds a constant by name, innermost graph first.
func (w *walker) constant(name string) (*tensor, bool) {
	for i := len(w.scope) - 1; i >= 0; i-- {
		if t, ok := w.scope[i].constants[name]; ok {
			return t, true
		}
	}
	return nil, false
}

// text reads a name: short, printable, UTF-8.
func text(f field) (string, error) {
	if err := f.is(wireBytes); err != nil {
		return "", err
	}
	if len(f.bytes) > maxName || !utf8.Valid(f.bytes) {
		return "", fmt.Errorf("a name is no text of at most %d bytes", maxName)
	}
	for _, r := range string(f.bytes) {
		if unicode.IsControl(r) {
			return "", fmt.Errorf("the name %q holds control characters", f.bytes)
		}
	}
	return string(f.bytes), nil
}

// printable is what of a free text may stand in a message.
func printable(b []byte) string {
	quoted := strconv.Quote(string(b[:min(len(b), 64)]))
	return quoted[1 : len(quoted)-1]
}
