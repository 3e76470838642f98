package pipeline_test

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/window"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// TestTrouble: single failures are counted, three in a row degrade the pipeline, three answers in a row heal it.
func TestTrouble(t *testing.T) {
	nan := float32(math.NaN())
	broken := errors.New("op 3 failed")
	for name, c := range map[string]struct {
		bad   func(out []float32) error
		cause string
	}{
		"not a number": {func(out []float32) error { out[2] = nan; return nil }, "output_refused"},
		"infinite":     {func(out []float32) error { out[0] = float32(math.Inf(1)); return nil }, "output_refused"},
		"engine error": {func([]float32) error { return broken }, "invoke_failed"},
	} {
		t.Run(name, func(t *testing.T) {
			const pattern = "gbgbbgbbbbgbgggbg" // one letter per window: good or bad
			n := 0
			var states []agent.State
			var r *rig
			r = newRig(samples(len(pattern)), pipeline.FeedConfig{Lossless: true},
				pipeline.Config{OnDecision: func(pipeline.Decision) { states = append(states, r.pipe.Status().State) }},
				pipeline.Model{Framer: framer(t, 1, 1), Session: newSession(1, 1, 3, func(_, out []float32) error {
					n++
					copy(out, []float32{0.8, 0.1, 0.1})
					if pattern[n-1] == 'b' {
						return c.bad(out)
					}
					return nil
				})})
			r.run(t)
			if want := []string{"pipeline_started", "pipeline_degraded", "pipeline_recovered"}; !slices.Equal(r.book.events(), want) {
				t.Errorf("events %q, want %q", r.book.events(), want)
			}
			if want := uint64(strings.Count(pattern, "b")); r.pipe.Status().Drops[c.cause] != want || r.book.losses["pipeline/activity "+c.cause] != want {
				t.Errorf("drops %v, ledger %v, want %d", r.pipe.Status().Drops, r.book.losses, want)
			}
			d, u := agent.Degraded, agent.Running
			if want := []agent.State{u, u, u, d, d, d, u, u}; !slices.Equal(states, want) {
				t.Errorf("states %v, want %v", states, want)
			}
			if len(r.book.results()) != strings.Count(pattern, "g") {
				t.Errorf("%d results", len(r.book.results()))
			}
		})
	}
}

// TestWrongShape: samples that the model cannot take are counted, and no window is glued over them.
func TestWrongShape(t *testing.T) {
	w := &witness{dawdle: func() time.Duration { return 0 }}
	r := newRig(source(func(ctx context.Context, emit func(hal.Block)) error {
		emit(hal.Block{Channels: 1, Values: []float32{0, 1}, Discont: true})
		emit(hal.Block{Channels: 3, Values: make([]float32, 9)})
		emit(hal.Block{Channels: 1, Values: []float32{5, 6}})
		return hal.End
	}), pipeline.FeedConfig{Lossless: true}, pipeline.Config{}, pipeline.Model{Framer: w, Session: newSession(1, 1, 3, nil)})
	r.run(t)
	lost := r.book.losses["pipeline/activity wrong_shape"] + r.book.losses["source/imu ring_overrun"]
	if int(lost)+len(w.values) != 7 || w.values[len(w.values)-2] != 5 || !w.broken[len(w.values)-2] {
		t.Errorf("lost %d, values %v, breaks %v", lost, w.values, w.broken)
	}
}

// TestWindowRefused: a window with a sample that is missing is not shown to the model.
func TestWindowRefused(t *testing.T) {
	r := newRig(source(func(ctx context.Context, emit func(hal.Block)) error {
		emit(hal.Block{Channels: 1, Values: []float32{0, 1, float32(math.NaN()), 3, 4, 5}, Discont: true})
		return hal.End
	}), pipeline.FeedConfig{Lossless: true}, pipeline.Config{}, pipeline.Model{Framer: framer(t, 2, 1), Session: newSession(2, 1, 3, func(in, _ []float32) error {
		if in[0] != in[0] || in[1] != in[1] {
			t.Error("the model was shown a value that is no number")
		}
		return nil
	})})
	r.run(t)
	if st := r.pipe.Status(); st.Windows != 3 || st.Drops["window_refused"] != 2 {
		t.Errorf("%d windows, drops %v", st.Windows, st.Drops)
	}
}

func TestRecorderRefuses(t *testing.T) {
	r := newRig(samples(5), pipeline.FeedConfig{Lossless: true}, pipeline.Config{},
		pipeline.Model{Framer: framer(t, 1, 1), Session: newSession(1, 1, 3, func([]float32, []float32) error { return nil })})
	r.book.refuse = errors.New("disk full")
	r.run(t)
	if st := r.pipe.Status(); st.Decisions != 5 || st.Recorded != 0 || st.Drops["record_refused"] != 7 { // a definition, an event, five results
		t.Errorf("status %+v", st)
	}
}

