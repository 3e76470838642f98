package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// Limits of what is read. Real models of small devices are far below.
const (
	maxFile  = 1 << 28
	maxDepth = 16 // of graphs inside graphs
	maxNodes = 1 << 16
	maxName  = 512
	minIR    = 3 // before it, files have no operator versions
	maxIR    = 64
	maxOpset = 64 // the library knows better what it runs; this is where nonsense begins
)

// domains are the operator sets that a file may import. The operators themselves are in operators.go.
var domains = []string{"", "ai.onnx", "ai.onnx.ml", "com.microsoft"}

// imports are sets that exporters name out of habit, without using an operator of them.
var imports = []string{"ai.onnx.training", "ai.onnx.preview.training", "com.microsoft.nchwc", "com.microsoft.experimental", "com.ms.internal.nhwc", "org.pytorch.aten", "pkg.onnxscript.torch_lib"}

// Inspect reads a model and checks it so far that the library's parser and kernels meet no surprise: every length in
// bounds, sizes that agree with shapes, known operators, nothing outside the file.
func Inspect(model []byte) (*Graph, error) {
	if len(model) == 0 {
		return nil, errors.New("no ONNX file: it is empty")
	}
	if len(model) > maxFile {
		return nil, fmt.Errorf("file of %d bytes: more than %d", len(model), maxFile)
	}
	g, err := inspectModel(model)
	if err != nil && errors.Is(err, errBounds) {
		return nil, fmt.Errorf("damaged or truncated ONNX file: %w", err)
	}
	return g, err
}

// head is the model's outer message.
type head struct {
	g     *Graph
	graph []byte
}

func inspectModel(model []byte) (*Graph, error) {
	h := head{g: &Graph{Opsets: map[string]int{}}}
	if err := fields(model, h.see); err != nil {
		if h.graph == nil && h.g.IR == 0 && !errors.Is(err, errBounds) {
			return nil, fmt.Errorf("no ONNX file: %w", err)
		}
		return nil, err
	}
	switch {
	case h.g.IR == 0 || h.graph == nil:
		return nil, errors.New("no ONNX file: it has no version or no graph")
	case h.g.IR < minIR || h.g.IR > maxIR:
		return nil, fmt.Errorf("file format version %d: want %d to %d", h.g.IR, minIR, maxIR)
	case len(h.g.Opsets) == 0:
		return nil, errors.New("the file does not say which versions of the operators it needs")
	}
	w := &walker{g: h.g}
	if err := w.graph(h.graph, 0); err != nil {
		return nil, err
	}
	return h.g, nil
}

// see reads a field of ModelProto.
func (h *head) see(f field) error {
	switch f.id {
	case 1: // ir_version
		h.g.IR = int(min(f.number, 1<<31))
		return f.is(wireVarint)
	case 2: // producer_name
		h.g.Producer = printable(f.bytes)
		return f.is(wireBytes)
	case 7: // graph
		if h.graph != nil {
			return errors.New("the file has two graphs")
		}
		h.graph = f.bytes
		if h.graph == nil {
			h.graph = []byte{}
		}
		return f.is(wireBytes)
	case 8: // opset_import
		return h.opset(f)
	case 20: // training_info
		return errors.New("the file holds training information: export the model for inference")
	case 25: // functions
		return errors.New("the file holds functions of its own: inline them with onnx.inliner.inline_local_functions")
	}
	return nil
}

func (h *head) opset(f field) error {
	domain, version := "", int64(0)
	if err := errors.Join(f.is(wireBytes), fields(f.bytes, func(f field) error {
		switch f.id {
		case 1:
			domain = string(f.bytes)
			return f.is(wireBytes)
		case 2:
			version = int64(f.number)
			return f.is(wireVarint)
		}
		return nil
	})); err != nil {
		return err
	}
	if !slices.Contains(domains, domain) && !slices.Contains(imports, domain) {
		return fmt.Errorf("operators of %q: want those of ONNX itself, ai.onnx.ml or com.microsoft", printable([]byte(domain)))
	}
	if version < 1 || version > maxOpset {
		return fmt.Errorf("version %d of the operators of %q: want 1 to %d", version, domain, maxOpset)
	}
	if domain == "ai.onnx" {
		domain = ""
	}
	h.g.Opsets[domain] = int(version)
	return nil
}
