package tflite

import "fmt"

// Graph is what Inspect read from a model file.
type Graph struct {
	Ops []Op // of all subgraphs, in file order

	subgraphs []subgraph
	buffers   []buffer
}

// Op is one operator of the model.
type Op struct {
	Name     string // "CONV_2D"; for a custom operator its own name
	Version  int
	Custom   bool
	Subgraph int
	Inputs   []int // tensor numbers in the subgraph; -1 for an optional input that is absent
	Outputs  []int

	code int
}

type subgraph struct {
	tensors         []tensorInfo
	inputs, outputs []int
}

type tensorInfo struct {
	name      string
	kind      int // schema TensorType
	shape     []int
	signature []int // shape with -1 for dimensions that are open; empty when all are fixed
	buffer    int
	scales    int // how many quantisation scales; one per channel when above 1
	variable  bool
}

// buffer is the constant data of tensors: size bytes at an offset from the start of the file.
type buffer struct{ at, size int }

// opcode is one entry of the model's operator table.
type opcode struct {
	code    int
	custom  string
	version int
}

func (c opcode) name() string {
	switch {
	case c.code == opCustomCode:
		return c.custom
	case c.code >= 0 && c.code < len(builtinNames):
		return builtinNames[c.code]
	}
	return fmt.Sprintf("operator %d", c.code)
}

// Check reports why this model would be wrong or could not run on a library of that version, although the library
// accepts it. Before 2.12 the dense kernel uses one scale for all channels and is silently wrong on weights with one
// scale per channel.
func (g *Graph) Check(v Version) error {
	if !v.Before(2, 12) {
		return nil
	}
	for _, op := range g.Ops {
		if op.code != opFullyConnected || len(op.Inputs) < 2 || op.Inputs[1] < 0 {
			continue
		}
		if w := g.subgraphs[op.Subgraph].tensors[op.Inputs[1]]; w.scales > 1 {
			return fmt.Errorf("FULLY_CONNECTED weights %q have %d scales and TensorFlow Lite %s uses only the first: "+
				"convert the model without per-channel dense layers or use a library from 2.12 on", w.name, w.scales, v)
		}
	}
	return nil
}

// checkInputs refuses inputs of open length: the library would run them with length 1. The first dimension, the batch,
// may be open; it runs as 1.
func (g *Graph) checkInputs() error {
	for _, i := range g.subgraphs[0].inputs {
		t := g.subgraphs[0].tensors[i]
		for d, n := range t.signature {
			if d > 0 && n < 0 {
				return fmt.Errorf("input %q has the dynamic shape %v: fix it when converting the model", t.name, t.signature)
			}
		}
		for _, n := range t.shape {
			if n == 0 {
				return fmt.Errorf("input %q has the empty shape %v", t.name, t.shape)
			}
		}
	}
	return nil
}
