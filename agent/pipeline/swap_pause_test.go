package pipeline_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// TestPausedSwap: memory holds one session only. Each window that falls due without one is counted, none is invented.
func TestPausedSwap(t *testing.T) {
	for name, fails := range map[string]bool{"new one opens": false, "new one does not": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first, again := answering(0, 10, 5), answering(0, 10, 5)
				s := newStage(t.Context(), first, again)
				s.give(23, false)
				opening, done := make(chan struct{}), make(chan error, 1)
				go func() {
					done <- s.pipe.SwapPaused(t.Context(), func(context.Context) (*pipeline.Model, error) {
						<-opening
						if fails {
							return nil, errors.New("golden vectors differ")
						}
						return answering(1, 10, 5), nil
					})
				}()
				synctest.Wait()
				if sessionOf(first).closed != 1 {
					t.Error("the old session is open while the new one is made")
				}
				s.give(20, false)
				close(opening)
				synctest.Wait()
				s.give(30, false)
				err := <-done
				if fails != (err != nil) || fails && !strings.Contains(err.Error(), "golden vectors differ") {
					t.Errorf("swap: %v", err)
				}
				lost := s.book.losses["pipeline/activity swap_pause"]
				got, want := s.answers(), (cut{10, 5}).windowsOf(s.given, nil)
				if lost == 0 || len(got)+int(lost) < len(want) || len(got)+int(lost) > len(want)+1 {
					t.Errorf("%d answers and %d lost, want %d together", len(got), lost, len(want))
				}
				last := labels[1]
				if fails {
					last = labels[0]
				}
				if got[len(got)-1].label != last {
					t.Errorf("the last answer is %q, want %q", got[len(got)-1].label, last)
				}
				s.end(t)
			})
		})
	}
}

// TestNoModelIsLeft: when neither the new model nor the old one opens, Run ends with the reason and the supervisor tries.
func TestNoModelIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t.Context(), answering(0, 4, 2))
		s.give(8, false)
		err := s.pipe.SwapPaused(t.Context(), func(context.Context) (*pipeline.Model, error) { return nil, errors.New("no such file") })
		if err == nil || !strings.Contains(err.Error(), "no such file") {
			t.Errorf("swap: %v", err)
		}
		if err := <-s.ran; err == nil || !strings.Contains(err.Error(), "no model is left") {
			t.Errorf("run: %v", err)
		}
		s.stop()
	})
}

// TestRefusedSwaps: what cannot follow is closed and changes nothing.
func TestRefusedSwaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t.Context(), answering(0, 4, 2))
		s.give(8, false)
		wide, deaf := answering(1, 4, 2), answering(1, 4, 2)
		wide.Channels = 2
		deaf.Session = newSession(4, 1, 3, func(_, _ []float32) error { return errors.New("no answer") })
		for want, m := range map[string]*pipeline.Model{"takes 2 channels": wide, "no answer": deaf} {
			if err := s.pipe.Swap(t.Context(), m); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("swap says %v, want %q", err, want)
			}
			if sessionOf(m).closed != 1 {
				t.Errorf("%s: the session is left open", want)
			}
		}
		s.give(8, false)
		if got := s.answers(); len(got) != 7 || got[6].label != labels[0] {
			t.Errorf("answers %v", got)
		}
		s.end(t)
		late := answering(1, 4, 2)
		if err := s.pipe.Swap(t.Context(), late); !errors.Is(err, pipeline.ErrNotRunning) || sessionOf(late).closed != 1 {
			t.Errorf("swap after the end: %v, closed %d times", err, sessionOf(late).closed)
		}
	})
}

// TestStopDuringSwap: a swap that waits for its window ends with the pipeline, and nothing stays open.
func TestStopDuringSwap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old, next := answering(0, 4, 2), answering(1, 400, 2)
		s := newStage(t.Context(), old)
		s.give(8, false)
		done := s.swap(t.Context(), next)
		s.give(8, false)
		s.end(t)
		if err := <-done; !errors.Is(err, pipeline.ErrNotRunning) {
			t.Errorf("swap: %v", err)
		}
		if sessionOf(old).closed != 1 || sessionOf(next).closed != 1 {
			t.Errorf("old session closed %d times, new one %d", sessionOf(old).closed, sessionOf(next).closed)
		}
	})
}

// TestHeldStateMoves: the state of a pipeline survives the swap where both models know its label.
func TestHeldStateMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t.Context(), answering(0, 4, 2))
		s.give(8, false)
		next := answering(2, 4, 2)
		next.Labels = []string{"a", "b", labels[0]}
		done := s.swap(t.Context(), next)
		s.give(20, false)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		changed := 0
		for _, r := range s.book.results() {
			if r.Flags&wire.Changed != 0 {
				changed++
			}
		}
		if changed != 1 {
			t.Errorf("the state changed %d times, want once: the label is the same in both models", changed)
		}
		s.end(t)
	})
}
