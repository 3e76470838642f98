package onnx_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// npy is an array of NumPy made of raw float32 numbers.
func npy(t *testing.T, path, shape string, raw []byte) {
	t.Helper()
	head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape)
	out := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(head)))
	if err := os.WriteFile(path, append(append(out, head...), raw...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// packs writes a spec and packs it twice: with the outputs that the training tool gave, which must agree on every window,
// and with one of them moved by 0.25, 64 steps of 1/256.
func packs(t *testing.T, dir, spec, shape string, outputs []byte, windows int) {
	t.Helper()
	path := filepath.Join(dir, "spec.yaml")
	if err := os.WriteFile(path, []byte(spec), 0o600); err != nil {
		t.Fatal(err)
	}
	npy(t, filepath.Join(dir, "outputs.npy"), shape, outputs)
	file := filepath.Join(dir, "packed-1.dunlin")
	if got := dunlin(t, fixture.ONNX(t), "models", "pack", path, "--out", file, "--models", dir); !strings.HasPrefix(got, file+"  ") {
		t.Fatalf("pack says %q", got)
	}
	if got := dunlin(t, fixture.ONNX(t), "models", "verify", file, "--models", dir); !strings.Contains(got, " on onnx 1.30.0 cpu(") {
		t.Errorf("verify says %q", got)
	}
	at := len(outputs) - 4*7
	v := math.Float32frombits(binary.LittleEndian.Uint32(outputs[at:])) + 0.25
	binary.LittleEndian.PutUint32(outputs[at:], math.Float32bits(v))
	npy(t, filepath.Join(dir, "outputs.npy"), shape, outputs)
	got := dunlin(t, fixture.ONNX(t), "models", "pack", path, "--out", filepath.Join(dir, "wrong-1.dunlin"), "--models", dir)
	if want := fmt.Sprintf("64 steps apart (allowed 1); in all 1 of %d windows differ by more", windows); !strings.HasPrefix(got, "exit status 2: ") || !strings.Contains(got, want) {
		t.Errorf("pack of other outputs says %q, want %q", got, want)
	}
}

// TestPackKeras: whole windows as an array, and Keras's own predictions of all of them.
func TestPackKeras(t *testing.T) {
	dir, data := t.TempDir(), fixture.Path(t, "testdata", "onnx")
	npy(t, filepath.Join(dir, "samples.npy"), "200, 32, 1", file(t, data, "keras_waves.in.f32"))
	packs(t, dir, `
name: packed
version: 1
model: `+filepath.Join(data, "keras_waves.onnx")+`
engine: {min: "1.16.0"}
labels: [sine, square, noise]
source: {channels: [{name: wave, unit: "1"}]}
window: {length: 32, hop: 32}
decide: {threshold: 0.5, hold: 1}
golden: {samples: samples.npy, outputs: outputs.npy, vectors: 8, tolerance_steps: 1}
licence: Apache-2.0
`, "200, 3", file(t, data, "keras_waves.out.f32"), 200)
}

// TestPackScikitLearn: recordings as CSV, cut into windows here, and scikit-learn's predictions of the windows that Python cut.
func TestPackScikitLearn(t *testing.T) {
	dir, made := t.TempDir(), folder(t)
	outputs := file(t, made, "motions.out.f32")
	channels := ""
	for _, name := range []string{"ax", "ay", "az"} {
		channels += "{name: " + name + ", unit: m/s2}, "
	}
	for _, name := range []string{"gx", "gy", "gz"} {
		channels += "{name: " + name + ", unit: rad/s}, "
	}
	packs(t, dir, `
name: packed
version: 1
model: `+filepath.Join(made, "motions.onnx")+`
engine: {min: "1.16.0"}
labels: [`+strings.Join(strings.Fields(string(file(t, made, "motions.labels"))), ", ")+`]
source: {channels: [`+strings.TrimSuffix(channels, ", ")+`], rate_hz: 10}
window: {length: 50, hop: 5}
decide: {threshold: 0.6, hold: 2}
golden: {samples: `+fixture.Path(t, "testdata", "recordings")+`, outputs: outputs.npy, tolerance_steps: 1}
licence: Apache-2.0
provenance: {trainer: scikit-learn}
`, fmt.Sprintf("%d, %d", len(outputs)/4/classes, classes), outputs, len(outputs)/4/classes)
}
