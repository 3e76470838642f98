package tflite_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

const (
	seedEnv       = "DUNLIN_TEST_SEED"
	damagedModels = 1500 // of each kind
	motions       = "../../examples/models/motions/1/model.tflite"
)

// Models with random bytes changed are refused or run; they crash nothing. The process that loads them is a child, so
// that a crash inside the library is a failure with a seed and not the end of the tests.
func TestDamagedModels(t *testing.T) {
	seed := uint64(20261124) // the same for everybody; the variable takes another one, for longer hunts
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
	r, err := tflite.Open(tflite.Config{})
	check(err)
	random := rand.New(rand.NewPCG(seed, 0))
	for _, name := range []string{
		testdata + "/conv_int8.tflite", testdata + "/conv_float.tflite", testdata + "/two_by_two.tflite",
		testdata + "/dense_per_channel.tflite", motions, keywords,
	} {
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
func tryDamaged(r *tflite.Runtime, bad []byte, way []string) bool {
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
		check(os.WriteFile(filepath.Join(dir, "damaged.tflite"), bad, 0o600))
	}
}
