package tflite_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

const testdata = "../../testdata/engine"

// open opens the runtime that the Makefile fetched. Every test of a process shares one library.
func open(t testing.TB) *tflite.Runtime {
	t.Helper()
	r, err := tflite.Open(tflite.Config{Path: library(t)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// library is the path of the TensorFlow Lite library under test; TestMain has set the variable.
func library(t testing.TB) string {
	t.Helper()
	path := os.Getenv(tflite.EnvLibrary)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: run make runtime", err)
	}
	return path
}

func file(t testing.TB, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// models are the models of testdata/engine with what the Python runtime says of them.
func models(t testing.TB) []enginetest.Model {
	t.Helper()
	type form struct {
		Name, Type string
		Shape      []int
		Scale      float64
		ZeroPoint  int32 `json:"zero_point"`
	}
	var golden map[string]struct {
		Inputs, Outputs []form
		Runs            []enginetest.Golden
	}
	if err := json.Unmarshal(file(t, testdata, "golden.json"), &golden); err != nil {
		t.Fatal(err)
	}
	tensors := func(all []form) (list []engine.Tensor) {
		for _, f := range all {
			d, err := engine.ParseDType(f.Type)
			if err != nil {
				t.Fatal(err)
			}
			q := engine.Quant{Scale: float32(f.Scale), ZeroPoint: f.ZeroPoint}
			list = append(list, engine.Tensor{Name: f.Name, Type: d, Shape: f.Shape, Quant: q})
		}
		return list
	}
	var list []enginetest.Model
	for name, g := range golden {
		m := enginetest.Model{
			Name: name, File: file(t, testdata, name+".tflite"),
			Inputs: tensors(g.Inputs), Outputs: tensors(g.Outputs), Runs: g.Runs, Tolerance: 1e-4,
		}
		if m.Outputs[0].Type == engine.Int8 {
			m.Tolerance = 2
		}
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b enginetest.Model) int { return strings.Compare(a.Name, b.Name) })
	return list
}
