package pipeline_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// even are shares of eight equal parts.
var even = []float64{0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125}

// TestReferenceGuard: the end of a trial compares with the training data; a moment before it does not.
func TestReferenceGuard(t *testing.T) {
	like := []uint64{50, 50, 50, 50, 50, 50, 50, 50}
	other := []uint64{100, 100, 100, 100, 0, 0, 0, 0}
	trial := manifest.StandardTrial()
	trial.Minutes, trial.Windows, trial.ReferenceDrift = 0, 400, 0.2
	// other: p = 100.5 and 0.5 of 404, q = 250.5 of 2004: 4 (p-q) ln(p/q) of both is 0.3407 + 2.2847
	for _, c := range []struct {
		name           string
		bound          float64
		counts         []uint64
		windows        uint64
		breach, passed string
	}{
		{"as in training", 0.2, like, 400, "", `scores of "a" against the reference: PSI 0.00, of which 0.07 may be chance`},
		{"otherwise", 0.2, other, 400, `scores of "b" against the reference: PSI 2.63`, ""},
		{"otherwise, without a bound", 0, other, 400, "", `scores of "b" against the reference: PSI 2.63`},
		{"otherwise, before the end", 0.2, other, 399, "", ""},
		{"too few", 0.2, []uint64{40, 39, 40, 40, 40, 40, 40, 40}, 400, "", "319 windows are too few to compare with the reference"},
	} {
		trial.ReferenceDrift = c.bound
		tr := trialOf(func(t *pipeline.Trial) {
			t.New.Windows = c.windows
			t.Labels, t.OldLabels = []string{"a", "b", "c"}, []string{"a", "b", "c"}
			t.Against = pipeline.Against{Windows: 2000, Labels: []pipeline.AgainstLabel{{like, even}, {c.counts, even}, {like, even}}}
		})
		v := pipeline.Guards{Trial: trial}.Judge(tr, pipeline.Memory{}, time.Second)
		if (c.breach == "") != (v.Breach == "") || !strings.Contains(v.Breach, c.breach) || (c.passed == "") != (v.Passed == "") || !strings.Contains(v.Passed, c.passed) {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
}

// TestScoresOnTrialAreCounted: each window's scores fall into the parts of the reference, where a value that training gave
// often is one part with the share of all its quantiles.
func TestScoresOnTrialAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := answering(1, 10, 5)
		next.Reference = &manifest.Reference{Samples: 64, Windows: 32, Scores: []manifest.Quantiles{
			{Name: labels[0], Edges: ramp(0, 1)}, {Name: labels[1], Edges: ramp(-1, 0)}, {Name: labels[2], Edges: halfZero()},
		}}
		n, got := onTrial(t, next)
		// the session says 0 for the labels that do not win and 1 for the one that does
		want := pipeline.Against{Windows: 32, Labels: []pipeline.AgainstLabel{
			{[]uint64{n, 0, 0, 0, 0, 0, 0, 0}, even}, {[]uint64{0, 0, 0, 0, 0, 0, 0, n}, even}, {[]uint64{n, 0, 0, 0}, []float64{0.625, 0.125, 0.125, 0.125}}, // below a quarter: the half that is 0, and an eighth
		}}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

// onTrial puts a model on trial for some windows: how many, and how they compare with its reference.
func onTrial(t *testing.T, next *pipeline.Model) (windows uint64, a pipeline.Against) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := newStage(ctx, answering(0, 10, 5))
	s.give(20, false)
	synctest.Wait()
	swapped := s.swap(ctx, next)
	s.give(60, false)
	synctest.Wait()
	if err := <-swapped; err != nil {
		t.Fatal(err)
	}
	s.give(50, false)
	synctest.Wait()
	trial, ok := s.pipe.Trial()
	if !ok || trial.New.Windows < 10 {
		t.Fatalf("trial %+v, %v", trial, ok)
	}
	s.end(t)
	return trial.New.Windows, trial.Against
}

// ramp are the quantiles of an even distribution.
func ramp(from, to float64) []float64 {
	out := make([]float64, manifest.Edges)
	for i := range out {
		out[i] = from + (to-from)*float64(i)/(manifest.Edges-1)
	}
	return out
}

// halfZero are the quantiles of a score that is 0 for half of the windows: 16 of 32 parts have no width.
func halfZero() []float64 {
	out := ramp(-1, 1)
	for i := range out {
		out[i] = max(out[i], 0)
	}
	return out
}
