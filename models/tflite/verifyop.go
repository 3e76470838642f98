package tflite

import (
	"errors"
	"fmt"
)

const maxStride = 1 << 20 // of strides, dilations and filter sides; larger ones overflow the kernels' arithmetic

// readOps checks the operators of the subgraph that was added last and appends them to Ops.
func (g *Graph) readOps(v vector, codes []opcode, s subgraph) error {
	for i := range v.n {
		t := v.table(i)
		n := t.u32(opCode)
		if v.r.err != nil {
			return nil
		}
		if n >= len(codes) {
			return fmt.Errorf("operator %d has code %d of %d", i, n, len(codes))
		}
		op, err := readOp(t, codes[n], s)
		if err != nil {
			return fmt.Errorf("operator %d, %s: %w", i, codes[n].name(), err)
		}
		op.Subgraph = len(g.subgraphs) - 1
		g.Ops = append(g.Ops, op)
	}
	return checkFlow(s, g.Ops[len(g.Ops)-v.n:], g.buffers)
}

func readOp(t table, code opcode, s subgraph) (Op, error) {
	op := Op{
		Name: code.name(), Version: code.version, Custom: code.code == opCustomCode, code: code.code,
		Inputs: t.vector(opInputs, 4).ints(), Outputs: t.vector(opOutputs, 4).ints(),
	}
	t.vector(opCustom, 1)
	t.vector(opMutating, 1)
	between := t.vector(opIntermediate, 4).ints()
	if t.u64(opLargeOffset) > 1 || t.u64(opLargeSize) > 1 {
		return op, errors.New("options behind the model: not supported")
	}
	if t.u8(opOptions2Of) != 0 {
		return op, errors.New("StableHLO options: not supported")
	}
	for _, list := range [][]int{op.Inputs, op.Outputs, between} {
		for _, i := range list {
			if i < -1 || i >= len(s.tensors) {
				return op, fmt.Errorf("tensor %d of %d", i, len(s.tensors))
			}
		}
	}
	for _, i := range op.Outputs {
		if i < 0 {
			return op, errors.New("an output is absent")
		}
	}
	return op, checkOptions(code.code, t.u8(opOptionsOf), t.sub(opOptions))
}

// optionsRule says which parameters of an operator must be positive: the kernels divide by them.
type optionsRule struct {
	positive []int // int32 fields; absent counts as zero
	dilation []int // the same, absent counts as one
	padding  bool  // field 0 is the padding
}

var optionsRules = map[int]optionsRule{
	opConv:          {[]int{1, 2}, []int{4, 5}, true},
	opDepthwise:     {[]int{1, 2}, []int{5, 6}, true},
	opAveragePool:   {[]int{1, 2, 3, 4}, nil, true},
	opMaxPool:       {[]int{1, 2, 3, 4}, nil, true},
	opL2Pool:        {[]int{1, 2, 3, 4}, nil, true},
	opTransposeConv: {[]int{1, 2}, nil, true},
	opSpaceToDepth:  {[]int{0}, nil, false},
	opDepthToSpace:  {[]int{0}, nil, false},
	opSplit:         {[]int{0}, nil, false},
	opSplitV:        {[]int{0}, nil, false},
}

func checkOptions(code, kind int, t table) error {
	if err := checkOptionVectors(kind, t); err != nil {
		return err
	}
	want, known := optionsOf[code]
	rule, ruled := optionsRules[code]
	if kind != want && known && (ruled || kind != 0) {
		return fmt.Errorf("options of another operator (kind %d, want %d)", kind, want)
	}
	if !ruled {
		return nil
	}
	if t.at == 0 {
		return errors.New("no options")
	}
	if p := t.u8(0); rule.padding && p > 1 {
		return fmt.Errorf("unknown padding %d", p)
	}
	for _, f := range rule.positive {
		if n := t.i32(f, 0); n < 1 || n > maxStride {
			return fmt.Errorf("stride, side or count %d", n)
		}
	}
	for _, f := range rule.dilation {
		if n := t.i32(f, 1); n < 1 || n > maxStride {
			return fmt.Errorf("dilation %d", n)
		}
	}
	return nil
}

// checkOptionVectors looks at the few options that hold more than numbers.
func checkOptionVectors(kind int, t table) error {
	switch kind {
	case optionsReshape, optionsSqueeze:
		if n := t.vector(0, 4).n; n > 8 { // the library's fixed array, kTfLiteReshapeMaxDimensions
			return fmt.Errorf("%d dimensions in the options", n)
		}
	case optionsBucketize:
		t.vector(0, 4)
	case optionsEmbeddings:
		t.vector(1, 4)
		t.vector(2, 4)
	case optionsVarHandle:
		t.text(0)
		t.text(1)
	}
	return nil
}
