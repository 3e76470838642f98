package pipeline_test

import (
	"math"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// TestLogits: threshold and score are of probabilities, whatever type says the logits. The numbers are those of
// scipy.special.softmax and scipy.special.expit.
func TestLogits(t *testing.T) {
	for name, tc := range map[string]struct {
		out   engine.Tensor
		label int
		score float64
		held  bool
	}{
		"floats":      {engine.Of([]float32{1, 2, 3}, 1, 3), 2, 0.6652409557748218, true},
		"uncertain":   {engine.Of([]float32{5, 5, 4.5}, 1, 3), 0, 1 / (2 + math.Exp(-0.5)), false}, // 0.38, though each is above 0.6
		"below zero":  {engine.Of([]float32{-9, -7, -8}, 1, 3), 1, 0.6652409557748218, true},
		"nearly sure": {engine.Of([]float32{100, 100.00001, 0}, 1, 3), 1, 0.5000019073, false},
		"int8": {engine.Tensor{Type: engine.Int8, Shape: []int{1, 3}, Quant: engine.Quant{Scale: 0.5, ZeroPoint: -10}, Data: []byte{0xf8, 0xfa, 0xfc}}, // -8, -6, -4
			2, 0.6652409557748218, true},
		"uint8": {engine.Tensor{Type: engine.Uint8, Shape: []int{1, 3}, Quant: engine.Quant{Scale: 1. / 64, ZeroPoint: 128}, Data: []byte{222, 172, 112}},
			0, 0.61082747, true},
		"one":           {engine.Of([]float32{2}, 1, 1), 0, 0.8807970779778823, true},
		"one, unlikely": {engine.Of([]float32{-2}, 1, 1), 0, 0.11920292202211755, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := &quick{ins: []engine.Tensor{engine.Of(make([]float32, 1), 1, 1, 1)}, outs: []engine.Tensor{tc.out}}
			var got []pipeline.Decision
			r := newRig(samples(2), pipeline.FeedConfig{Lossless: true}, pipeline.Config{OnDecision: func(d pipeline.Decision) { got = append(got, d) }},
				pipeline.Model{Session: s, Framer: framer(t, 1, 1), Labels: labels[:tc.out.Elements()], Logits: true, Rule: pipeline.Rule{Threshold: 0.6}})
			r.run(t)
			if len(got) != 2 {
				t.Fatalf("%d decisions", len(got))
			}
			if d := got[1]; d.Label != tc.label || math.Abs(d.Score-tc.score) > 1e-8 || d.Held != tc.held {
				t.Errorf("got %+v, want label %d, score %v, held %v", d, tc.label, tc.score, tc.held)
			}
		})
	}
}

// TestLogitsAgainstReference: a reference is of probabilities, and so is what a trial compares with it.
func TestLogitsAgainstReference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := answering(1, 10, 5)
		next.Logits = true
		next.Reference = &manifest.Reference{Samples: 64, Windows: 32, Scores: []manifest.Quantiles{
			{Name: labels[0], Edges: ramp(0, 1)}, {Name: labels[1], Edges: ramp(0, 1)}, {Name: labels[2], Edges: ramp(-1, 0)},
		}}
		n, got := onTrial(t, next)
		// logits 0, 1 and 0: 1/(2+e) = 0.212 and e/(2+e) = 0.576, in eighths
		want := pipeline.Against{Windows: 32, Labels: []pipeline.AgainstLabel{
			{[]uint64{0, n, 0, 0, 0, 0, 0, 0}, even}, {[]uint64{0, 0, 0, 0, n, 0, 0, 0}, even}, {[]uint64{0, 0, 0, 0, 0, 0, 0, n}, even},
		}}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}
