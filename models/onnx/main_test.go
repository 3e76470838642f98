package onnx_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/onnx"
)

const testdata = "../../testdata/onnx"

// TestMain lets tests run parts that may crash, or that need another library, in a process of their own.
func TestMain(m *testing.M) {
	if os.Getenv(onnx.EnvLibrary) == "" { // what make runtime-onnx fetched
		check(os.Setenv(onnx.EnvLibrary, fetched(runtime.GOARCH)))
	}
	switch os.Getenv(enginetest.ChildEnv) {
	case "":
		os.Exit(m.Run())
	case "damage":
		damage()
	case "open":
		openAndReport()
	}
	os.Exit(0)
}

func fetched(arch string) string {
	return filepath.Join("..", "..", "build", "runtime", "linux-"+arch, "libonnxruntime.so.1.30.0")
}

func check(err error) {
	if err != nil {
		fmt.Println("child:", err)
		os.Exit(1)
	}
}

// library is the path of the library under test.
func library(t testing.TB) string {
	t.Helper()
	path := os.Getenv(onnx.EnvLibrary)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: run make runtime-onnx", err)
	}
	return path
}

// open opens the library under test. Every test of a process shares one.
func open(t testing.TB) *onnx.Runtime {
	t.Helper()
	r, err := onnx.Open(onnx.Config{Path: library(t)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func file(t testing.TB, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func load(t testing.TB, model []byte, opts engine.Options) *onnx.Session {
	t.Helper()
	s, err := open(t).Load(model, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s.(*onnx.Session)
}

// models are the models of testdata/onnx with what the reference evaluator of the onnx package says of them.
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
			list = append(list, engine.Tensor{Name: f.Name, Type: d, Shape: f.Shape, Quant: engine.Quant{Scale: float32(f.Scale), ZeroPoint: f.ZeroPoint}})
		}
		return list
	}
	var list []enginetest.Model
	for name, g := range golden {
		m := enginetest.Model{
			Name: name, File: file(t, testdata, name+".onnx"),
			Inputs: tensors(g.Inputs), Outputs: tensors(g.Outputs), Runs: g.Runs, Tolerance: 1e-5,
		}
		if strings.Contains(name, "int8") {
			m.Tolerance = 1
		}
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b enginetest.Model) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// openAndReport is a child that opens $DUNLIN_ONNX and says how that went.
func openAndReport() {
	r, err := onnx.Open(onnx.Config{})
	if !errors.Is(err, engine.ErrRuntime) {
		check(err)
		fmt.Println(r.Version())
		return
	}
	check(err)
}
