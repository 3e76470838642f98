package onnx

import (
	"fmt"
	"strings"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// Graph is what Inspect read from a model file.
type Graph struct {
	IR       int            // version of the file format
	Opsets   map[string]int // version of the operators by domain; "" is ONNX's own
	Producer string
	Ops      []Op // of the main graph, in file order
	Inputs   []Edge
	Outputs  []Edge
}

// Op is one operator of the model.
type Op struct{ Domain, Name string }

func (o Op) String() string {
	if o.Domain == "" {
		return o.Name
	}
	return o.Domain + "." + o.Name
}

// Edge is an input or output of the model.
type Edge struct {
	Name  string
	Type  engine.DType
	Shape []int // -1 for an open dimension
	// Quant is that of the DequantizeLinear that reads an input, or of the QuantizeLinear that makes an output, when it
	// is one for the whole tensor: ONNX itself gives a tensor no scale.
	Quant engine.Quant

	kind string   // what it is when it is no tensor
	elem int      // ONNX's element type
	dims []string // names of open dimensions
	size int      // in bytes, with an open batch as 1
	// untyped is an output without a type, which a file need not state: the library infers it.
	untyped bool
}

// TypeText is the type as people read it, also of what is no tensor, or has no type in the file.
func (e *Edge) TypeText() string {
	switch {
	case e.kind != "":
		return e.kind
	case e.untyped:
		return "type not stated"
	case e.Type == engine.InvalidType:
		return fmt.Sprintf("element type %d", e.elem)
	}
	return e.Type.String()
}

// lengths is an input's shape as it will run; nil when it is not known.
func (e *Edge) lengths() (list dims) {
	for i, d := range e.Shape {
		if i == 0 && d < 0 {
			d = 1
		}
		if d <= 0 {
			return nil
		}
		list = append(list, int64(d))
	}
	return list
}

// batchNames are the names of open first dimensions of inputs.
func (g *Graph) batchNames() (list []string) {
	seen := map[string]bool{}
	for _, e := range g.Inputs {
		if len(e.dims) > 0 && e.dims[0] != "" && !seen[e.dims[0]] {
			seen[e.dims[0]] = true
			list = append(list, e.dims[0])
		}
	}
	return list
}

// checkEdges refuses what a session cannot have: inputs and outputs that are no tensors of numbers, open dimensions
// other than an input's first.
func (g *Graph) checkEdges() error {
	if len(g.Inputs) == 0 || len(g.Outputs) == 0 {
		return fmt.Errorf("%d inputs and %d outputs: want at least one of each", len(g.Inputs), len(g.Outputs))
	}
	for i := range g.Inputs {
		if err := g.Inputs[i].check("input"); err != nil {
			return err
		}
		if err := g.Inputs[i].fix(); err != nil {
			return err
		}
	}
	for i := range g.Outputs {
		if err := g.Outputs[i].check("output"); err != nil {
			return err
		}
	}
	return nil
}

func (e *Edge) check(side string) error {
	switch {
	case e.kind == "a sequence" || e.kind == "a map":
		return fmt.Errorf("%s %q is %s, not a tensor: %s", side, e.Name, e.kind, zipMapFix)
	case e.kind != "":
		return fmt.Errorf("%s %q is %s: want a tensor", side, e.Name, e.kind)
	case e.Type == engine.String:
		return fmt.Errorf("%s %q holds strings: not supported; train with numbers as classes and put their names into labels.txt "+
			"(skl2onnx: options={'nocl': True})", side, e.Name)
	case e.Type == engine.InvalidType && !e.untyped:
		return fmt.Errorf("%s %q has element type %d: not supported", side, e.Name, e.elem)
	}
	return nil
}

// fix computes the size of an input.
func (e *Edge) fix() error {
	n := 1
	for i, d := range e.Shape {
		switch {
		case i == 0 && d < 0:
			d = 1
		case d < 0:
			return fmt.Errorf("input %q has the dynamic shape %s: fix it when exporting the model", e.Name, e.shape())
		case d == 0:
			return fmt.Errorf("input %q has the empty shape %v", e.Name, e.Shape)
		}
		if n > maxElements/d {
			return fmt.Errorf("input %q: shape %v has more than %d elements", e.Name, e.Shape, maxElements)
		}
		n *= d
	}
	e.size = n * e.Type.Size()
	return nil
}

// shape writes open dimensions by their names.
func (e *Edge) shape() string {
	var words []string
	for i, d := range e.Shape {
		switch {
		case d >= 0:
			words = append(words, fmt.Sprint(d))
		case e.dims[i] != "":
			words = append(words, e.dims[i])
		default:
			words = append(words, "?")
		}
	}
	return "[" + strings.Join(words, " ") + "]"
}

const zipMapFix = "export the model with options={'zipmap': False} (skl2onnx)"
