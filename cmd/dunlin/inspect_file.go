package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/onnx"
	"github.com/dunlin-iot/dunlin/models/tflite"
	"github.com/dunlin-iot/dunlin/models/tflitemeta"
)

// maxPlain is the largest plain model file that is read.
const maxPlain = 1 << 28

// plainModel is what a model file without a bundle says of itself.
type plainModel struct {
	File        string         `json:"file"`
	Bytes       int            `json:"bytes"`
	SHA256      string         `json:"sha256"`
	Format      string         `json:"format"`
	Name        string         `json:"name,omitempty"`
	Description string         `json:"description,omitempty"`
	Version     string         `json:"version,omitempty"`
	Author      string         `json:"author,omitempty"`
	Licence     string         `json:"licence,omitempty"`
	Inputs      []plainTensor  `json:"inputs"`
	Outputs     []plainTensor  `json:"outputs"`
	Operators   map[string]int `json:"operators"`
	Labels      []string       `json:"labels,omitempty"`
	Missing     []string       `json:"missing_files,omitempty"` // that the metadata names and the file does not hold
	Fault       string         `json:"fault,omitempty"`         // why the engine will not take it
}

// plainTensor is an input or output.
type plainTensor struct {
	Name      string    `json:"name"`
	Type      string    `json:"type"`
	Shape     []int     `json:"shape"`
	Scale     float32   `json:"scale,omitempty"`
	ZeroPoint int32     `json:"zero_point,omitempty"`
	Scales    int       `json:"scales,omitempty"` // when above one
	Means     string    `json:"means,omitempty"`
	Content   string    `json:"content,omitempty"`
	Mean      []float32 `json:"mean,omitempty"`
	Std       []float32 `json:"std,omitempty"`
	Min       []float32 `json:"min,omitempty"`
	Max       []float32 `json:"max,omitempty"`
	Threshold *float32  `json:"threshold,omitempty"`
}

// isModelFile tells a plain model from a bundle.
func isModelFile(name string) bool {
	return strings.HasSuffix(name, ".tflite") || strings.HasSuffix(name, ".onnx")
}

func (a *app) inspectFile(path, output string) error {
	m, err := inspectPlain(path)
	if err != nil {
		return fmt.Errorf("inspect %s: %w", path, err)
	}
	if output == "json" {
		return printJSON(a.out, m)
	}
	return m.write(newTable(a.out))
}

