package tflite

import (
	"errors"
	"fmt"

	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	schemaVersion = 3
	maxModel      = 1 << 30 // bytes of a model file
	maxRank       = 16
	maxMemory     = 1 << 30 // bytes of all tensors of a subgraph together, without the sharing of memory
	maxTensor     = 1 << 27 // bytes of one tensor: 640x640 with 64 channels of floats is below it
)

// Inspect reads and checks a model file: the FlatBuffer is whole, every offset and index points at something, tensors
// have a sane size, and no operator has parameters known to crash a kernel. It is pure Go. The error wraps
// engine.ErrModel.
func Inspect(model []byte) (*Graph, error) {
	g, err := inspect(model)
	if err != nil {
		return nil, fmt.Errorf("inspect model: %w: %w", err, engine.ErrModel)
	}
	return g, nil
}

func inspect(model []byte) (*Graph, error) {
	if len(model) < 8 || string(model[4:8]) != "TFL3" {
		return nil, fmt.Errorf("no TensorFlow Lite file: %d bytes without the mark TFL3", len(model))
	}
	if len(model) > maxModel {
		return nil, fmt.Errorf("%d bytes are more than the %d that are allowed", len(model), maxModel)
	}
	r := newReader(model)
	root := r.tableAt(r.u32(0))
	if v := root.u32(modelVersion); r.err == nil && v != schemaVersion {
		return nil, fmt.Errorf("schema version %d, want %d", v, schemaVersion)
	}
	g := &Graph{}
	err := g.read(root)
	if r.err != nil {
		return nil, fmt.Errorf("damaged or truncated file of %d bytes: %w", len(model), r.err)
	}
	return g, err
}

// read fills the graph from the root table. The caller looks at the reader's error first: what follows a broken offset
// is zeros.
func (g *Graph) read(root table) error {
	root.text(modelText)
	root.vector(modelMetaBuffer, 4)
	if root.vector(modelExtBuffers, 4).n > 0 || root.vector(modelExtGroups, 4).n > 0 {
		return errors.New("the weights lie in other files")
	}
	if err := g.readBuffers(root.vector(modelBuffers, 4)); err != nil {
		return err
	}
	codes := readCodes(root.vector(modelCodes, 4))
	graphs := root.vector(modelSubgraphs, 4)
	if graphs.n == 0 {
		return errors.New("no subgraph")
	}
	for i := range graphs.n {
		if err := g.readSubgraph(graphs.table(i), codes); err != nil {
			return err
		}
		if root.r.err != nil {
			return nil
		}
	}
	if err := g.readSignatures(root.vector(modelSignatures, 4)); err != nil {
		return err
	}
	return g.readMetadata(root.vector(modelMetadata, 4))
}

func readCodes(v vector) []opcode {
	codes := make([]opcode, 0, v.n)
	for i := range v.n {
		t := v.table(i)
		if t.r.err != nil {
			return nil
		}
		code := max(int(int8(t.u8(codeOld))), t.i32(codeNew, 0))
		codes = append(codes, opcode{code: code, custom: t.text(codeCustom), version: t.i32(codeVersion, 1)})
	}
	return codes
}

// readBuffers checks the constants: bytes inside the FlatBuffer, or for large models behind it in the same file.
func (g *Graph) readBuffers(v vector) error {
	g.buffers = make([]buffer, 0, v.n)
	for i := range v.n {
		t := v.table(i)
		data := t.vector(bufferData, 1)
		b := buffer{at: data.at, size: data.n}
		if off, size := t.u64(bufferOffset), t.u64(bufferSize); off > 1 {
			if size > uint64(len(v.r.b)) || off > uint64(len(v.r.b))-size {
				v.r.fail(errBounds)
			} else {
				b = buffer{at: int(off), size: int(size)}
			}
		}
		if v.r.err != nil {
			return nil
		}
		g.buffers = append(g.buffers, b)
	}
	return nil
}

func (g *Graph) readSubgraph(t table, codes []opcode) error {
	t.text(graphName)
	s := subgraph{inputs: t.vector(graphInputs, 4).ints(), outputs: t.vector(graphOutputs, 4).ints()}
	tensors := t.vector(graphTensors, 4)
	var memory int
	for i := range tensors.n {
		info, err := g.readTensor(tensors.table(i))
		if err != nil {
			return fmt.Errorf("tensor %d: %w", i, err)
		}
		if t.r.err != nil {
			return nil
		}
		if memory += info.bytes(); memory > maxMemory {
			return fmt.Errorf("the tensors need more than %d bytes", maxMemory)
		}
		s.tensors = append(s.tensors, info)
	}
	for _, i := range append(append([]int{}, s.inputs...), s.outputs...) {
		if i < 0 || i >= len(s.tensors) {
			return fmt.Errorf("input or output %d of %d tensors", i, len(s.tensors))
		}
	}
	g.subgraphs = append(g.subgraphs, s)
	return g.readOps(t.vector(graphOps, 4), codes, s)
}

func (g *Graph) readSignatures(v vector) error {
	for i := range v.n {
		t := v.table(i)
		t.text(signatureKey)
		graph := t.u32(signatureGraph)
		if v.r.err != nil {
			return nil
		}
		if graph >= len(g.subgraphs) {
			return fmt.Errorf("signature %d is of subgraph %d of %d", i, graph, len(g.subgraphs))
		}
		for _, maps := range []vector{t.vector(signatureInputs, 4), t.vector(signatureOutputs, 4)} {
			for j := range maps.n {
				m := maps.table(j)
				m.text(mapName)
				if n := m.u32(mapTensor); n >= len(g.subgraphs[graph].tensors) {
					return fmt.Errorf("signature %d names tensor %d of %d", i, n, len(g.subgraphs[graph].tensors))
				}
			}
		}
	}
	return nil
}

func (g *Graph) readMetadata(v vector) error {
	for i := range v.n {
		t := v.table(i)
		t.text(metaName)
		if n := t.u32(metaBuffer); v.r.err == nil && n >= len(g.buffers) {
			return fmt.Errorf("metadata %d is in buffer %d of %d", i, n, len(g.buffers))
		}
	}
	return nil
}
