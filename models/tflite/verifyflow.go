package tflite

import (
	"errors"
	"fmt"
)

// checkFlow follows the tensors through a subgraph's operators in their order. A kernel that reads a tensor which
// nothing has written, or writes a constant, reads or writes memory that does not exist.
func checkFlow(s subgraph, ops []Op, buffers []buffer) error {
	ready := make([]bool, len(s.tensors))
	for i, t := range s.tensors {
		ready[i] = t.variable || buffers[t.buffer].size > 0 || t.empty()
	}
	for _, i := range s.inputs {
		ready[i] = true
	}
	for _, op := range ops {
		if err := checkInputsOf(op, s, ready); err != nil {
			return fmt.Errorf("%s: %w", op.Name, err)
		}
		for _, i := range op.Outputs {
			if ready[i] && !s.tensors[i].empty() {
				return fmt.Errorf("%s: its output %q is an input, a constant or written before", op.Name, s.tensors[i].name)
			}
			ready[i] = true
		}
		if err := checkShapes(op, s); err != nil {
			return fmt.Errorf("%s: %w", op.Name, err)
		}
	}
	for _, i := range s.outputs {
		if !ready[i] {
			return fmt.Errorf("output %q is never written", s.tensors[i].name)
		}
	}
	return nil
}

// optionalInputs are operators that may lack inputs, and the first one that may be lacking.
var optionalInputs = map[int]int{
	opFullyConnected: 2, opTransposeConv: 3,
	opLSTM: 1, opLSTMUni: 1, opLSTMBi: 1, opRNNBi: 1, opSVDF: 1, opCustomCode: 0,
}

func checkInputsOf(op Op, s subgraph, ready []bool) error {
	least, listed := leastInputs[op.code]
	if !listed {
		least = 1
	}
	if len(op.Inputs) < least {
		return fmt.Errorf("%d inputs, want at least %d", len(op.Inputs), least)
	}
	if len(op.Outputs) == 0 && !noOutputs[op.code] {
		return errors.New("no outputs")
	}
	first, some := optionalInputs[op.code]
	for n, i := range op.Inputs {
		switch {
		case i >= 0 && !ready[i]:
			return fmt.Errorf("its input %q is not written before", s.tensors[i].name)
		case i < 0 && (!some || n < first):
			return fmt.Errorf("its input %d is absent", n)
		}
	}
	return nil
}

// checkShapes looks at the operators whose kernels trust that types agree, or divide by what the shapes of input and
// weights give. checkInputsOf has counted the tensors.
func checkShapes(op Op, s subgraph) error {
	if sameType[op.code] && s.tensors[op.Inputs[0]].kind != s.tensors[op.Outputs[0]].kind {
		return fmt.Errorf("input %q and output %q have different types", s.tensors[op.Inputs[0]].name, s.tensors[op.Outputs[0]].name)
	}
	for _, n := range listInputs[op.code] {
		if n >= len(op.Inputs) {
			break // a RESHAPE may have its shape in the options
		}
		list := s.tensors[op.Inputs[n]]
		if (list.kind != schemaInt32 && list.kind != schemaInt64) || list.bytes() > 8*maxRank {
			return fmt.Errorf("input %q cannot be a list of axes or sides", list.name)
		}
	}
	switch op.code {
	case opConv, opDepthwise, opFullyConnected:
	default:
		return nil
	}
	in, weights := s.tensors[op.Inputs[0]].shape, s.tensors[op.Inputs[1]].shape
	for _, d := range append(append([]int{}, in...), weights...) {
		if d < 1 {
			return fmt.Errorf("input %v and weights %v: a dimension is empty", in, weights)
		}
	}
	if !fits(op.code, in, weights) {
		return fmt.Errorf("input %v does not fit weights %v", in, weights)
	}
	return nil
}

// fits knows the layouts: convolution weights are [out, height, width, in/groups], depthwise ones [1, height, width,
// in*multiplier], dense ones [out, in] on any input whose elements divide by in.
func fits(code int, in, weights []int) bool {
	if code == opFullyConnected {
		n := 1
		for _, d := range in {
			n *= d
		}
		return len(weights) == 2 && n%weights[1] == 0
	}
	if len(in) != 4 || len(weights) != 4 {
		return false
	}
	channels, last := in[3], weights[3]
	if code == opDepthwise {
		return weights[0] == 1 && last%channels == 0
	}
	return channels%last == 0 && weights[0]%(channels/last) == 0
}
