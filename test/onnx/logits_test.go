package onnx_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// logitsSpec is of a dense layer without softmax, quantised, whose logits lie between -2 and 2.
const logitsSpec = `
name: dense
version: 1
model: MODEL
engine: {min: "1.16.0"}
labels: [low, middle, high]
outputs: [{name: logit, unit: "1"SCORES}]
source: {channels: [{name: x, unit: "1"}]}
window: {length: 16, hop: 16}
decide: {threshold: 0.5, hold: 1}
golden: {samples: samples.npy, vectors: 8, tolerance_steps: 1}
acceptance: {samples: samples.npy, truth: truth.npy, bounds: [{metric: accuracy, min: 0.6}]}
licence: Apache-2.0
`

// The windows are those of testdata/onnx/golden.json. What the reference evaluator of onnx makes of them, through
// scipy.special.softmax, is most probable at these labels with these probabilities.
var (
	logitsLabels = []string{"low", "low", "low", "middle", "middle", "high", "low", "middle"}
	logitsScores = []float64{
		0.6108274731859699, 0.41919329413218365, 0.5101283064493181, 0.5418549767833656,
		0.6743820786468772, 0.41614066695165103, 0.4678022397437098, 0.4385780493321824,
	}
)

// logitsLoss is the mean of -ln of them.
const logitsLoss = 0.687853908377962

// TestLogits: a model of logits is packed, predicts and is tested in probabilities, when its manifest says what they are.
func TestLogits(t *testing.T) {
	dir := t.TempDir()
	logitsWindows(t, dir)
	if said := packLogits(t, dir, ""); !strings.Contains(said, "which no probability is: say `scores: logits` in $.outputs[0]") {
		t.Errorf("pack does not wonder: %s", said)
	}
	if d := logitsPredicted(t, dir)[1]; d.Score != 1.984375 || !d.Held { // (255 - 128) / 64
		t.Errorf("without the key %+v, want the logit as it stands", d)
	}
	if a := logitsTested(t, dir); a.Scores != "guessed logits" {
		t.Errorf("the test took the scores for %q", a.Scores)
	}
	if said := packLogits(t, dir, ", scores: logits"); strings.Contains(said, "scores:") {
		t.Errorf("pack wonders: %s", said)
	}
	for i, d := range logitsPredicted(t, dir) {
		if d.Label != logitsLabels[i] || math.Abs(d.Score-logitsScores[i]) > 1e-9 || d.Held != (logitsScores[i] >= 0.5) {
			t.Errorf("window %d: %+v, want %s with %v", i, d, logitsLabels[i], logitsScores[i])
		}
	}
	if a := logitsTested(t, dir); a.Scores != "logits" || math.Abs(a.Set.LogLoss.Value-logitsLoss) > 1e-9 || a.Set.Accuracy.Value != 1 {
		t.Errorf("tested: %+v", a)
	}
	if got := dunlin(t, fixture.ONNX(t), "models", "inspect", filepath.Join(dir, "dense-1.dunlin")); !strings.Contains(got, "zero point 128, scores are logits") {
		t.Errorf("inspect says %s", got)
	}
}

// logitsWindows writes the inputs of the golden runs as real values, and the labels.
func logitsWindows(t *testing.T, dir string) {
	t.Helper()
	var golden map[string]struct{ Runs []struct{ Inputs [][]byte } }
	if err := json.Unmarshal(file(t, fixture.Path(t, "testdata", "onnx", "golden.json")), &golden); err != nil {
		t.Fatal(err)
	}
	var samples, truth []byte
	add := func(to []byte, v float32) []byte { return binary.LittleEndian.AppendUint32(to, math.Float32bits(v)) }
	for i, run := range golden["dense_uint8"].Runs {
		for _, stored := range run.Inputs[0] {
			samples = add(samples, float32(stored)/255)
		}
		truth = add(truth, float32(slices.Index([]string{"low", "middle", "high"}, logitsLabels[i])))
	}
	npy(t, filepath.Join(dir, "samples.npy"), "8, 16, 1", samples)
	npy(t, filepath.Join(dir, "truth.npy"), "8,", truth)
}

// packLogits packs the model with what the spec says of its scores, and returns what is told of it.
func packLogits(t *testing.T, dir, scores string) string {
	t.Helper()
	spec := strings.NewReplacer("MODEL", fixture.Path(t, "testdata", "onnx", "dense_uint8.onnx"), "SCORES", scores).Replace(logitsSpec)
	if err := os.WriteFile(filepath.Join(dir, "spec.yaml"), []byte(spec), 0o600); err != nil {
		t.Fatal(err)
	}
	out, said, err := tells(t, fixture.ONNX(t), "models", "pack", filepath.Join(dir, "spec.yaml"), "--out", dir, "--models", dir, "--force")
	if err != nil {
		t.Fatalf("pack: %v: %s%s", err, out, said)
	}
	return said
}

type logitsDecision struct {
	Label string
	Score float64
	Held  bool
}

func logitsPredicted(t *testing.T, dir string) (all []logitsDecision) {
	t.Helper()
	got := dunlin(t, fixture.ONNX(t), "predict", "dense", "--models", dir, "--input", filepath.Join(dir, "samples.npy"), "-o", "jsonl")
	for line := range strings.Lines(got) {
		var d logitsDecision
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatalf("predict says %s: %v", got, err)
		}
		all = append(all, d)
	}
	if len(all) != len(logitsLabels) {
		t.Fatalf("%d decisions: %s", len(all), got)
	}
	return all
}

type logitsReport struct {
	Scores string
	Set    struct {
		Accuracy struct{ Value float64 }
		LogLoss  struct{ Value float64 } `json:"log_loss"`
	}
}

func logitsTested(t *testing.T, dir string) (r logitsReport) {
	t.Helper()
	got := dunlin(t, fixture.ONNX(t), "models", "test", filepath.Join(dir, "dense-1.dunlin"), "--runs", "8", "--time", "1ms", "-o", "json")
	if err := json.Unmarshal([]byte(got), &r); err != nil {
		t.Fatalf("test says %s: %v", got, err)
	}
	return r
}