// TestOff: samples that come while a pipeline is off are no loss, and the next window begins after them.
func TestOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &witness{dawdle: func() time.Duration { return 0 }}
		var r *rig
		r = newRig(source(func(ctx context.Context, emit func(hal.Block)) error {
			for i := range 6 {
				r.pipe.SetOn(i < 2 || i >= 4)
				emit(hal.Block{Channels: 1, Values: []float32{float32(i)}, Discont: i == 0})
				synctest.Wait()
				if st := r.pipe.Status().State; (st == agent.Off) != (i == 2 || i == 3) {
					t.Errorf("sample %d: state %s", i, st)
				}
			}
			return hal.End
		}), pipeline.FeedConfig{}, pipeline.Config{Off: true}, pipeline.Model{Framer: w, Session: newSession(1, 1, 3, nil)})
		r.run(t)
		if !slices.Equal(w.values, []float32{0, 1, 4, 5}) || !slices.Equal(w.broken, []bool{true, false, true, false}) {
			t.Errorf("values %v, breaks %v", w.values, w.broken)
		}
		if len(r.book.losses) != 0 {
			t.Errorf("losses %v", r.book.losses)
		}
	})
}

func TestModelsThatDoNotOpen(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want agent.State
	}{
		"no such model": {fs.ErrNotExist, agent.Absent},
		"no library":    {engine.ErrRuntime, agent.Absent},
		"not a model":   {engine.ErrModel, agent.Failed},
		"wrong answers": {errors.New("golden vector 3 differs"), agent.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			feed := pipeline.NewFeed(samples(1), pipeline.FeedConfig{Name: "imu"})
			p := pipeline.New(pipeline.Config{Name: "activity", Model: "motions", Version: "9"}, feed,
				func(context.Context) (*pipeline.Model, error) { return nil, c.err }, newBook())
			if err := p.Run(t.Context()); !errors.Is(err, c.err) || agent.StateOf(err) != c.want {
				t.Errorf("Run: %v", err)
			}
			if st := p.Status(); st.State != c.want || st.Reason != c.err.Error() || st.Model != "motions" || st.Version != "9" {
				t.Errorf("status %+v", st)
			}
			select {
			case <-p.Ready():
				t.Error("ready without a model")
			default:
			}
		})
	}
}

// TestModelsThatDoNotFit are refused with the tensor named, and closed.
func TestModelsThatDoNotFit(t *testing.T) {
	for name, c := range map[string]struct {
		model pipeline.Model
		want  string
	}{
		"labels":    {pipeline.Model{Labels: []string{"a", "b"}}, "has 3 elements for 2 labels"},
		"threshold": {pipeline.Model{Rule: pipeline.Rule{Threshold: 2}}, "threshold 2"},
		"hold":      {pipeline.Model{Rule: pipeline.Rule{Hold: -1}}, "hold -1"},
		"channels":  {pipeline.Model{Channels: -1}, "-1 channels"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(1, 1, 3, nil)
			c.model.Session, c.model.Framer = s, framer(t, 1, 1)
			r := newRig(samples(1), pipeline.FeedConfig{}, pipeline.Config{}, c.model)
			if err := r.pipe.Run(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Run: %v, want %q", err, c.want)
			}
			if s.closed != 1 || r.pipe.Status().State != agent.Failed {
				t.Errorf("closed %d times, state %s", s.closed, r.pipe.Status().State)
			}
		})
	}
}

// TestInputThatDoesNotFit: the real framer panics when it is asked to write where a window does not fit.
func TestInputThatDoesNotFit(t *testing.T) {
	s := newSession(7, 1, 3, nil)
	r := newRig(samples(3), pipeline.FeedConfig{Lossless: true}, pipeline.Config{}, pipeline.Model{Session: s, Framer: framer(t, 2, 1)})
	if err := r.pipe.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "window") {
		t.Errorf("Run: %v, want an error that speaks of the window", err)
	}
}

var _ pipeline.Framer = (*window.Framer)(nil)

// TestDefinition: what the results mean stands before them, and again every so often.
func TestDefinition(t *testing.T) {
	r := newRig(samples(25), pipeline.FeedConfig{Lossless: true}, pipeline.Config{Redefine: 10},
		pipeline.Model{Framer: framer(t, 1, 1), Rule: pipeline.Rule{Threshold: 0.5}, Session: newSession(1, 1, 3, func(_, out []float32) error { out[1] = 1; return nil })})
	r.run(t)
	var at []int
	for i, rec := range r.book.records[wire.Results] {
		if d, ok := rec.(wire.Definition); ok {
			at = append(at, i)
			if d.Pipeline != "activity" || d.Model != "motions" || d.Source != "imu" || d.Threshold != 0.5 || d.Engine != "fake 1.0 none(0/1)" || len(d.Labels) != 3 {
				t.Errorf("definition %+v", d)
			}
		}
	}
	if !slices.Equal(at, []int{0, 11, 22}) {
		t.Errorf("definitions stand at %v, want before every tenth result", at)
	}
	for _, id := range r.book.ids {
		if id != r.book.results()[0].Definition {
			t.Errorf("definition %x, results refer to %x", id, r.book.results()[0].Definition)
		}
	}
}
