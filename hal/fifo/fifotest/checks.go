package fifotest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/haltest"
)

// each visits every sample of a block with its stamp.
func each(b hal.Block, visit func(i int, at time.Duration, sample []float32)) {
	for i := range b.Samples() {
		visit(i, b.At+time.Duration(i)*b.Period, b.Values[i*b.Channels:(i+1)*b.Channels])
	}
}

// contract: in real time, with a chip that is 2 % fast.
func contract(t *testing.T, s Subject, polled bool) {
	with := func(arrange func(r Rig)) func(*testing.T) hal.Source {
		return func(*testing.T) hal.Source {
			r := s.Rig(Setup{Polled: polled, Rate: s.Rate, Skew: 0.02, Every: 10 * time.Millisecond})
			arrange(r)
			return r.Source
		}
	}
	haltest.Run(t, haltest.Subject{
		Channels: s.Channels,
		Endless:  with(func(Rig) {}),
		Broken:   with(func(r Rig) { time.AfterFunc(time.Second/2, func() { r.Bus.Unplug(r.Address) }) }),
		Absent:   with(func(r Rig) { r.Bus.Unplug(r.Address) }),
	})
}

// trueStamps: a chip that is off by 3 %. After 5 s stamps are within a period of when the sample was made, and what the
// quantisation hides; after 30 s the rate is known to 0.1 %.
func trueStamps(t *testing.T, s Subject) {
	for _, skew := range []float64{-0.03, 0, 0.03} {
		var began, worst time.Duration
		_, h, err := play(t, s, Setup{Rate: s.Rate, Skew: skew}, 30*time.Second, func(*Rig) { began = haltest.Clock{}.Boot() }, func(b hal.Block) {
			each(b, func(_ int, at time.Duration, sample []float32) {
				tells := s.whole(t, sample)
				if phase := at % lap; phase > lap/50 && phase < lap*49/50 && at-began > 5*time.Second {
					worst = max(worst, (phase - tells).Abs())
				}
			})
		})
		if err != nil || h.Dropped != 0 || h.Gaps != 0 || h.Skipped != 0 {
			t.Errorf("skew %v: %v; %+v", skew, err, h)
		}
		if most := s.Rate.Period() + s.blur(); worst == 0 || worst > most {
			t.Errorf("skew %v: worst stamp is %v off, more than %v", skew, worst, most)
		}
		if want := float64(s.Rate) * (1 + skew); math.Abs(float64(h.Rate)/want-1) > 0.001 {
			t.Errorf("rate %v, want %v", h.Rate, want)
		}
	}
}

// overrun: the bus hangs for two seconds, longer than the FIFO holds. What is missing is counted, in one gap.
func overrun(t *testing.T, s Subject) {
	var last, lastTold, jump, missed time.Duration
	gaps := 0
	_, h, err := play(t, s, Setup{Rate: s.Rate, Skew: 0.01}, 10*time.Second, func(r *Rig) {
		time.AfterFunc(3*time.Second, func() {
			once := true
			r.Bus.Fault(func(uint16) error {
				if once {
					once = false
					time.Sleep(2 * time.Second)
				}
				return nil
			})
		})
	}, func(b hal.Block) {
		each(b, func(i int, at time.Duration, sample []float32) {
			tells := s.whole(t, sample)
			if b.Discont && i == 0 && last != 0 {
				gaps, jump, missed = gaps+1, at-last, between(lastTold, tells)
			}
			last, lastTold = at, tells
		})
	})
	rate := float64(s.Rate) * 1.01
	if err != nil || gaps != 1 || missed < time.Second/2 || math.Abs(float64(h.Dropped)+1-missed.Seconds()*rate) > 5+s.blur().Seconds()*rate {
		t.Errorf("%v; %d gaps, %v missing of %v Hz; %+v", err, gaps, missed, rate, h)
	}
	if (jump - missed).Abs() > 5*s.Rate.Period()+s.blur() {
		t.Errorf("stamps jump by %v where %v are missing", jump, missed)
	}
}

var errRefused = errors.New("no acknowledgement")

// refusals: bursts of refused transfers at random. Samples may be lost, but none is wrong and none is lost unseen.
func refusals(t *testing.T, s Subject) {
	for _, burst := range []int{1, 2, 3} {
		rnd, left, calm := rand.New(rand.NewPCG(uint64(burst), 1)), 0, 0
		var last time.Duration
		begun := false
		_, h, err := play(t, s, Setup{Rate: s.Rate}, 15*time.Second, func(r *Rig) {
			time.AfterFunc(time.Second, func() {
				r.Bus.Fault(func(uint16) error {
					if calm++; left == 0 && calm > 30 && rnd.IntN(20) == 0 {
						left = burst
					}
					if left == 0 {
						return nil
					}
					calm = 0
					left--
					return errRefused
				})
			})
		}, func(b hal.Block) {
			each(b, func(i int, _ time.Duration, sample []float32) {
				tells := s.whole(t, sample)
				if step := between(last, tells); begun && step > 2*s.Rate.Period()+2*s.blur() && step < lap-2*s.blur() && (i > 0 || !b.Discont) {
					t.Fatalf("%v are missing, and nobody says so", step)
				}
				last, begun = tells, true
			})
		})
		if err != nil || h.Samples < uint64(5*s.Rate) {
			t.Errorf("%d refused: %v; %+v", burst, err, h)
		}
	}
}

// absences: another chip, or none at the address.
func absences(t *testing.T, s Subject, how Setup) {
	r := s.Rig(how)
	r.Bus.Plug(r.Address, s.Stranger)
	_ = haltest.EmitsNothing(t, r.Source, s.Says, true)
	r.Bus.Unplug(r.Address)
	_ = haltest.EmitsNothing(t, r.Source, fmt.Sprintf("0x%02x", r.Address), true)
	if n := r.Bus.Closed(); n != 2 {
		t.Errorf("bus closed %d times in two runs", n)
	}
}

// endings: a chip that was reset, hangs or is gone ends the run with an error that says so, and the bus is let go.
func endings(t *testing.T, s Subject, how Setup) {
	for _, c := range []struct {
		name, want string
		happens    func(r *Rig)
	}{
		{"reset", "was reset", func(r *Rig) { r.Chip.Reset() }},
		{"hangs", "has stopped", func(r *Rig) { r.Chip.Freeze(true) }},
		{"unplugged", "remote I/O error", func(r *Rig) { r.Bus.Unplug(r.Address) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, h, err := play(t, s, how, time.Minute, func(r *Rig) {
				time.AfterFunc(3*time.Second, func() { c.happens(r) })
			}, func(b hal.Block) {
				each(b, func(_ int, _ time.Duration, sample []float32) { s.whole(t, sample) })
			})
			if err == nil || !strings.Contains(err.Error(), c.want) || h.State != hal.Failed || r.Bus.Closed() != 1 {
				t.Errorf("%v; %v, bus closed %d times", err, h.State, r.Bus.Closed())
			}
		})
	}
}

// afterReset: the next run sets the chip up again.
func afterReset(t *testing.T, s Subject, how Setup) {
	synctest.Test(t, func(t *testing.T) {
		r := s.Rig(how)
		time.AfterFunc(3*time.Second, r.Chip.Reset)
		if err := r.Source.Run(t.Context(), func(hal.Block) {}); err == nil {
			t.Fatal("a reset went by unnoticed")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		n := 0
		err := r.Source.Run(ctx, func(b hal.Block) { n += b.Samples() })
		if err != nil || n == 0 {
			t.Errorf("%d samples, %v", n, err)
		}
	})
}
