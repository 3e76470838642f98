package onnx_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/models/onnx"
)

// part is a field of a protobuf message that holds bytes, number one that holds a number (onnx.proto of ONNX 1.19).
func part(id uint64, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	b := binary.AppendUvarint(nil, id<<3|2)
	return append(binary.AppendUvarint(b, uint64(len(body))), body...)
}

func number(id, n uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, id<<3), n)
}

func word(id uint64, s string) []byte { return part(id, []byte(s)) }

// scalar is a float32 constant without dimensions.
func scalar(name string) []byte {
	return part(5, number(2, 1), word(8, name), part(9, []byte{0, 0, 0x40, 0x40}))
}

// edge is a float32 input or output of shape [1 1 8 8].
func edge(id uint64, name string) []byte {
	var shape []byte
	for _, d := range []uint64{1, 1, 8, 8} {
		shape = append(shape, part(1, number(1, d))...)
	}
	return part(id, word(1, name), part(2, part(1, number(1, 1), part(2, shape))))
}

// graph is a file of such an input and output, and what else is given.
func graph(parts ...[]byte) []byte {
	g := part(7, append(parts, word(2, "g"), edge(11, "x"), edge(12, "y"))...)
	return slices.Concat(number(1, 8), g, part(8, number(2, 11)))
}

func operator(name string, inputs []string, more ...[]byte) []byte {
	var n []byte
	for _, in := range inputs {
		n = append(n, word(1, in)...)
	}
	return part(1, append([][]byte{n, word(2, "y"), word(4, name)}, more...)...)
}

func whole(name string, list ...uint64) []byte {
	var packed []byte
	for _, v := range list {
		packed = binary.AppendUvarint(packed, v)
	}
	return part(5, word(1, name), number(20, 7), part(8, packed))
}

// TestManyOutputs: scales of as many outputs as a file may have cost no more than reading them.
func TestManyOutputs(t *testing.T) {
	const operators, outputs = 20_000, 60_000
	parts := [][]byte{scalar("c")}
	for i := range operators {
		parts = append(parts, part(1, word(1, "x"), word(1, "c"), word(2, fmt.Sprintf("t%06d", i)), word(4, "QuantizeLinear")))
	}
	for i := range outputs {
		parts = append(parts, edge(12, fmt.Sprintf("o%06d", i)))
	}
	parts = append(parts, part(1, word(1, "x"), word(1, "c"), word(2, "o012345"), word(4, "QuantizeLinear")))
	file := graph(parts...)
	began := time.Now()
	g, err := onnx.Inspect(file)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
	if err != nil || len(g.Outputs) != outputs+1 {
		t.Fatal(err)
	}
	for i, e := range g.Outputs {
		if want := map[int]float32{12345: 3}[i]; e.Quant.Scale != want {
			t.Errorf("output %q has the scale %v, want %v", e.Name, e.Quant.Scale, want)
		}
	}
}

// TestHostileShapes: numbers that fit no tensor, and lists without end, neither crash nor keep whoever looks at a file.
func TestHostileShapes(t *testing.T) {
	two := whole("kernel_shape", 2, 2)
	for name, file := range map[string][]byte{
		"max pool of a scalar":     graph(scalar("c"), operator("MaxPool", []string{"c"}, two)),
		"average pool of a scalar": graph(scalar("c"), operator("AveragePool", []string{"c"}, two)),
		"convolution of a scalar":  graph(scalar("c"), operator("Conv", []string{"c", "c"}, two)),
		"axis of 2^31":             graph(operator("Unsqueeze", []string{"x"}, whole("axes", 1<<31))), // below zero as an int of 32 bits
		"place of 2^31":            graph(operator("Transpose", []string{"x"}, whole("perm", 0, 1, 2, 1<<31))),
		"a million axes":           graph(operator("Unsqueeze", []string{"x"}, whole("axes", make([]uint64, 1<<20)...))),
	} {
		began := time.Now()
		if g, err := onnx.Inspect(file); err == nil && len(g.Ops) != 1 {
			t.Errorf("%s: %d operators", name, len(g.Ops))
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: took %s", name, took)
		}
	}
}
