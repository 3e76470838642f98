package evaluate_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/evaluate"
)

// cases is how many random sets are compared with scikit-learn: `make bench` compares 10,000.
var cases = flag.Int("cases", 500, "random sets to compare with scikit-learn")

type set struct {
	Truth  []int       `json:"truth"`
	Scores [][]float64 `json:"scores"`
}

// randomSet has ties, classes without samples, now and then a single class, and scores of exactly 0 and 1 as quantised
// models give.
func randomSet(r *rand.Rand) set {
	k, n := 2+r.IntN(4), 1+r.IntN(60)
	steps := []float64{0, 4, 16}[r.IntN(3)] // zero: no ties
	only := r.IntN(10) == 0
	first := r.IntN(k)
	least := 1e-3
	if r.IntN(5) == 0 {
		least = 0
	}
	var s set
	for range n {
		truth := r.IntN(k)
		if only {
			truth = first
		} else if r.IntN(3) == 0 {
			truth = r.IntN(1 + k/2) // some classes are rare or empty
		}
		scores, sum := make([]float64, k), 0.0
		for i := range scores {
			v := r.Float64()
			if i == truth {
				v += r.Float64()
			}
			if steps > 0 {
				v = math.Round(v*steps) / steps
			}
			scores[i] = v + least
			sum += scores[i]
		}
		if sum == 0 {
			scores[truth], sum = 1, 1
		}
		for i := range scores {
			scores[i] /= sum
		}
		s.Truth, s.Scores = append(s.Truth, truth), append(s.Scores, scores)
	}
	return s
}

func (s set) predictions() []evaluate.Prediction {
	out := make([]evaluate.Prediction, len(s.Truth))
	for i := range out {
		out[i] = evaluate.Prediction{Truth: s.Truth[i], Scores: s.Scores[i]}
	}
	return out
}

// oracle is what scikit-learn says of a set.
type oracle struct {
	Accuracy          float64   `json:"accuracy"`
	BalancedAccuracy  float64   `json:"balanced_accuracy"`
	MCC               float64   `json:"mcc"`
	Confusion         [][]int   `json:"confusion"`
	LogLoss           float64   `json:"log_loss"`
	Brier             float64   `json:"brier"`
	ECE               float64   `json:"ece"`
	PrecisionMacro    float64   `json:"precision_macro"`
	PrecisionMicro    float64   `json:"precision_micro"`
	PrecisionWeighted float64   `json:"precision_weighted"`
	RecallMacro       float64   `json:"recall_macro"`
	RecallMicro       float64   `json:"recall_micro"`
	RecallWeighted    float64   `json:"recall_weighted"`
	F1Macro           float64   `json:"f1_macro"`
	F1Micro           float64   `json:"f1_micro"`
	F1Weighted        float64   `json:"f1_weighted"`
	Precision         []float64 `json:"precision"`
	Recall            []float64 `json:"recall"`
	F1                []float64 `json:"f1"`
	// Null where scikit-learn calls the value ill-defined.
	ROCAUC                []*float64 `json:"roc_auc"`
	AveragePrecision      []*float64 `json:"average_precision"`
	ROCAUCMacro           *float64   `json:"roc_auc_macro"`
	AveragePrecisionMacro *float64   `json:"average_precision_macro"`
}

