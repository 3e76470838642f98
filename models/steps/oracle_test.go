package steps_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/internal/npy"
	"github.com/dunlin-iot/dunlin/models/steps"
)

// oracleCase is one step on one window, for both sides.
type oracleCase struct {
	Step    string         `json:"step"`
	Params  map[string]any `json:"params"`
	Rows    int            `json:"rows"`
	Columns int            `json:"columns"`
	Picture []int          `json:"picture"`

	window []float32
}

func (c oracleCase) shape() steps.Shape {
	s := steps.Shape{Rows: c.Rows, Columns: c.Columns}
	if c.Picture != nil {
		s.Picture = steps.Picture{Height: c.Picture[0], Width: c.Picture[1], Depth: c.Picture[2]}
	}
	return s
}

func (c oracleCase) String() string {
	return fmt.Sprintf("%s %v of %v", c.Step, c.Params, c.shape())
}

// bound is how far a value may be off: relative to itself, relative to the largest of the window, and absolute.
type bound struct{ own, largest, absolute float64 }

// bounds are what each Kind's Reference promises.
var bounds = map[string]bound{
	"scale": {largest: 1e-6}, "normalise": {largest: 1e-6}, "z-score": {largest: 1e-6}, "clip": {}, "log": {largest: 1e-6},
	"decibel": {absolute: 1e-4}, "resample": {largest: 2e-6}, "detrend": {largest: 1e-6, absolute: 1e-12}, "moving-rms": {largest: 1e-6},
	"hann": {largest: 1e-6}, "fft-magnitude": {largest: 2e-6}, "mel": {own: 1e-4, largest: 1e-9}, "mfcc": {absolute: 1e-3, largest: 1e-5},
	"resize": {},
}

// TestAgainstPython: every step makes what the library makes that everybody knows.
func TestAgainstPython(t *testing.T) {
	cases := oracleCases()
	tested := map[string]int{}
	for i, want := range python(t, cases) {
		c := cases[i]
		tested[c.Step]++
		t.Run(fmt.Sprintf("%d %v", i, c), func(t *testing.T) { compare(t, c, want) })
	}
	for _, k := range steps.Kinds() {
		if tested[k.Name] < 2 {
			t.Errorf("step %s has %d cases, want at least 2", k.Name, tested[k.Name])
		}
	}
}

func compare(t *testing.T, c oracleCase, want []float32) {
	chain, err := steps.New(c.shape(), []steps.Spec{{Name: c.Step, Params: c.Params}})
	if err != nil {
		t.Fatal(err)
	}
	got := chain.Apply(c.window)
	if len(got) != len(want) || len(got) != chain.Out().Values() {
		t.Fatalf("made %d values of shape %v, the reference has %d", len(got), chain.Out(), len(want))
	}
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(float64(v)))
	}
	b := bounds[c.Step]
	worst, at := 0.0, -1
	for i, w := range want {
		off := math.Abs(float64(got[i]) - float64(w))
		if over := off - (b.absolute + b.own*math.Abs(float64(w)) + b.largest*largest); !(over <= 0) && !(over <= worst) {
			worst, at = over, i
		}
	}
	if at >= 0 {
		t.Errorf("value %d is %v, the reference %v (largest %v)", at, got[at], want[at], largest)
	}
}

// python runs the references of all cases in one process.
func python(t *testing.T, cases []oracleCase) (refs [][]float32) {
	t.Helper()
	program := filepath.Join(fixture.Root(), ".tools", "science", "bin", "python")
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("no Python with librosa: run `bash cross/setup.sh test` (%v)", err)
	}
	dir := t.TempDir()
	for i, c := range cases {
		var raw bytes.Buffer
		if err := binary.Write(&raw, binary.LittleEndian, c.window); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, fmt.Sprint(i, ".in")), raw.Bytes())
	}
	list, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "cases.json"), list)
	cmd := exec.Command(program, fixture.Path(t, "models", "steps", "testdata", "oracle.py"), dir)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("run oracle.py: %v\n%s", err, text)
	}
	for i := range cases {
		data, err := os.ReadFile(filepath.Join(dir, fmt.Sprint(i, ".npy")))
		if err != nil {
			t.Fatal(err)
		}
		a, err := npy.Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, a.Data)
	}
	return refs
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// noise is a window of normal noise around a mean, the same in every run.
func noise(n int, mean, spread float64) []float32 {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(mean + spread*r.NormFloat64())
	}
	return x
}

// tones is a sound of three sines and some noise.
func tones(n int, rate float64) []float32 {
	x := noise(n, 0, 0.01)
	for i := range x {
		t := float64(i) / rate
		x[i] += float32(0.5*math.Sin(2*math.Pi*440*t) + 0.2*math.Sin(2*math.Pi*1870*t+1) + 0.05*math.Sin(2*math.Pi*3300*t))
	}
	return x
}

// bytesOf is a picture of every kind of value, with edges.
func bytesOf(n int) []float32 {
	r := rand.New(rand.NewPCG(3, uint64(n)))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.IntN(256))
		if i/50%3 == 0 {
			x[i] = float32(255 * (i / 150 % 2))
		}
	}
	return x
}
