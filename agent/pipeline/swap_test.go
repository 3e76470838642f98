package pipeline_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/window"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// answering makes a model that always answers with one label; its name tells which model decided.
func answering(label, length, hop int) *pipeline.Model {
	f, err := window.New(window.Config{Length: length, Hop: hop, Channels: 1, Type: engine.Float32})
	if err != nil {
		panic(err)
	}
	s := newSession(length, 1, 3, func(_, out []float32) error {
		clear(out)
		out[label] = 1
		return nil
	})
	return &pipeline.Model{
		Name: "motions", Version: []string{"1", "2", "3"}[label], Labels: labels, Session: s, Framer: f, Engine: "fake 1.0", Channels: 1,
		Length: length, Hop: hop,
	}
}

func sessionOf(m *pipeline.Model) *session { return m.Session.(*session) }

// answer is a decision: who gave it, and the number of the window's last sample.
type answer struct {
	label string
	end   int
}

// stage is a running pipeline on a source whose samples the test gives, one every millisecond and each its own number.
type stage struct {
	pipe *pipeline.Pipeline
	book *book

	blocks chan hal.Block
	stop   context.CancelFunc
	given  int
	ran    chan error
	opens  []*pipeline.Model // what the pipeline's opener gives, one after the other

	mu   sync.Mutex
	seen []answer
}

func newStage(ctx context.Context, first ...*pipeline.Model) *stage {
	return newStageBy(ctx, nil, first...)
}

// newStageBy has a clock of its own.
func newStageBy(ctx context.Context, by clock.Clock, first ...*pipeline.Model) *stage {
	s := &stage{book: newBook(), blocks: make(chan hal.Block), ran: make(chan error, 1), opens: first}
	feed := pipeline.NewFeed(source(s.play), pipeline.FeedConfig{Name: "imu", Ledger: s.book})
	cfg := pipeline.Config{Name: "activity", Ledger: s.book, Clock: by, OnDecision: func(d pipeline.Decision) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen = append(s.seen, answer{d.Name, int(d.At / time.Millisecond)})
	}}
	s.pipe = pipeline.New(cfg, feed, s.open, s.book)
	ctx, s.stop = context.WithCancel(ctx)
	go func() { _ = feed.Run(ctx) }()
	go func() { s.ran <- s.pipe.Run(ctx) }()
	return s
}

func (s *stage) open(context.Context) (*pipeline.Model, error) {
	if len(s.opens) == 0 {
		return nil, errors.New("no model is left")
	}
	m := s.opens[0]
	s.opens = s.opens[1:]
	return m, nil
}

func (s *stage) play(ctx context.Context, emit func(hal.Block)) error {
	for {
		select {
		case b := <-s.blocks:
			emit(b)
		case <-ctx.Done():
			return nil
		}
	}
}

// give hands n samples over and waits until the pipeline has dealt with them.
func (s *stage) give(n int, discont bool) {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(s.given + i)
	}
	s.blocks <- hal.Block{At: time.Duration(s.given) * time.Millisecond, Period: time.Millisecond, Channels: 1, Values: values, Discont: discont}
	s.given += n
	synctest.Wait()
}

func (s *stage) answers() []answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// swap begins a swap, and returns where its error comes when it is over.
func (s *stage) swap(ctx context.Context, m *pipeline.Model) <-chan error {
	done := make(chan error, 1)
	go func() { done <- s.pipe.Swap(ctx, m) }()
	synctest.Wait()
	return done
}

func (s *stage) end(t *testing.T) {
	t.Helper()
	s.stop()
	if err := <-s.ran; err != nil {
		t.Errorf("pipeline: %v", err)
	}
}

// TestSwapLosesNoWindow: whatever the lengths, the hops and the blocks, with breaks and without, the new model takes
// over between two windows. Of equal hops, the windows of both together are those that one model would have had; of
// others, no two windows are further apart than the old one's hop, and time never goes back.
func TestSwapLosesNoWindow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		length, hop := rapid.IntRange(1, 40).Draw(rt, "length"), rapid.IntRange(1, 20).Draw(rt, "hop")
		nextLength, nextHop := length, hop
		if rapid.Bool().Draw(rt, "other form") {
			nextLength, nextHop = rapid.IntRange(1, 40).Draw(rt, "new length"), rapid.IntRange(1, 20).Draw(rt, "new hop")
		}
		blocks := rapid.SliceOfN(rapid.IntRange(1, 60), 1, 30).Draw(rt, "blocks")
		breaks := rapid.SliceOfN(rapid.IntRange(0, 9), len(blocks), len(blocks)).Draw(rt, "breaks")
		at := rapid.IntRange(0, len(blocks)-1).Draw(rt, "swap at")
		withBreaks := rapid.Bool().Draw(rt, "with breaks")
		var got []answer
		var broken []int
		synctest.Test(t, func(t *testing.T) {
			s := newStage(t.Context(), answering(0, length, hop))
			for i, n := range blocks {
				if i == at {
					s.swap(t.Context(), answering(1, nextLength, nextHop))
				}
				discont := i > 0 && withBreaks && breaks[i] == 0
				if discont {
					broken = append(broken, s.given)
				}
				s.give(n, discont)
			}
			got = s.answers()
			s.end(t)
		})
		checkTakeover(rt, got, cut{length, hop}, cut{nextLength, nextHop}, broken, sum(blocks))
	})
}

type cut struct{ length, hop int }

func sum(list []int) (n int) {
	for _, v := range list {
		n += v
	}
	return n
}

// windowsOf are the last samples of the windows that a framer cuts out of n samples with breaks before some.
func (f cut) windowsOf(n int, broken []int) (out []int) {
	due := f.length
	for i := range n {
		if slices.Contains(broken, i) {
			due = f.length
		}
		if due--; due == 0 {
			out, due = append(out, i), f.hop
		}
	}
	return out
}

