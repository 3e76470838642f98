package manifest

import (
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/steps"
	"github.com/dunlin-iot/dunlin/models/window"
)

// Format is the version of the manifest's own form that this package reads.
const Format = 1

// File is the manifest's name inside a bundle.
const File = "manifest.json"

// ReportFile is the name of the acceptance report that a device keeps beside the files of a bundle; none of them may have it.
const ReportFile = "report.json"

// Manifest is a parsed and validated manifest.json. Its JSON keys stand beside the fields.
type Manifest struct {
	Name       string            // name: lower-case letters, digits, '-' and '_'
	Version    int               // version: from 1 upward; the release number of the name
	Engine     Engine            // engine
	Inputs     []Tensor          // inputs: one, which windows of samples fill
	Outputs    []Tensor          // outputs, in the model's order
	Source     Source            // source: what samples the input is made of
	Window     Window            // window
	Preprocess []steps.Spec      // preprocess, in order; may be absent
	Decide     Decide            // decide: defaults that a pipeline's configuration may override
	GoldenSet  GoldenSet         // golden
	Acceptance Acceptance        // acceptance; zero when there is no labelled set
	Trial      Trial             // trial; what is absent has its default
	DriftSet   ReferenceSet      // reference; zero when there is none
	LabelsFile string            // labels
	CardFile   string            // card; card.md when that is listed; empty when there is none
	Licence    string            // licence: SPDX identifier or plain words
	Provenance Provenance        // provenance; may be absent
	Files      map[string]string // files: SHA-256 in lower-case hex of every file but the manifest, by name
}

// Engine is the runtime that the model needs.
type Engine struct {
	Name string // name: "tflite"
	Min  string // min: oldest runtime version that gives right results, as "2.12.0"
}

// Tensor is what the bundle says of one input or output.
type Tensor struct {
	Name  string       // name: meaning, not necessarily the tensor's name inside the model
	Type  engine.DType // type
	Shape []int        // shape
	Quant engine.Quant // scale, zero_point; absent when not quantised
	Unit  string       // unit of the real value; "1" when it has none

	Scores string // scores: Probabilities or Logits, of the first output only; empty when not said, which means the former
}

// Form is the tensor without memory.
func (t Tensor) Form() engine.Tensor {
	return engine.Tensor{Name: t.Name, Type: t.Type, Shape: t.Shape, Quant: t.Quant}
}

// Bytes is the length of the tensor's memory.
func (t Tensor) Bytes() int { return t.Form().Elements() * t.Type.Size() }

// Source is what the model expects from a sensor.
type Source struct {
	Channels []Channel // channels, in the order of the values of one sample; nil when samples are pictures
	Picture  Picture   // picture, instead of channels; zero when samples are not pictures
	RateHz   float64   // rate_hz: samples per second; zero when it does not matter
}

// Values is the number of values in one sample.
func (s Source) Values() int {
	if s.Picture == (Picture{}) {
		return len(s.Channels)
	}
	return s.Picture.Width * s.Picture.Height * s.Picture.Depth
}

// Picture is the form of a sample that is a picture: points row by row from the top left, each of depth values from 0
// (dark) to 255.
type Picture struct {
	Width  int // width
	Height int // height
	Depth  int // depth: 1 for luminance; 3 for red, green, blue
}

// Channel is one value of a sample.
type Channel struct {
	Name string // name: "ax"
	Unit string // unit: "m/s2"; "1" when it has none
}

// Window is how the stream of samples is cut.
type Window struct {
	Length int // length: samples in a window
	Hop    int // hop: samples between two windows' ends
}

// Decide is how outputs become decisions when the configuration does not say otherwise.
type Decide struct {
	Threshold float64 // threshold: lowest score of a decision, 0 to 1
	Hold      int     // hold: windows in a row that must agree
	Release   float64 // release: a held decision stays until its score falls below; absent means threshold
}

// GoldenSet says where the golden vectors are and how close a runtime must come.
type GoldenSet struct {
	File           string // file
	ToleranceSteps int    // tolerance_steps: largest difference of one output value, in quantisation steps
}

// Ref is the bundle's reference.
func (m *Manifest) Ref() Ref { return Ref{Name: m.Name, Version: m.Version} }

// ModelFile is the name of the model inside the bundle.
func (m *Manifest) ModelFile() string { return "model." + m.Engine.Name }

// Framing is the window of the first input: length, hop, preprocessing and quantisation.
func (m *Manifest) Framing() window.Config {
	in, before := m.Inputs[0], m.before()
	cfg := window.Config{
		Length: before.Rows, Hop: m.Window.Hop, Channels: before.Columns, Picture: before.Picture, RateHz: before.RateHz,
		Type: in.Type, Quant: in.Quant,
	}
	if mean, std, ok := steps.Affine(before, m.Preprocess); ok {
		cfg.Mean, cfg.Std = mean, std
	} else {
		cfg.Steps = m.Preprocess
	}
	return cfg
}