// ask runs testdata/oracle.py once over all sets.
func ask(t *testing.T, sets []set) []oracle {
	t.Helper()
	python := filepath.Join(fixture.Root(), ".tools", "science", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		t.Fatalf("scikit-learn is missing: run bash cross/setup.sh test (%v)", err)
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	f, err := os.Create(in)
	if err != nil {
		t.Fatal(err)
	}
	enc := json.NewEncoder(f)
	for _, s := range sets {
		if err := enc.Encode(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if text, err := exec.Command(python, "testdata/oracle.py", in, out).CombinedOutput(); err != nil {
		t.Fatalf("oracle.py: %v\n%s", err, text)
	}
	return answers(t, out)
}

func answers(t *testing.T, file string) (all []oracle) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var o oracle
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	return all
}

func TestEqualsScikitLearn(t *testing.T) {
	seed := uint64(20261125)
	r := rand.New(rand.NewPCG(seed, 0))
	sets := make([]set, *cases)
	for i := range sets {
		sets[i] = randomSet(r)
	}
	said := ask(t, sets)
	if len(said) != *cases {
		t.Fatalf("%d answers for %d sets", len(said), *cases)
	}
	var c comparison
	for i, s := range sets {
		c.compare(evaluated(t, s.predictions(), len(s.Scores[0])), said[i])
		for _, line := range c.lines {
			t.Errorf("set %d of seed %d: %s", i, seed, line)
		}
		if c.lines = c.lines[:0]; c.wrong > 20 {
			t.Fatal("and more")
		}
	}
	t.Logf("largest difference %.1e of %d numbers in %d sets", c.largest, c.numbers, len(sets)) // make bench reads this
}

// comparison of numbers with scikit-learn's.
type comparison struct {
	largest        float64
	numbers, wrong int
	lines          []string // those that differ
}

func (c *comparison) say(format string, args ...any) {
	c.wrong++
	c.lines = append(c.lines, fmt.Sprintf(format, args...))
}

func (c *comparison) differ(name string, got evaluate.Metric, want float64) {
	c.numbers++
	off := math.Abs(got.Value - want)
	if !(off <= 1e-12) {
		c.say("%s %.17g, scikit-learn %.17g", name, got.Value, want)
	}
	c.largest = max(c.largest, off)
}

// perhaps compares a metric that may be undefined: null.
func (c *comparison) perhaps(name string, got evaluate.Metric, want *float64) {
	if got.Defined != (want != nil) {
		c.say("%s defined %v, scikit-learn %v", name, got.Defined, want != nil)
	} else if want != nil {
		c.differ(name, got, *want)
	}
}

func (c *comparison) compare(r *evaluate.Report, want oracle) {
	for i, row := range want.Confusion {
		if !slices.Equal(row, r.Confusion[i]) {
			c.say("confusion row %d %v, scikit-learn %v", i, r.Confusion[i], row)
		}
	}
	c.differ("accuracy", r.Accuracy, want.Accuracy)
	c.differ("balanced accuracy", r.BalancedAccuracy, want.BalancedAccuracy)
	c.differ("mcc", r.MCC, want.MCC)
	c.differ("log loss", r.LogLoss, want.LogLoss)
	c.differ("brier", r.Brier, want.Brier)
	c.differ("ece", r.ECE, want.ECE)
	c.differ("precision macro", r.Precision.Macro, want.PrecisionMacro)
	c.differ("precision micro", r.Precision.Micro, want.PrecisionMicro)
	c.differ("precision weighted", r.Precision.Weighted, want.PrecisionWeighted)
	c.differ("recall macro", r.Recall.Macro, want.RecallMacro)
	c.differ("recall micro", r.Recall.Micro, want.RecallMicro)
	c.differ("recall weighted", r.Recall.Weighted, want.RecallWeighted)
	c.differ("f1 macro", r.F1.Macro, want.F1Macro)
	c.differ("f1 micro", r.F1.Micro, want.F1Micro)
	c.differ("f1 weighted", r.F1.Weighted, want.F1Weighted)
	c.perhaps("roc auc macro", r.ROCAUC, want.ROCAUCMacro)
	c.perhaps("average precision macro", r.AveragePrecision, want.AveragePrecisionMacro)
	for i, class := range r.Classes {
		c.differ(fmt.Sprintf("precision[%d]", i), class.Precision, want.Precision[i])
		c.differ(fmt.Sprintf("recall[%d]", i), class.Recall, want.Recall[i])
		c.differ(fmt.Sprintf("f1[%d]", i), class.F1, want.F1[i])
		c.perhaps(fmt.Sprintf("roc auc[%d]", i), class.ROCAUC, want.ROCAUC[i])
		c.perhaps(fmt.Sprintf("average precision[%d]", i), class.AveragePrecision, want.AveragePrecision[i])
	}
}
