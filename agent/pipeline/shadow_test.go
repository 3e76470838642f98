package pipeline_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// hands is a clock that the test moves.
type hands struct{ now atomic.Int64 }

func (h *hands) Boot() time.Duration   { return time.Duration(h.now.Load()) }
func (h *hands) Wall() time.Time       { return time.Unix(1_800_000_000, h.now.Load()) }
func (h *hands) move(by time.Duration) { h.now.Add(int64(by)) }

// TestShadowTakesItsShare: the model before answers every window of a trial when that takes little of the time, an eighth of
// the time at most, and one window of eight whatever it takes.
func TestShadowTakesItsShare(t *testing.T) {
	const windows = 240 // one every 5 ms
	for takes, want := range map[time.Duration][2]uint64{
		100 * time.Microsecond:  {windows - 2, windows},
		1250 * time.Microsecond: {133, 141}, // x of 1.25 ms in 5 ms and x times 1.25 ms: an eighth is x = 0.571
		4 * time.Millisecond:    {39, 50},   // 0.179, and every eighth
		time.Second:             {windows/8 - 1, windows/8 + 2},
	} {
		t.Run(takes.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				old, next, clock := answering(0, 10, 5), answering(1, 10, 5), &hands{}
				quick := sessionOf(old).answer
				shadowing := false
				s := newStageBy(t.Context(), clock, old)
				s.give(20, false)
				sessionOf(old).answer = func(in, out []float32) error {
					if shadowing {
						clock.move(takes)
					}
					return quick(in, out)
				}
				done := s.swap(t.Context(), next)
				s.give(15, false)
				if err := <-done; err != nil {
					t.Fatal(err)
				}
				shadowing = true
				before, _ := s.pipe.Trial()
				for range windows {
					clock.move(5 * time.Millisecond)
					s.give(5, false)
				}
				after, ok := s.pipe.Trial()
				if n := after.Old.Windows - before.Old.Windows; !ok || n < want[0] || n > want[1] {
					t.Errorf("the model before answered %d of %d windows, want %v", n, windows, want)
				}
				s.end(t)
			})
		})
	}
}
