package pipeline_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// decisions runs a script of scores through a pipeline with windows of one sample.
func decisions(t *testing.T, rule pipeline.Rule, report pipeline.Report, steps []step) ([]pipeline.Decision, *rig) {
	t.Helper()
	var got []pipeline.Decision
	r := newRig(samples(len(steps)), pipeline.FeedConfig{Lossless: true},
		pipeline.Config{Report: report, OnDecision: func(d pipeline.Decision) { got = append(got, d) }},
		pipeline.Model{Session: newSession(1, 1, 3, script(steps)), Framer: framer(t, 1, 1), Rule: rule})
	r.run(t)
	return got, r
}

// TestRule writes one character per window: "." nothing held, the label's first letter when it is held; upper case
// where the state changed. "!" is a change to nothing.
func TestRule(t *testing.T) {
	s, w := step{0, 0.9}, step{1, 0.9}
	lowS, lowW, mid := step{0, 0.5}, step{1, 0.5}, step{0, 0.65}
	for name, c := range map[string]struct {
		rule  pipeline.Rule
		steps []step
		want  string
	}{
		"no hold":                    {pipeline.Rule{Threshold: 0.7}, []step{s, s, w, s}, "SsWS"},
		"hold of three":              {pipeline.Rule{Threshold: 0.7, Hold: 3}, []step{s, s, s, s, w, w, s, w, w, w, w}, "..Ss..s..Ww"},
		"two rivals do not add up":   {pipeline.Rule{Threshold: 0.7, Hold: 2}, []step{s, s, w, {2, 0.9}, w, {2, 0.9}, {2, 0.9}}, ".S....R"},
		"below the threshold":        {pipeline.Rule{Threshold: 0.7, Hold: 2}, []step{lowS, lowS, lowS, s, s}, "....S"},
		"hysteresis":                 {pipeline.Rule{Threshold: 0.7, Hold: 2}, []step{mid, mid, s, s, mid, mid, mid}, "...Ssss"},
		"ends when nobody wins":      {pipeline.Rule{Threshold: 0.7, Hold: 2}, []step{s, s, lowW, lowW, lowW, s, s}, ".S.!..S"},
		"own label below release":    {pipeline.Rule{Threshold: 0.7, Hold: 2}, []step{s, s, lowS, lowS, lowS}, ".Ss!."},
		"release is the threshold":   {pipeline.Rule{Threshold: 0.7, Release: 0.7}, []step{s, mid, mid}, "S!."},
		"one bad window is forgiven": {pipeline.Rule{Threshold: 0.7, Hold: 2}, []step{s, s, lowW, s, lowW, s}, ".S.s.s"},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := decisions(t, c.rule, pipeline.All, c.steps)
			text := ""
			for _, d := range got {
				text += mark(d)
			}
			if text != c.want {
				t.Errorf("states %q, want %q", text, c.want)
			}
		})
	}
}

func mark(d pipeline.Decision) string {
	switch {
	case d.Held && d.Changed:
		return string(d.Name[0] - 'a' + 'A')
	case d.Held:
		return d.Name[:1]
	case d.Changed:
		return "!"
	}
	return "."
}

func TestResults(t *testing.T) {
	steps := []step{{0, 0.9}, {0, 0.8}, {1, 0.75}, {1, 0.9}, {1, 0.9}}
	got, r := decisions(t, pipeline.Rule{Threshold: 0.7, Hold: 2}, pipeline.All, steps)
	results := r.book.results()
	id := r.book.ids[0]
	want := []wire.Flags{0, wire.Held | wire.Changed, 0, wire.Held | wire.Changed, wire.Held}
	for i, res := range results {
		if res.Definition != id || int(res.Label) != steps[i].label || res.Flags != want[i] ||
			math.Abs(res.Probability()-float64(steps[i].score)) > 1e-4 {
			t.Errorf("result %d: %+v of %+v, want flags %b", i, res, steps[i], want[i])
		}
		if at := r.book.times[wire.Results][i+1]; at != time.Duration(i)*10*time.Millisecond || got[i].At != at {
			t.Errorf("result %d is of %v, decision of %v", i, at, got[i].At)
		}
	}
	if len(results) != len(steps) {
		t.Errorf("%d results", len(results))
	}
}

func TestReportChanges(t *testing.T) {
	s, w := step{0, 0.9}, step{1, 0.9}
	got, r := decisions(t, pipeline.Rule{Threshold: 0.7, Hold: 2}, pipeline.Changes, []step{s, s, s, s, w, s, w, w, w})
	var labels []uint16
	for _, res := range r.book.results() {
		labels = append(labels, res.Label)
	}
	if !slices.Equal(labels, []uint16{0, 1}) || len(got) != 9 {
		t.Errorf("labels %v of %d decisions, want the two changes", labels, len(got))
	}
	if st := r.pipe.Status(); st.Decisions != 9 || st.Recorded != 2 || st.Windows != 9 {
		t.Errorf("status %+v", st)
	}
}
