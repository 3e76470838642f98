package manifest_test

import (
	"math"
	"testing"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// TestFromLogits: the numbers are those of scipy.special.softmax, and of scipy.special.expit for one logit.
func TestFromLogits(t *testing.T) {
	for _, tc := range []struct{ in, want []float64 }{
		{[]float64{1, 2, 3}, []float64{0.09003057317038046, 0.24472847105479764, 0.6652409557748218}},
		{[]float64{0.5, -0.25}, []float64{0.679178699175393, 0.32082130082460697}},
		{[]float64{-1000, 0, 1000}, []float64{0, 0, 1}},
		{[]float64{1e300, -1e300}, []float64{1, 0}},
		{[]float64{math.MaxFloat64, -math.MaxFloat64}, []float64{1, 0}},
		{[]float64{-3, -3, -3, -3}, []float64{0.25, 0.25, 0.25, 0.25}},
		{[]float64{0}, []float64{0.5}},
		{[]float64{2}, []float64{0.8807970779778823}},
		{[]float64{-2}, []float64{0.11920292202211755}},
		{[]float64{800}, []float64{1}},
		{[]float64{-1e308}, []float64{0}},
	} {
		got := append([]float64(nil), tc.in...)
		manifest.FromLogits(got)
		for i, v := range got {
			if !(math.Abs(v-tc.want[i]) <= 1e-15) {
				t.Errorf("%v: got %v, want %v", tc.in, got, tc.want)
			}
		}
	}
}

// TestScoresOfManifest: logits are stated; what is not stated stays told apart from what is.
func TestScoresOfManifest(t *testing.T) {
	k := newKit(t)
	for stated, logits := range map[string]bool{"": false, manifest.Probabilities: false, manifest.Logits: true} {
		delete(k.sub("outputs", 0), "scores")
		if stated != "" {
			k.sub("outputs", 0)["scores"] = stated
		}
		if b := k.open(t); b.Outputs[0].Scores != stated || b.Logits() != logits {
			t.Errorf("%q: read as %q, logits %v", stated, b.Outputs[0].Scores, b.Logits())
		}
	}
}
