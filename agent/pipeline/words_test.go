package pipeline_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/pipeline"
)

// TestLongWords: what a library prints before it dies may be longer than a record holds, and no UTF-8. It must neither
// keep the model from its work nor the event from being told.
func TestLongWords(t *testing.T) {
	words := "npu: given up after 3 falls, the last: \xff" + strings.Repeat("ö", 1500)
	s := newSession(1, 1, 3, func(_, _ []float32) error { return errors.New(words) })
	s.reason = words
	r := newRig(samples(5), pipeline.FeedConfig{Lossless: true}, pipeline.Config{}, pipeline.Model{Framer: framer(t, 1, 1), Session: s})
	r.run(t)
	if want := []string{"pipeline_started", "pipeline_degraded"}; !slices.Equal(r.book.events(), want) {
		t.Errorf("events %q, want %q", r.book.events(), want)
	}
	if got := r.pipe.Status(); got.Windows != 5 || got.State != agent.Ended {
		t.Errorf("%d windows, then %s: %.200s", got.Windows, got.State, got.Reason)
	}
}
