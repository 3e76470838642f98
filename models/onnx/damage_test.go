package onnx_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/onnx"
)

const (
	seedEnv       = "DUNLIN_TEST_SEED"
	damagedModels = 1500 // of each kind
)

// Models with random bytes changed are refused or run; they crash nothing. The process that loads them is a child, so
// that a crash inside the library is a failure with a seed and not the end of the tests.
func TestDamagedModels(t *testing.T) {
	seed := uint64(20261125) // the same for everybody; the variable takes another one, for longer hunts
	if s := os.Getenv(seedEnv); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	out, err := child(t, "damage", fmt.Sprintf("%s=%d", seedEnv, seed))
	t.Logf("seed %d: %s", seed, out[max(0, len(out)-2000):])
	if err != nil {
		t.Errorf("%v; repeat with %s=%d", err, seedEnv, seed)
	}
}

// damage is the child: each model with one to four bytes changed, many times over.
func damage() {
	seed, err := strconv.ParseUint(os.Getenv(seedEnv), 10, 64)
	check(err)
	r, err := onnx.Open(onnx.Config{})
	check(err)
	random := rand.New(rand.NewPCG(seed, 0))
	names, err := filepath.Glob(testdata + "/*.onnx")
	check(err)
	for _, name := range names {
		good, err := os.ReadFile(name)
		check(err)
		refused := 0
		for i := range damagedModels {
			bad := slices.Clone(good)
			for range 1 + random.IntN(4) {
				bad[random.IntN(len(bad))] = byte(random.Uint32())
			}
			keep(bad)
			if !tryDamaged(r, bad, [][]string{nil, {"none"}}[i%2]) {
				refused++
			}
		}
		fmt.Printf("%s: %d damaged, %d refused\n", name, damagedModels, refused)
	}
}

// tryDamaged loads, runs and closes; false when the model was refused. Only crashes and wrong errors end the child.
func tryDamaged(r *onnx.Runtime, bad []byte, way []string) bool {
	if g, err := onnx.Inspect(bad); err == nil && slices.Contains(g.Ops, onnx.Op{Name: "Loop"}) {
		return true // a sound loop may run for ever, which the watchdog is for
	}
	s, err := r.Load(bad, engine.Options{Delegates: way})
	if err != nil {
		if !errors.Is(err, engine.ErrModel) {
			check(err)
		}
		return false
	}
	size := 0
	for _, t := range append(slices.Clone(s.Inputs()), s.Outputs()...) {
		size += len(t.Data)
	}
	if size < 1<<14 { // a byte of a shape may make a sound model that runs for minutes
		s.Invoke() // may fail
	}
	check(s.Close())
	return true
}

// keep writes the model that may crash the child to the folder in $DUNLIN_TEST_KEEP, for whoever looks for the cause.
func keep(bad []byte) {
	if dir := os.Getenv("DUNLIN_TEST_KEEP"); dir != "" {
		check(os.WriteFile(filepath.Join(dir, "damaged.onnx"), bad, 0o600))
	}
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
