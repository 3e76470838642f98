package onnx_test

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/enginetest"
	"github.com/dunlin-iot/dunlin/models/onnx"
)

// Models with random bytes changed are refused or run; they crash nothing. The process that loads them is a child, so
// that a crash inside the library is a failure with a seed and not the end of the tests.
func TestDamagedModels(t *testing.T) { enginetest.RunDamaged(t, "damage") }

// damage is the child.
func damage() {
	r, err := onnx.Open(onnx.Config{})
	check(err)
	names, err := filepath.Glob(testdata + "/*.onnx")
	check(err)
	check(enginetest.Damage(r, names, func(model []byte) bool {
		g, err := onnx.Inspect(model)
		return err == nil && slices.Contains(g.Ops, onnx.Op{Name: "Loop"}) // a sound one may run for ever, which the watchdog is for
	}))
}

// A model cut at every 1 kB, and at every byte of its first kB, is refused as a model.
func TestTruncated(t *testing.T) {
	r := open(t)
	names, err := filepath.Glob(testdata + "/*_waves.onnx")
	if err != nil || len(names) == 0 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		whole := file(t, name)
		for n := range len(whole) {
			if n%1024 != 0 && n > 1024 {
				continue
			}
			s, err := r.Load(whole[:n:n], engine.Options{})
			if err == nil {
				s.Close()
				t.Fatalf("%s: %d of %d bytes load", name, n, len(whole))
			}
			if !errors.Is(err, engine.ErrModel) {
				t.Fatalf("%s: %d bytes: %v does not wrap ErrModel", name, n, err)
			}
		}
	}
}

// FuzzInspect: whatever the bytes, Inspect returns, and what it accepts has edges of sizes that can be held.
func FuzzInspect(f *testing.F) {
	names, err := filepath.Glob(testdata + "/*.onnx")
	if err != nil || len(names) == 0 {
		f.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		f.Add(file(f, name))
	}
	f.Add(binary.AppendUvarint(nil, 1<<63))
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := onnx.Inspect(b)
		if err != nil {
			return
		}
		for _, e := range append(slices.Clone(g.Inputs), g.Outputs...) {
			if e.Name == "" || len(e.Shape) > 8 {
				t.Errorf("%+v", e)
			}
		}
	})
}
