package onnx

/*
#include "ort.h"
*/
import "C"

import (
	"errors"
	"fmt"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// maxElements bounds one tensor: 256 MB of float32.
const maxElements = 1 << 26

// kinds are the words for what is no tensor.
var kinds = map[int]string{2: "a sequence", 3: "a map", 4: "opaque", 5: "a sparse tensor", 6: "optional"}

// formOf reads the form of tensor i and checks that it is the file's edge.
// An output without a type in the file gets the library's.
func formOf(h *C.dunlin_session, i int, edge *Edge) (form C.dunlin_form, err error) {
	if C.dunlin_session_form(h, C.size_t(i), &form) != 0 {
		return form, errors.New(words(&h.why[0]))
	}
	if edge.untyped {
		edge.kind, edge.elem, edge.Type = kinds[int(form.kind)], int(form._type), dtypes[int(form._type)]
		if edge.elem == elemString {
			edge.Type = stringType
		}
		edge.untyped = false
		if err := edge.check("output"); err != nil {
			return form, err
		}
	}
	if word, ok := kinds[int(form.kind)]; ok {
		return form, fmt.Errorf("it is %s: want a tensor", word)
	}
	if dtypes[int(form._type)] != edge.Type {
		return form, fmt.Errorf("the library sees element type %d, the file says %s", int(form._type), edge.Type)
	}
	return form, nil
}

// within is the size in bytes of a tensor that this program is ready to hold.
func within(t engine.Tensor) (int, error) {
	n := 1
	for _, d := range t.Shape {
		if d <= 0 {
			return 0, fmt.Errorf("it has the empty shape %v", t.Shape)
		}
		if n > maxElements/d {
			return 0, fmt.Errorf("shape %v has more than %d elements", t.Shape, maxElements)
		}
		n *= d
	}
	return n * t.Type.Size(), nil
}

func bindInputs(h *C.dunlin_session, graph *Graph) (list []engine.Tensor, err error) {
	for i, edge := range graph.Inputs {
		form, err := formOf(h, i, &edge)
		if err != nil {
			return nil, fmt.Errorf("input %q: %w", edge.Name, err)
		}
		if form.rank > 0 && form.dims[0] < 0 {
			form.dims[0] = 1 // an open batch without a name, which no option of the library closes
		}
		t, err := bind(h, i, edge, &form)
		if err != nil {
			return nil, fmt.Errorf("input %q: %w", edge.Name, err)
		}
		list = append(list, t)
	}
	return list, nil
}

func bindOutputs(h *C.dunlin_session, graph *Graph) (list []engine.Tensor, err error) {
	forms := make([]C.dunlin_form, len(graph.Outputs))
	open := false
	for i, edge := range graph.Outputs {
		if forms[i], err = formOf(h, len(graph.Inputs)+i, &graph.Outputs[i]); err != nil {
			return nil, fmt.Errorf("output %q: %w", edge.Name, err)
		}
		open = open || isOpen(&forms[i])
	}
	if open {
		if forms, err = probe(h, graph); err != nil {
			return nil, err
		}
	}
	for i, edge := range graph.Outputs {
		t, err := bind(h, len(graph.Inputs)+i, edge, &forms[i])
		if err != nil {
			return nil, fmt.Errorf("output %q: %w", edge.Name, err)
		}
		list = append(list, t)
	}
	return list, nil
}

func isOpen(f *C.dunlin_form) bool {
	for d := range int(f.rank) {
		if f.dims[d] < 0 {
			return true
		}
	}
	return int(f.rank) == 0 // a file that states no shape looks like a scalar
}
