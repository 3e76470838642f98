package tflitemeta

import (
	"errors"
	"fmt"
	"math"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// ErrFile is wrapped when the bytes are no usable TensorFlow Lite file.
var ErrFile = errors.New("no usable TensorFlow Lite file")

const (
	maxModel   = 256 << 20
	maxTensors = 64 // inputs or outputs
	maxFiles   = 64
	maxRank    = 16
	metaMark   = "M001"
	metaName   = "TFLITE_METADATA"
	minName    = "min_runtime_version"
)

// Model is what a file says of itself.
type Model struct {
	Description string // the model's own, "MLIR Converted."
	MinRuntime  string // oldest runtime that knows all of its operators; empty when it does not say
	Operators   int    // of the first subgraph
	Inputs      []Tensor
	Outputs     []Tensor
	Meta        Meta // zero without metadata
}

// Tensor is an input or output: what the runtime sees of it, and what the metadata says.
type Tensor struct {
	engine.Tensor     // without memory; a side of -1 is open
	Scales        int // how many scales it has; one for each channel when above one
	About         About
}

// Meta is the metadata of the whole model.
type Meta struct {
	Described                                                     bool // there is metadata
	Name, Description, Version, Author, Licence, MinParserVersion string
	Files                                                         []File
}

// Inspect reads a file. The error wraps ErrFile.
func Inspect(model []byte) (*Model, error) {
	m, err := inspect(model)
	if err != nil {
		return nil, fmt.Errorf("inspect model: %w: %w", ErrFile, err)
	}
	return m, nil
}

func inspect(model []byte) (*Model, error) {
	if len(model) < 8 || string(model[4:8]) != "TFL3" {
		return nil, fmt.Errorf("%d bytes without the mark TFL3", len(model))
	}
	if len(model) > maxModel {
		return nil, fmt.Errorf("%d bytes, more than %d", len(model), maxModel)
	}
	f := newFlat(model)
	root := f.root()
	m := &Model{Description: root.text(3)}
	first := true
	root.list(2, 4).each(func(_ int, graph table) {
		if first {
			first = false
			m.graph(graph)
		}
	})
	meta := m.find(root)
	if f.err == nil && first {
		f.fail(errors.New("it has no graph"))
	}
	if f.err != nil {
		return nil, fmt.Errorf("damaged or truncated: %w", f.err)
	}
	if meta == nil {
		return m, nil
	}
	if err := m.describe(meta); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	if err := m.unzip(model); err != nil {
		return nil, fmt.Errorf("files behind the model: %w", err)
	}
	return m, nil
}

// graph reads the inputs and outputs of a subgraph.
func (m *Model) graph(g table) {
	tensors := g.list(0, 4)
	m.Operators = g.list(3, 4).n
	m.Inputs, m.Outputs = tensorsOf(tensors, g.list(1, 4)), tensorsOf(tensors, g.list(2, 4))
}

func tensorsOf(all, which list) (out []Tensor) {
	f := all.f
	if which.n > maxTensors {
		f.fail(fmt.Errorf("%d inputs or outputs, more than %d", which.n, maxTensors))
		return nil
	}
	for _, i := range which.ints() {
		if i < 0 || i >= all.n {
			f.fail(fmt.Errorf("input or output %d of %d tensors", i, all.n))
			return nil
		}
		p := all.at + 4*i
		out = append(out, tensorOf(table{f, p + f.u32(p)}))
	}
	return out
}

// types are TensorType of the schema, as far as the engine has a word for them.
var types = map[int]engine.DType{
	0: engine.Float32, 1: engine.Float16, 2: engine.Int32, 3: engine.Uint8, 4: engine.Int64, 5: engine.String, 6: engine.Bool,
	7: engine.Int16, 9: engine.Int8, 10: engine.Float64,
}

func tensorOf(t table) (out Tensor) {
	out.Name, out.Type = t.text(3), types[t.byte(1)]
	shape := t.list(0, 4)
	if open := t.list(7, 4); open.n == shape.n && open.n > 0 { // shape_signature: -1 where a side is open
		shape = open
	}
	if shape.n > maxRank {
		t.f.fail(fmt.Errorf("a tensor of %d sides", shape.n))
		return out
	}
	out.Shape = shape.ints()
	quant := t.table(4)
	scales, zeros := quant.list(2, 4), quant.list(3, 8)
	if out.Scales = scales.n; scales.n == 1 && t.f.err == nil {
		out.Quant.Scale = math.Float32frombits(uint32(t.f.u32(scales.at)))
		if zeros.n > 0 {
			out.Quant.ZeroPoint = int32(t.f.u32(zeros.at)) // the schema has 64 bits; no type of 64 bits is quantised
		}
	}
	return out
}

// find is the metadata's buffer; nil when there is none.
func (m *Model) find(root table) (meta []byte) {
	buffers := root.list(4, 4)
	root.list(6, 4).each(func(_ int, entry table) {
		name, i := entry.text(0), entry.whole(1)
		if name != metaName && name != minName {
			return
		}
		if i >= buffers.n {
			root.f.fail(fmt.Errorf("%s is buffer %d of %d", name, i, buffers.n))
			return
		}
		p := buffers.at + 4*i
		data := table{root.f, p + root.f.u32(p)}.list(0, 1).bytes()
		if name == metaName {
			meta = data
			return
		}
		for n, c := range data { // a C string in 16 bytes
			if c == 0 {
				data = data[:n]
				break
			}
		}
		m.MinRuntime = string(data[:min(len(data), 16)])
	})
	return meta
}