func inspectPlain(path string) (*plainModel, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &hal.AbsentError{What: fmt.Sprintf("model file %q", path), Fix: "check the path", Err: err}
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxPlain {
		return nil, withCode(exitUsage, fmt.Errorf("%v of %d bytes, want a plain file of at most %d", info.Mode().Type(), info.Size(), maxPlain))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m := &plainModel{File: path, Bytes: len(data), SHA256: fmt.Sprintf("%x", sha256.Sum256(data)), Operators: map[string]int{}}
	if filepath.Ext(path) == ".onnx" {
		err = m.onnx(data)
	} else {
		err = m.tflite(data)
	}
	if err != nil {
		return nil, withCode(exitUsage, err)
	}
	return m, nil
}

func (m *plainModel) tflite(data []byte) error {
	t, err := tflitemeta.Inspect(data)
	if err != nil {
		return err
	}
	m.Format = "TensorFlow Lite"
	if t.MinRuntime != "" {
		m.Format += ", operators of " + t.MinRuntime
	}
	m.Name, m.Version, m.Author, m.Licence = t.Meta.Name, t.Meta.Version, t.Meta.Author, t.Meta.Licence
	m.Description = t.Description
	if t.Meta.Described {
		m.Description = t.Meta.Description
	}
	m.Labels = t.Labels("")
	m.Inputs, m.Outputs = m.described(t.Inputs), m.described(t.Outputs)
	m.missing(t.Meta.Files)
	g, err := tflite.Inspect(data)
	if err != nil {
		m.Fault = err.Error()
		return nil
	}
	for _, op := range g.Ops {
		m.Operators[op.Name]++
	}
	return nil
}

func (m *plainModel) missing(files []tflitemeta.File) {
	for _, f := range files {
		if f.Missing {
			m.Missing = append(m.Missing, f.Name)
		}
	}
}

func (m *plainModel) described(all []tflitemeta.Tensor) (out []plainTensor) {
	for _, t := range all {
		p := plainOf(t.Tensor)
		p.Means, p.Content = strings.Trim(t.About.Name+": "+t.About.Description, ": "), contentText(t.About.Content)
		p.Mean, p.Std, p.Min, p.Max, p.Threshold = t.About.Mean, t.About.Std, t.About.Min, t.About.Max, t.About.Threshold
		if t.Scales > 1 {
			p.Scales = t.Scales
		}
		m.missing(t.About.Files)
		out = append(out, p)
	}
	return out
}

func plainOf(t engine.Tensor) plainTensor {
	return plainTensor{Name: t.Name, Type: t.Type.String(), Shape: t.Shape, Scale: t.Quant.Scale, ZeroPoint: t.Quant.ZeroPoint}
}

func contentText(c tflitemeta.Content) string {
	words := []string{c.Kind, c.Colour}
	if c.Width > 0 {
		words = append(words, fmt.Sprintf("%d x %d", c.Width, c.Height))
	}
	if c.RateHz > 0 {
		words = append(words, fmt.Sprintf("%d Hz, %d channels", c.RateHz, c.Channels))
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

func (m *plainModel) onnx(data []byte) error {
	g, err := onnx.Inspect(data)
	if err != nil {
		return err
	}
	m.Format = fmt.Sprintf("ONNX, file version %d", g.IR)
	for _, domain := range slices.Sorted(maps.Keys(g.Opsets)) {
		name := domain
		if name == "" {
			name = "operators"
		}
		m.Format += fmt.Sprintf(", %s %d", name, g.Opsets[domain])
	}
	m.Author = g.Producer
	for _, op := range g.Ops {
		m.Operators[op.String()]++
	}
	edges := func(all []onnx.Edge) (out []plainTensor) {
		for _, e := range all {
			p := plainOf(engine.Tensor{Name: e.Name, Type: e.Type, Shape: e.Shape, Quant: e.Quant})
			p.Type = e.TypeText()
			out = append(out, p)
		}
		return out
	}
	m.Inputs, m.Outputs = edges(g.Inputs), edges(g.Outputs)
	return nil
}

// write prints it for people; what the file does not say is left out.
func (m *plainModel) write(t *table) error {
	say := func(key, value string) {
		if value != "" {
			t.row(key, value)
		}
	}
	say("file", m.File)
	say("size", fmt.Sprintf("%d bytes", m.Bytes))
	say("sha256", m.SHA256)
	say("format", m.Format)
	say("name", m.Name)
	say("description", m.Description)
	say("version", m.Version)
	say("author", m.Author)
	say("licence", m.Licence)
	for _, in := range m.Inputs {
		say("input", in.text())
	}
	for _, out := range m.Outputs {
		say("output", out.text())
	}
	say("labels", strings.Join(m.Labels, ", "))
	var ops []string
	for _, name := range slices.Sorted(maps.Keys(m.Operators)) {
		ops = append(ops, fmt.Sprintf("%s %d", name, m.Operators[name]))
	}
	say("operators", strings.Join(ops, ", "))
	say("missing", strings.Join(m.Missing, ", "))
	say("fault", m.Fault)
	return t.flush()
}

func (p plainTensor) text() string {
	s := p.Name + ": " + p.Type
	if _, err := engine.ParseDType(p.Type); err == nil || len(p.Shape) > 0 {
		s += fmt.Sprint(p.Shape)
	}
	if p.Scale != 0 {
		s += fmt.Sprintf(", scale %g, zero point %d", p.Scale, p.ZeroPoint)
	}
	if p.Scales > 1 {
		s += fmt.Sprintf(", %d scales", p.Scales)
	}
	for _, part := range []string{p.Means, p.Content} {
		if part != "" {
			s += "; " + part
		}
	}
	for _, part := range []struct {
		name string
		v    []float32
	}{{"mean", p.Mean}, {"std", p.Std}, {"min", p.Min}, {"max", p.Max}} {
		if part.v != nil {
			s += fmt.Sprintf("; %s %v", part.name, part.v)
		}
	}
	if p.Threshold != nil {
		s += fmt.Sprintf("; threshold %g", *p.Threshold)
	}
	return s
}
