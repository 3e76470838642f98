package onnx_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

const (
	length, channels, classes = 50, 6, 4
	vectors                   = 8
)

type object = map[string]any

// bundle makes the folder of a model from what scikit-learn exported and predicted.
func bundle(t *testing.T) string {
	t.Helper()
	dir, root := folder(t), t.TempDir()
	at := filepath.Join(root, "wrist", "1")
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	var golden []manifest.Golden
	in, out := file(t, dir, "motions.in.f32"), file(t, dir, "motions.out.f32")
	for i := range vectors {
		i *= len(out) / (4 * classes) / vectors // spread over all recordings
		golden = append(golden, manifest.Golden{
			Inputs:  [][]byte{in[i*4*length*channels : (i+1)*4*length*channels]},
			Outputs: [][]byte{out[i*4*classes : (i+1)*4*classes]},
		})
	}
	vectors, err := cbor.Marshal(golden)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		"model.onnx": file(t, dir, "motions.onnx"), "labels.txt": file(t, dir, "motions.labels"), "golden.cbor": vectors, "card.md": []byte("# wrist\n"),
	}
	sums := object{}
	for name, data := range files {
		sum := sha256.Sum256(data)
		sums[name] = hex.EncodeToString(sum[:])
	}
	if files["manifest.json"], err = json.Marshal(wrist(sums)); err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(at, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func wrist(files object) object {
	var list []object
	for _, name := range []string{"ax", "ay", "az", "gx", "gy", "gz"} {
		list = append(list, object{"name": name, "unit": map[byte]string{'a': "m/s2", 'g': "rad/s"}[name[0]]})
	}
	return object{
		"format": 1, "name": "wrist", "version": 1, "engine": object{"name": "onnx", "min": "1.16.0"},
		"inputs":  []object{{"name": "X", "type": "float32", "shape": []int{1, length * channels}, "unit": "1"}},
		"outputs": []object{{"name": "probabilities", "type": "float32", "shape": []int{1, classes}, "unit": "1"}},
		"source":  object{"channels": list, "rate_hz": 10}, "window": object{"length": length, "hop": 5}, "preprocess": []object{},
		"decide": object{"threshold": 0.6, "hold": 2}, "golden": object{"file": "golden.cbor", "tolerance_steps": 2}, "labels": "labels.txt",
		"licence": "Apache-2.0", "provenance": object{"trainer": "scikit-learn"}, "files": files,
	}
}

// dunlin runs the program and returns its standard output.
func dunlin(t *testing.T, library string, args ...string) string {
	t.Helper()
	out, said, err := tells(t, library, args...)
	if err != nil {
		return err.Error() + ": " + said
	}
	return out
}

// tells runs the program and returns what it prints, and what it says beside that.
func tells(t *testing.T, library string, args ...string) (out, said string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), fixture.Program(t, "dunlin"), args...)
	cmd.Env = append(os.Environ(), "DUNLIN_ONNX="+library, "DUNLIN_TFLITE=/nonexistent/libtflite.so") // which nobody asks for
	var beside strings.Builder
	cmd.Stderr = &beside
	data, err := cmd.Output()
	return string(data), beside.String(), err
}

// A scikit-learn pipeline decides every window of every recording as it does in Python, through the same pipeline as any
// other model.
func TestPredictOnBundle(t *testing.T) {
	root, lib := bundle(t), fixture.ONNX(t)
	if got := dunlin(t, lib, "models", "verify", "wrist", "--models", root); !strings.HasPrefix(got, "wrist@1 on onnx 1.30.0 cpu(7/7): 8 of 8 golden vectors") {
		t.Errorf("verify says %q", got)
	}
	labels := strings.Fields(string(file(t, folder(t), "motions.labels")))
	want := floats(file(t, folder(t), "motions.out.f32"))
	got := strings.TrimSpace(dunlin(t, lib, "predict", "wrist", "--models", root, "--input", fixture.Path(t, "testdata", "recordings"), "-o", "jsonl"))
	lines := strings.Split(got, "\n")
	if len(lines) != len(want)/classes {
		t.Fatalf("%d decisions, want %d: %.300s", len(lines), len(want)/classes, got)
	}
	for i, line := range lines {
		var d struct {
			Recording, Label string
			Score            float64
		}
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		scores := want[i*classes : (i+1)*classes]
		if k := best(scores); d.Label != labels[k] || math.Abs(d.Score-scores[k]) > tolerance {
			t.Errorf("window %d of %s: %s %g, scikit-learn says %s %g", i, d.Recording, d.Label, d.Score, labels[k], scores[k])
		}
	}
}

// Without the library the model is refused with what to do, and other models are none the worse.
func TestPredictWithoutLibrary(t *testing.T) {
	got := dunlin(t, "/nonexistent/libonnxruntime.so", "models", "verify", "wrist", "--models", bundle(t))
	for _, want := range []string{"/nonexistent/libonnxruntime.so does not exist", "make runtime-onnx", "runtime.onnx"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
}