func checkTakeover(t *rapid.T, got []answer, old, next cut, broken []int, n int) {
	want := old.windowsOf(n, broken)
	first := len(got)
	for i, a := range got {
		if i > 0 && a.end <= got[i-1].end {
			t.Fatalf("window %+v after %+v", a, got[i-1])
		}
		if a.label == labels[1] && first == len(got) {
			first = i
		}
		if a.label == labels[0] && (first < len(got) || i >= len(want) || a.end != want[i]) {
			t.Fatalf("window %d of the old model is %+v; the new one began with window %d; want %v", i, a, first, want)
		}
	}
	switch {
	case first == len(got):
		if len(got) != len(want) {
			t.Fatalf("%d windows, want %d", len(got), len(want))
		}
	case old == next:
		for i := range want {
			if i >= len(got) || got[i].end != want[i] {
				t.Fatalf("windows %v, want %v", got, want)
			}
		}
	case first < len(want) && got[first].end > want[first]:
		t.Fatalf("the new model began at %d, the old one's window at %d was nobody's", got[first].end, want[first])
	}
}

// TestTrialAndBack: the old model is fed on, so going back loses nothing either, and its session is the one kept.
func TestTrialAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old, next := answering(0, 10, 5), answering(1, 10, 5)
		s := newStage(t.Context(), old)
		s.give(23, false)
		done := s.swap(t.Context(), next)
		for range 40 {
			s.give(5, false)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		trial, ok := s.pipe.Trial()
		if !ok || trial.Model != "motions@2" || trial.Former != "motions@1" || trial.New.Windows < 35 || trial.New.Classes[1] != trial.New.Windows {
			t.Errorf("trial %+v, %v", trial, ok)
		}
		if n := trial.New.Windows; trial.Old.Windows < n/8 || trial.Old.Windows > n || trial.Old.Classes[0] != trial.Old.Windows {
			t.Errorf("the old model answered %+v of %d windows", trial.Old, n)
		}
		if st := s.pipe.Status(); st.Version != "2" || st.Last == nil || st.Last.Label != labels[1] {
			t.Errorf("on trial the status is %s, last %+v", st.Version, st.Last)
		}
		if err := s.pipe.Back(t.Context()); err != nil {
			t.Fatal(err)
		}
		if st := s.pipe.Status(); st.Version != "1" || st.Last != nil || st.Decisions == 0 {
			t.Errorf("before the old model has decided again the status is %s, last %+v", st.Version, st.Last)
		}
		s.give(20, false)
		if st := s.pipe.Status(); st.Last == nil || st.Last.Label != labels[0] {
			t.Errorf("when it has, last is %+v", st.Last)
		}
		want := cut{10, 5}.windowsOf(s.given, nil)
		got := s.answers()
		for i, a := range got {
			if a.end != want[i] {
				t.Fatalf("window %d ends at %d, want %d", i, a.end, want[i])
			}
		}
		if len(got) != len(want) || got[len(got)-4].label != labels[0] || got[len(got)-5].label != labels[1] {
			t.Errorf("%d windows, want %d; the last are %v", len(got), len(want), got[len(got)-5:])
		}
		if sessionOf(next).closed != 1 || sessionOf(old).closed != 0 {
			t.Errorf("new session closed %d times, old one %d", sessionOf(next).closed, sessionOf(old).closed)
		}
		if _, ok := s.pipe.Trial(); ok {
			t.Error("a trial goes on")
		}
		if err := s.pipe.Back(t.Context()); !errors.Is(err, pipeline.ErrNotRunning) {
			t.Errorf("back once more: %v", err)
		}
		s.end(t)
		if sessionOf(old).closed != 1 {
			t.Error("old session is left open")
		}
		if got := s.book.events(); !slices.Equal(got, []string{wire.EventPipelineStarted, wire.EventModelSwapped, wire.EventModelSwapped}) {
			t.Errorf("events %q", got)
		}
		if len(s.book.ids) != 3 || s.book.ids[0] != s.book.ids[2] || s.book.ids[0] == s.book.ids[1] {
			t.Errorf("definitions %v", s.book.ids)
		}
	})
}

func TestKeepClosesTheOldSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old, next := answering(0, 4, 4), answering(1, 4, 4)
		s := newStage(t.Context(), old)
		s.give(8, false)
		done := s.swap(t.Context(), next)
		s.give(8, false)
		if err := errors.Join(<-done, s.pipe.Keep(t.Context())); err != nil {
			t.Fatal(err)
		}
		if sessionOf(old).closed != 1 || sessionOf(next).closed != 0 {
			t.Errorf("old session closed %d times, new one %d", sessionOf(old).closed, sessionOf(next).closed)
		}
		if p := s.pipe.Status(); p.Version != "2" {
			t.Errorf("status says version %s", p.Version)
		}
		s.end(t)
	})
}

// TestSilentSource: a swap does not wait for ever for samples; the old model decides until the new one has a window.
func TestSilentSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t.Context(), answering(0, 4, 2))
		s.give(7, false)
		if err := <-s.swap(t.Context(), answering(1, 4, 2)); err != nil {
			t.Fatal(err)
		}
		s.give(7, false)
		if got, want := s.answers(), (cut{4, 2}).windowsOf(14, nil); len(got) != len(want) || got[len(got)-1].label != labels[1] {
			t.Errorf("answers %v, want ends %v", got, want)
		}
		s.pipe.SetOn(false)
		if err := <-s.swap(t.Context(), answering(2, 4, 2)); err != nil {
			t.Fatal(err)
		}
		s.end(t)
	})
}
