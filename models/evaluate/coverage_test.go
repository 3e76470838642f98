package evaluate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/evaluate"
)

// population makes a model's answers, of which sets are drawn: logits with noise, of classes that occur as often as
// shares says.
type population struct {
	name   string
	shares []float64
	signal float64 // by how much the right logit is higher; one class a little less than the one before
	heat   float64 // what logits are multiplied with: above 1, the model is too sure
	steps  float64 // of a quantised output; 0 for none
}

var populations = []population{
	{"two classes, right on 80 %", []float64{0.5, 0.5}, 1.2, 1, 0},
	{"two classes, one rare, right on 95 %", []float64{0.85, 0.15}, 2.6, 1, 0},
	{"three classes, too sure", []float64{0.5, 0.3, 0.2}, 1.8, 2, 0},
	{"four classes, quantised, right on 97 %", []float64{0.25, 0.25, 0.25, 0.25}, 3.4, 2, 256},
	{"five classes, certain of everything, right on 90 %", []float64{0.3, 0.25, 0.2, 0.15, 0.1}, 2.9, 8, 256},
	{"eight classes, not sure enough", []float64{0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05}, 2.4, 0.7, 256},
}

func (p population) all(n int) []evaluate.Prediction {
	r := rand.New(rand.NewPCG(20261125, uint64(len(p.name))))
	var out []evaluate.Prediction
	for truth, share := range p.shares {
		for range int(share * float64(n)) {
			scores, sum := make([]float64, len(p.shares)), 0.0
			for k := range scores {
				logit := r.NormFloat64()
				if k == truth {
					logit += p.signal * (1 - 0.05*float64(k))
				}
				scores[k] = math.Exp(p.heat * logit)
				sum += scores[k]
			}
			total := 0.0
			for k := range scores {
				scores[k] /= sum
				if p.steps > 0 {
					scores[k] = math.Round(scores[k]*p.steps) / p.steps
				}
				total += scores[k]
			}
			for k := range scores {
				scores[k] /= total
			}
			out = append(out, evaluate.Prediction{Truth: truth, Scores: scores})
		}
	}
	return out
}

// bounded are the metrics of a report whose interval is looked at, by the name that a bound has.
func bounded(r *evaluate.Report) map[string]evaluate.Metric {
	out := map[string]evaluate.Metric{
		"accuracy": r.Accuracy, "balanced_accuracy": r.BalancedAccuracy, "mcc": r.MCC, "log_loss": r.LogLoss, "brier": r.Brier, "ece": r.ECE,
		"precision_macro": r.Precision.Macro, "recall_macro": r.Recall.Macro, "f1_macro": r.F1.Macro,
		"precision_micro": r.Precision.Micro, "recall_micro": r.Recall.Micro, "f1_micro": r.F1.Micro,
		"precision_weighted": r.Precision.Weighted, "recall_weighted": r.Recall.Weighted, "f1_weighted": r.F1.Weighted,
		"roc_auc": r.ROCAUC, "average_precision": r.AveragePrecision,
	}
	for i, c := range r.Classes {
		name := fmt.Sprintf("[%d]", i)
		out["precision"+name], out["recall"+name], out["f1"+name] = c.Precision, c.Recall, c.F1
		out["roc_auc"+name], out["average_precision"+name] = c.ROCAUC, c.AveragePrecision
	}
	return out
}

// evaluated is the report of a set whose classes are called 0, 1, and so on.
func evaluated(t testing.TB, all []evaluate.Prediction, classes int) *evaluate.Report {
	t.Helper()
	r, err := evaluate.Evaluate(all, names(classes))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func names(classes int) (out []string) {
	for i := range classes {
		out = append(out, strconv.Itoa(i))
	}
	return out
}

// TestIntervalsHoldTheTruth draws 2,000 sets of each model and size: the 95 % interval of each metric holds the model's
// true value in at least 92 % of them. Wilson's interval of one class's share dips to 90 % where it rests on a handful of
// samples (Brown, Cai and DasGupta 2001).
func TestIntervalsHoldTheTruth(t *testing.T) {
	const draws = 2000
	for _, p := range populations {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			whole := p.all(20000)
			truth := bounded(evaluated(t, whole, len(p.shares)))
			for _, n := range []int{30, 100, 400} {
				r := rand.New(rand.NewPCG(1, uint64(n)))
				held, of := map[string]int{}, map[string]int{}
				set := make([]evaluate.Prediction, n)
				for range draws {
					for i := range set {
						set[i] = whole[r.IntN(len(whole))]
					}
					count(bounded(evaluated(t, set, len(p.shares))), truth, held, of)
				}
				for name, sets := range of {
					least := 0.92
					if strings.HasPrefix(name, "precision[") || strings.HasPrefix(name, "recall[") {
						least = 0.895
					}
					share := float64(held[name]) / float64(sets)
					t.Logf("n=%d: %s holds in %.1f %%", n, name, share*100)
					if sets > draws/10 && share < least {
						t.Errorf("n=%d: the interval of %s holds the true value in %.1f %% of sets", n, name, share*100)
					}
				}
			}
		})
	}
}

// count adds one set's intervals: of where the metric is defined, held where it holds the true value.
func count(got, truth map[string]evaluate.Metric, held, of map[string]int) {
	for name, m := range got {
		if !m.Defined {
			continue
		}
		of[name]++
		if v := truth[name].Value; m.Low <= v && v <= m.High {
			held[name]++
		}
	}
}

// BenchmarkEvaluate is the whole report of 10,000 windows of 50 classes.
func BenchmarkEvaluate(b *testing.B) {
	p := population{"", slices.Repeat([]float64{0.02}, 50), 3, 1, 0}
	all := p.all(10000)
	for b.Loop() {
		evaluated(b, all, 50)
	}
}
