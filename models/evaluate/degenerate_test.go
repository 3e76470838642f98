package evaluate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/evaluate"
)

// costs are the metrics of which less is better.
var costs = []string{"log_loss", "brier", "ece"}

// all right or all wrong: n predictions that take turns over the classes, with the given score for what is said.
func uniform(n, classes int, sure float64, right bool) []evaluate.Prediction {
	out := make([]evaluate.Prediction, n)
	for i := range out {
		scores := slices.Repeat([]float64{(1 - sure) / float64(classes-1)}, classes)
		said := i % classes
		scores[said] = sure
		out[i] = evaluate.Prediction{Truth: said, Scores: scores, Slice: "all"}
		if !right {
			out[i].Truth = (said + 1) % classes
		}
	}
	return out
}

// TestRightEveryTimeIsNotCertain: n right of n never proves that a model is always right, of whatever metric; more of
// them prove more.
func TestRightEveryTimeIsNotCertain(t *testing.T) {
	for classes := 2; classes <= 12; classes++ {
		before := map[string]evaluate.Metric{}
		for _, n := range []int{2, 8, 80, 1000} {
			r := evaluated(t, uniform(n, classes, 1, true), classes)
			for name, m := range bounded(r) {
				at := fmt.Sprintf("%d of %d, %d classes: %s is %+v", n, n, classes, name, m)
				if missed := r.Check([]evaluate.Bound{best(name, m)}); len(missed) != 1 {
					t.Errorf("%s: accepted", at)
				}
				fewer, ok := before[name]
				switch grown := fewer.High-fewer.Low > m.High-m.Low; {
				case !ok || strings.Contains(name, "[") && n == 8: // a class may have one sample still
				case fewer.Defined && !grown:
					t.Errorf("%s; with fewer samples %+v", at, fewer)
				}
				before[name] = m
			}
			slice := best("f1_macro", evaluate.Metric{})
			slice.Slice = "all"
			if missed := r.Check([]evaluate.Bound{slice}); len(missed) != 1 {
				t.Errorf("%d of %d, %d classes: the slice is %+v, and accepted", n, n, classes, r.Slices[0].F1)
			}
		}
	}
}

// best is a bound that only a model without fault reaches: 1, or of a cost the value itself.
func best(name string, m evaluate.Metric) evaluate.Bound {
	one := 1.0
	if slices.Contains(costs, name) {
		return evaluate.Bound{Metric: name, Max: &m.Value}
	}
	return evaluate.Bound{Metric: name, Min: &one}
}

// TestWrongEveryTimeIsNotCertain: as little does n wrong of n prove that it never is right. Only the correlation may be
// known to be negative.
func TestWrongEveryTimeIsNotCertain(t *testing.T) {
	for classes := 2; classes <= 12; classes++ {
		for name, m := range bounded(evaluated(t, uniform(36, classes, 0.9, false), classes)) {
			if m.Defined && (m.High <= m.Low || m.High <= 0 && name != "mcc") {
				t.Errorf("%d classes: %s is %+v", classes, name, m)
			}
		}
	}
}

// TestIntervalsOfAnySet: whatever the set, a metric that is defined has an interval around its value, within what the
// metric can be.
func TestIntervalsOfAnySet(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 2000 {
		s := randomSet(r)
		for name, m := range bounded(evaluated(t, s.predictions(), len(s.Scores[0]))) {
			least, most := 0.0, 1.0
			switch name {
			case "mcc":
				least = -1
			case "log_loss":
				most = 37 // minus the logarithm of what a probability of 0 counts as
			case "brier":
				most = 2
			}
			if !m.Defined {
				continue
			}
			if !(least <= m.Low && m.Low <= m.Value && m.Value <= m.High && m.High <= most+1e-12 && m.Low < m.High) {
				t.Fatalf("%s is %+v on %+v", name, m, s)
			}
		}
	}
}

// Numbers that other people published.
func TestPublishedIntervals(t *testing.T) {
	near := func(what string, m evaluate.Metric, low float64) {
		if math.Abs(m.Low-low) > 5e-5 || m.High != 1 {
			t.Errorf("%s: %.4f to %.4f, want %.4f to 1", what, m.Low, m.High, low)
		}
	}
	// 8 of 8 of each of two classes: each recall is 0.6756 or better (Wilson), their mean 1 - (1-0.6756)/sqrt(2) or better.
	r := evaluated(t, uniform(16, 2, 0.9, true), 2)
	near("balanced accuracy", r.BalancedAccuracy, 1-(1-0.6756)/math.Sqrt2)
	// MCC of two classes of one size is twice the accuracy, less one: 16 of 16 is 0.8064 or better.
	near("mcc", r.MCC, 2*0.8064-1)
	// F1 is 2j/(1+j): 8 of 8 is 2*0.6756/1.6756 or better.
	near("f1", r.Classes[0].F1, 2*0.6756/1.6756)
	// An area of 1 of one sample against one is a share of one of one: Wilson's 0.2065.
	near("roc auc", evaluated(t, uniform(2, 2, 0.9, true), 2).ROCAUC, 0.2065)
	// Costs of 0 and 1 are a share: the Brier score of two classes, sure and right 72 of 80 times, is Wilson's 8 of 80, 0.1851
	// or less.
	all := uniform(80, 2, 1, true)
	for i := range 8 {
		all[i].Truth = 1 - all[i].Truth
	}
	if b := evaluated(t, all, 2).Brier; math.Abs(b.High-0.1851) > 5e-5 {
		t.Errorf("brier: at most %.4f, want 0.1851", b.High)
	}
}

// A slice of fewer than MinSlice samples reaches no bound, and says why.
func TestSmallSliceReachesNoBound(t *testing.T) {
	least := 0.1
	for _, metric := range []string{"accuracy", "f1_macro"} {
		few := evaluated(t, uniform(evaluate.MinSlice-1, 2, 0.9, true), 2)
		missed := strings.Join(few.Check([]evaluate.Bound{{Metric: metric, Slice: "all", Min: &least}}), "; ")
		if want := metric + " of all is of 29 samples, too few to judge: a slice wants 30"; missed != want {
			t.Errorf("%q, want %q", missed, want)
		}
		if missed := evaluated(t, uniform(evaluate.MinSlice, 2, 0.9, true), 2).Check([]evaluate.Bound{{Metric: metric, Slice: "all", Min: &least}}); len(missed) > 0 {
			t.Errorf("%d samples: %v", evaluate.MinSlice, missed)
		}
	}
}
