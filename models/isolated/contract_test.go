package isolated_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/isolated"
)

const testdata = "../../testdata/engine"

// TestContract runs the suite of all engines on TensorFlow Lite in a process of its own. Every load starts a process, so
// it takes two models: quantised, and one with several inputs and outputs.
func TestContract(t *testing.T) {
	e, err := isolated.Open(isolated.Config{Command: command(t, "serve"), Engine: "tflite"})
	if err != nil {
		t.Fatalf("%v: run make runtime", err)
	}
	enginetest.Run(t, enginetest.Config{
		Engine: e, Growth: growth, Ways: [][]string{nil, {"xnnpack"}, {"none"}},
		Models: []enginetest.Model{golden(t, "conv_int8"), golden(t, "two_by_two")},
		Bad: map[string]enginetest.Refuse{
			"empty":            {File: nil, Says: "no TensorFlow Lite file"},
			"text":             {File: []byte(strings.Repeat("this is no model\n", 20)), Says: "no TensorFlow Lite file"},
			"unknown operator": {File: file(t, "custom_op.tflite"), Says: "Betainc"},
			"dynamic output":   {File: file(t, "dynamic_output.tflite"), Says: "shape is dynamic"},
		},
	})
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(testdata, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden is a model of testdata/engine with what the Python runtime says of it.
func golden(t testing.TB, name string) enginetest.Model {
	t.Helper()
	type form struct {
		Name, Type string
		Shape      []int
		Scale      float64
		ZeroPoint  int32 `json:"zero_point"`
	}
	var all map[string]struct {
		Inputs, Outputs []form
		Runs            []enginetest.Golden
	}
	if err := json.Unmarshal(file(t, "golden.json"), &all); err != nil {
		t.Fatal(err)
	}
	tensors := func(forms []form) (list []engine.Tensor) {
		for _, f := range forms {
			d, err := engine.ParseDType(f.Type)
			if err != nil {
				t.Fatal(err)
			}
			q := engine.Quant{Scale: float32(f.Scale), ZeroPoint: f.ZeroPoint}
			list = append(list, engine.Tensor{Name: f.Name, Type: d, Shape: f.Shape, Quant: q})
		}
		return list
	}
	g := all[name]
	m := enginetest.Model{Name: name, File: file(t, name+".tflite"), Inputs: tensors(g.Inputs), Outputs: tensors(g.Outputs), Runs: g.Runs, Tolerance: 1e-4}
	if m.Outputs[0].Type == engine.Int8 {
		m.Tolerance = 2
	}
	return m
}
