package pack_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/pack"
)

func TestSpecRefused(t *testing.T) {
	sub := func(d doc, key string) doc { return d[key].(doc) }
	for want, change := range map[string]func(d doc){
		"$.model: is missing":                       func(d doc) { delete(d, "model") },
		"$.model: want a path":                      func(d doc) { d["model"] = true },
		"$.format: is written by pack":              func(d doc) { d["format"] = number("1") },
		"$.files: is written by pack":               func(d doc) { d["files"] = doc{} },
		"$.golden: is missing":                      func(d doc) { delete(d, "golden") },
		"$.golden: want a mapping":                  func(d doc) { d["golden"] = "x" },
		"$.golden.samples: is missing":              func(d doc) { delete(sub(d, "golden"), "samples") },
		"$.golden.samples: want a path, or":         func(d doc) { sub(d, "golden")["samples"] = []any{"x"} },
		"$.golden.samples.a: want a path":           func(d doc) { sub(d, "golden")["samples"] = doc{"a": number("1")} },
		"$.golden.samples: is empty":                func(d doc) { sub(d, "golden")["samples"] = doc{} },
		"$.golden.vectors: want a whole number":     func(d doc) { sub(d, "golden")["vectors"] = number("1.5") },
		"$.golden.label_column: want a whole":       func(d doc) { sub(d, "golden")["label_column"] = "six" },
		"$.golden.truth: stands beside several":     func(d doc) { sub(d, "golden")["samples"], sub(d, "golden")["truth"] = doc{"a": "a", "b": "b"}, "y.npy" },
		"$.golden.truth: stands beside label":       func(d doc) { sub(d, "golden")["label_column"], sub(d, "golden")["truth"] = number("1"), "y.npy" },
		"$.golden.colour: unknown key":              func(d doc) { sub(d, "golden")["colour"] = "red" },
		"$.golden.file: is written by":              func(d doc) { sub(d, "golden")["file"] = "g.cbor" },
		"$.reference.colour: unknown key":           func(d doc) { d["reference"] = doc{"samples": "a", "colour": "red"} },
		"$.acceptance.bounds: is missing":           func(d doc) { d["acceptance"] = doc{"samples": "a"} },
		"$.labels: want a list":                     func(d doc) { d["labels"] = number("1") },
		"$.labels[1]: want a text":                  func(d doc) { d["labels"] = []any{"a", true} },
		"$.labels: 1 labels for the model's":        func(d doc) { d["labels"] = []any{"a"} },
		`$.labels[1]: "a": want a label on one`:     func(d doc) { d["labels"] = []any{"a", "a"} },
		"$.engine: want a mapping":                  func(d doc) { d["engine"] = "tflite" },
		"$.engine.name: is onnx, the model":         func(d doc) { d["engine"] = doc{"name": "onnx"} },
		"$.engine.colour: unknown key":              func(d doc) { d["engine"] = doc{"colour": "red"} },
		"$.inputs: want a list of 1":                func(d doc) { d["inputs"] = []any{} },
		"$.inputs[0]: want a mapping":               func(d doc) { d["inputs"] = []any{"x"} },
		"$.outputs[0].shape: the model says that":   func(d doc) { d["outputs"] = []any{doc{"name": "p", "shape": []any{}}} },
		"$.window.length: 3 samples of 1":           func(d doc) { sub(d, "window")["length"] = number("3") },
		"$.provenance.git: is":                      func(d doc) { d["provenance"] = doc{"git": "main"} },
		"$.version: want a whole number, have null": func(d doc) { d["version"] = nil },
	} {
		t.Run(want, func(t *testing.T) {
			d := good()
			change(d)
			if _, err := begin(t, d, newSession()); !errors.Is(err, pack.ErrSpec) || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestSpecIsLeft: reading a spec does not change the document.
func TestSpecIsLeft(t *testing.T) {
	d := good()
	for range 2 {
		if _, err := begin(t, d, newSession()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestModelRefused(t *testing.T) {
	two := newSession()
	two.in = append(two.in, two.in[0])
	if _, err := begin(t, good(), two); !errors.Is(err, pack.ErrSpec) || !strings.Contains(err.Error(), "has 2 inputs") {
		t.Errorf("two inputs: %v", err)
	}
	wide := newSession()
	wide.in[0].Type, wide.in[0].Data = engine.Int32, make([]byte, 8)
	if _, err := begin(t, good(), wide); !errors.Is(err, pack.ErrSpec) || !strings.Contains(err.Error(), "want float32, int8 or uint8") {
		t.Errorf("int32 input: %v", err)
	}
}

func TestSamplesRefused(t *testing.T) {
	nan := float32(math.NaN())
	for want, all := range map[string][]pack.Recording{
		"no recording is as long as a window of 2 samples":                  {{Name: "a", Values: []float32{1}}, {Name: "b"}},
		"window 1 (a, samples 1 to 2) has a value that is no number":        {{Name: "a", Values: []float32{0, 0, nan}}},
		"in none of 2 windows does the highest output lead by more than 2 ": {{Name: "a", Values: []float32{0.5, 0.5, 0.5}}},
	} {
		if _, err := draft(t, func(doc) {}).Golden(all, nil); !errors.Is(err, pack.ErrSpec) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	labelled := draft(t, func(d doc) {
		d["acceptance"] = doc{"samples": "a.csv", "bounds": []any{doc{"metric": "accuracy", "min": number("0.5")}}}
	})
	for want, all := range map[string][]pack.Recording{
		"window 0 (a, samples 0 to 1) has no label":            {{Name: "a", Label: -1, Values: []float32{0, 1}}},
		"window 1 (a, samples 2 to 3): value 1 is NaN":         {{Name: "a", Values: []float32{0, 0, 1, nan}}},
		"no recording is as long as a window of 2 samples: ca": nil,
	} {
		if _, err := labelled.Acceptance(all); !errors.Is(err, pack.ErrSpec) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	s := newSession()
	s.broken = errors.New("no memory")
	d, err := begin(t, good(), s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Golden(walk, nil); !errors.Is(err, s.broken) || errors.Is(err, pack.ErrSpec) {
		t.Errorf("a model that fails: %v", err)
	}
}
