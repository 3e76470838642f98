package evaluate_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/evaluate"
)

// coin makes n predictions of two classes, right with probability p.
func coin(r *rand.Rand, n int, p float64) []evaluate.Prediction {
	out := make([]evaluate.Prediction, n)
	for i := range out {
		truth := r.IntN(2)
		said := truth
		if r.Float64() >= p {
			said = 1 - truth
		}
		scores := []float64{0.3, 0.3}
		scores[said] = 0.7
		out[i] = evaluate.Prediction{Truth: truth, Scores: scores, Slice: []string{"site=north", "site=south"}[i%2]}
	}
	return out
}

// The textbook's Wilson interval: 9 of 10 is 0.596 to 0.982 (Newcombe 1998, method 3).
func TestWilson(t *testing.T) {
	low, high := evaluate.Wilson(9, 10)
	if math.Abs(low-0.5958) > 5e-4 || math.Abs(high-0.9821) > 5e-4 {
		t.Errorf("9 of 10: %.4f to %.4f", low, high)
	}
	if low, high := evaluate.Wilson(0, 10); low != 0 || math.Abs(high-0.2775) > 5e-4 {
		t.Errorf("0 of 10: %.4f to %.4f", low, high)
	}
}

func TestGateComparesTheUnfavourableEnd(t *testing.T) {
	report, err := evaluate.Evaluate(coin(rand.New(rand.NewPCG(1, 1)), 400, 0.9), []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	just := report.Accuracy.Low
	above, never, huge := just+1e-6, 2.0, 1.0
	for _, c := range []struct {
		name  string
		bound evaluate.Bound
		says  string
	}{
		{"at the lower end", evaluate.Bound{Metric: "accuracy", Min: &just}, ""},
		{"above the lower end, below the value", evaluate.Bound{Metric: "accuracy", Min: &above}, "with 95 % certainty"},
		{"a maximum", evaluate.Bound{Metric: "log_loss", Max: &huge}, ""},
		{"by class", evaluate.Bound{Metric: "recall[b]", Min: &never}, "recall[b]"},
		{"by slice", evaluate.Bound{Metric: "accuracy", Slice: "site=north", Min: &never}, "accuracy of site=north"},
		{"no such slice", evaluate.Bound{Metric: "accuracy", Slice: "site=west", Min: &just}, "no slice site=west"},
		{"no such metric", evaluate.Bound{Metric: "speed", Min: &just}, "no metric"},
		{"not measured", evaluate.Bound{Metric: "latency_p99_ms", Max: &huge}, "no metric"},
	} {
		t.Run(c.name, func(t *testing.T) {
			missed := strings.Join(report.Check([]evaluate.Bound{c.bound}), "; ")
			if (missed == "") != (c.says == "") || !strings.Contains(missed, c.says) {
				t.Errorf("%q, want %q", missed, c.says)
			}
		})
	}
}

func TestUndefinedIsNotGood(t *testing.T) {
	one := []evaluate.Prediction{{Truth: 0, Scores: []float64{0.9, 0.1}}}
	report, err := evaluate.Evaluate(one, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	if report.ROCAUC.Defined || report.MCC.Defined || report.Classes[1].Recall.Defined {
		t.Errorf("defined on one class: %+v", report)
	}
	zero := 0.0
	if missed := report.Check([]evaluate.Bound{{Metric: "roc_auc", Min: &zero}}); len(missed) != 1 {
		t.Errorf("an undefined metric passes: %v", missed)
	}
}

func TestBadPredictions(t *testing.T) {
	labels := []string{"a", "b"}
	for name, all := range map[string][]evaluate.Prediction{
		"none":       nil,
		"few scores": {{Scores: []float64{1}}},
		"truth":      {{Truth: 2, Scores: []float64{1, 0}}},
		"nan":        {{Scores: []float64{math.NaN(), 0}}},
	} {
		if _, err := evaluate.Evaluate(all, labels); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestNamesKnowEveryMetric(t *testing.T) {
	names := evaluate.Names([]string{"a", "b"})
	for _, want := range []string{"accuracy", "f1_macro", "recall[b]", "f1[b]", "f1_binary", "latency_p99_ms", "ece"} {
		if !slices.Contains(names, want) {
			t.Errorf("%v lacks %s", names, want)
		}
	}
}
