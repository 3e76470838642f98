package pack_test

import (
	"math"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/pack"
)

// scored makes a draft whose spec says what the scores are; "" says nothing.
func scored(t *testing.T, scores string) *pack.Draft {
	t.Helper()
	return draft(t, func(d doc) {
		d["reference"] = doc{"samples": "a.csv"}
		if scores != "" {
			d["outputs"] = []any{doc{"scores": scores}}
		}
	})
}

// apart answers with logits: the mean of a window, and one minus it.
var apart = []pack.Recording{{Name: "one", Values: []float32{3, 3, -1, -1}}} // windows of mean 3, 1, -1

// TestDoubt: outputs that are no probabilities are told, unless the spec says what they are.
func TestDoubt(t *testing.T) {
	for name, tc := range map[string]struct {
		scores string
		all    []pack.Recording
		want   string
	}{
		"probabilities":        {"", walk, ""},
		"below zero":           {"", apart, "window 0 (one, samples 0 to 1) has a score of -2, which no probability is: say `scores: logits` in $.outputs[0]"},
		"stated logits":        {manifest.Logits, apart, ""},
		"stated probabilities": {manifest.Probabilities, apart, ""},
	} {
		r, err := scored(t, tc.scores).Golden(tc.all, nil)
		if err != nil || (tc.want == "") != (r.Doubt == "") || !strings.HasPrefix(r.Doubt, tc.want) {
			t.Errorf("%s: %q, %v; want %q", name, r.Doubt, err, tc.want)
		}
	}
}

// TestDoubtAboutSums: values above zero whose sum is none of probabilities; what rounding makes of a sum is none.
func TestDoubtAboutSums(t *testing.T) {
	for want, out := range map[string]engine.Tensor{
		"the scores of window 0 (one, samples 0 to 1) add up to 7, not to 1: ":         engine.Of([]float32{2, 5}, 1, 2),
		"the scores of window 0 (one, samples 0 to 1) add up to 0.5, not to 1: ":       engine.Of([]float32{0.5, 0}, 1, 2),
		"window 0 (one, samples 0 to 1) has a score of 3.5, which no probability is: ": engine.Of([]float32{3.5}, 1),
		" ": engine.Of([]float32{0.25}, 1),
		"": {
			Type: engine.Int8, Shape: []int{1, 2}, Quant: engine.Quant{Scale: 0.1}, Data: []byte{255, 12}, // -0.1 and 1.2: a step below zero
		},
	} {
		s := newSession()
		s.out, s.fixed = []engine.Tensor{out}, true
		d, err := begin(t, doc{
			"name": "kit", "version": number("3"), "model": "kit.tflite", "labels": []any{"low", "high"}[:out.Elements()],
			"source": doc{"channels": []any{doc{"name": "x", "unit": "V"}}}, "window": doc{"length": number("2"), "hop": number("1")},
			"decide": doc{"threshold": number("0.5"), "hold": number("1")}, "licence": "Apache-2.0",
			"golden": doc{"samples": "a.csv", "tolerance_steps": number("2"), "vectors": number("3")},
		}, s)
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Golden(walk, nil)
		if want = strings.TrimSpace(want); err != nil || (want == "") != (r.Doubt == "") || !strings.HasPrefix(r.Doubt, want) {
			t.Errorf("%q, %v; want %q", r.Doubt, err, want)
		}
	}
}

// TestLogitsInBundle: golden vectors stay what the model says, the reference is of probabilities.
func TestLogitsInBundle(t *testing.T) {
	d := scored(t, manifest.Logits)
	if _, err := d.Golden(apart, nil); err != nil {
		t.Fatal(err)
	}
	if err := d.Reference(apart); err != nil {
		t.Fatal(err)
	}
	b, _ := open(t, d)
	if !b.Logits() || len(b.Golden) == 0 {
		t.Fatalf("%+v", b.Outputs[0])
	}
	if out := (engine.Tensor{Type: engine.Float32, Shape: []int{2}, Data: b.Golden[0].Outputs[0]}); real(t, out, 1) != 3 {
		t.Errorf("the golden vector says %v, the model 3", real(t, out, 1))
	}
	// logits (-2, 3), (0, 1), (2, -1): scipy.special.softmax of each, for "high"
	edges := b.Reference.Scores[1].Edges
	for at, want := range map[int]float64{0: 0.04742587317756678, 16: 0.7310585786300049, 32: 0.9933071490757153} {
		if math.Abs(edges[at]-want) > 1e-12 {
			t.Errorf("quantile %d is %v, want %v", at, edges[at], want)
		}
	}
}
