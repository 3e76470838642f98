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
		1250 * time.Microsecond: {windows/2 - 1, windows/2 + 1}, // a quarter of 5 ms, and an eighth it may
		4 * time.Millisecond:    {39, 47},                       // x of 4 ms in 5 ms and x times 4 ms: an eighth is x = 0.179
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
				clock.move(time.Hour) // the source was silent: that is no time to answer in afterwards
				silent, _ := s.pipe.Trial()
				for range windows / 6 {
					clock.move(5 * time.Millisecond)
					s.give(5, false)
				}
				again, _ := s.pipe.Trial()
				if n := again.Old.Windows - silent.Old.Windows; n > want[1]/6+2 {
					t.Errorf("after an hour of silence it answered %d of %d windows", n, windows/6)
				}
				s.end(t)
			})
		})
	}
}
