package onnx

/*
#include "ort.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// other is the byte that fills the inputs of the second probe: small and above zero as int8, uint8 and int64 alike,
// and an ordinary number as a float.
const other = 0x3d

// probe learns the outputs' shapes by running the model on zeros. A shape that another input changes is refused,
// because memory of one size is bound to it; an input that the model does not take proves nothing.
func probe(h *C.dunlin_session, graph *Graph) ([]C.dunlin_form, error) {
	forms, err := probeOnce(h, graph)
	if err != nil {
		return nil, fmt.Errorf("run on zeros, to learn the outputs' shapes: %w", err)
	}
	fill(h, graph, other)
	again, err := probeOnce(h, graph)
	fill(h, graph, 0)
	if err != nil {
		return forms, nil
	}
	for i, edge := range graph.Outputs {
		if shape(&forms[i]) != shape(&again[i]) {
			return nil, fmt.Errorf("output %q has a shape that depends on the input: %s or %s", edge.Name, shape(&forms[i]), shape(&again[i]))
		}
	}
	return forms, nil
}

func probeOnce(h *C.dunlin_session, graph *Graph) ([]C.dunlin_form, error) {
	forms := make([]C.dunlin_form, len(graph.Outputs))
	if C.dunlin_session_probe(h, &forms[0]) != 0 {
		return nil, errors.New(words(&h.why[0]))
	}
	for i, edge := range graph.Outputs {
		if forms[i].kind != 1 || dtypes[int(forms[i]._type)] != edge.Type {
			return nil, fmt.Errorf("output %q is not the %s tensor that the file promises", edge.Name, edge.Type)
		}
	}
	return forms, nil
}

func fill(h *C.dunlin_session, graph *Graph, value byte) {
	memory := unsafe.Slice(h.memory, len(graph.Inputs))
	for i := range memory {
		view := unsafe.Slice((*byte)(memory[i]), graph.Inputs[i].size)
		for k := range view {
			view[k] = value
		}
		if size := graph.Inputs[i].Type.Size(); value != 0 && size == 8 { // an index or a count, or a double
			for k := range view {
				if k%size != 0 {
					view[k] = 0
				}
			}
		}
	}
}

func shape(f *C.dunlin_form) string { return fmt.Sprint(f.dims[:f.rank]) }
