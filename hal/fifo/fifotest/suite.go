package fifotest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
)

// Chip is the model of a chip with a FIFO.
type Chip interface {
	Reset()             // a brown-out
	Freeze(frozen bool) // it makes no samples
}

// Rig is a driver on a bus with the model of its chip.
type Rig struct {
	Source  hal.Source // with haltest.Clock
	Bus     *chiptest.Bus
	Address uint16
	Chip    Chip
}

// Setup is how a rig is to work.
type Setup struct {
	Polled bool          // the driver polls its chip and keeps no FIFO
	Rate   hal.Hertz     // nominal
	Skew   float64       // the chip's true rate is Rate times 1+Skew
	Every  time.Duration // between two drains or polls; zero means the driver's own
}

// Subject makes rigs of a driver that drains the FIFO of its chip, or polls it.
type Subject struct {
	Channels     []hal.Channel
	Axes         Axes      // of the chip of Rig, which feels the ramp
	Step         float64   // how coarsely a channel tells the ramp
	Rate, Polled hal.Hertz // nominal rates for draining and for polling
	Rig          func(s Setup) Rig
	Stranger     chiptest.Model // another chip, and what the driver says of it
	Says         string
}

// Run runs the suite.
func Run(t *testing.T, s Subject) {
	fifo, polled := Setup{Rate: s.Rate}, Setup{Rate: s.Polled, Polled: true}
	t.Run("fifo", func(t *testing.T) {
		t.Run("stamps are true", func(t *testing.T) { trueStamps(t, s) })
		t.Run("an overrun is counted", func(t *testing.T) { overrun(t, s) })
		t.Run("refused transfers spoil nothing", func(t *testing.T) { refusals(t, s) })
		both(t, s, fifo)
	})
	t.Run("polled", func(t *testing.T) { both(t, s, polled) })
}

// both is what drivers that drain and drivers that poll have in common.
func both(t *testing.T, s Subject, how Setup) {
	t.Run("contract", func(t *testing.T) { contract(t, s, how.Polled) })
	t.Run("what is not there", func(t *testing.T) { absences(t, s, how) })
	t.Run("what ends a run", func(t *testing.T) { endings(t, s, how) })
	t.Run("works again after a reset", func(t *testing.T) { afterReset(t, s, how) })
}

// Play runs a source in a bubble of simulated time for a while; open makes it there.
func Play(t *testing.T, length time.Duration, open func() hal.Source, see func(b hal.Block)) (h hal.Health, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), length)
		defer cancel()
		s := open()
		err = s.Run(ctx, see)
		h = s.(hal.Healther).Health()
	})
	return h, err
}

// play runs a rig. What prepare arranges happens in the bubble.
func play(t *testing.T, s Subject, how Setup, length time.Duration, prepare func(r *Rig), see func(b hal.Block)) (r Rig, h hal.Health, err error) {
	t.Helper()
	h, err = Play(t, length, func() hal.Source {
		r = s.Rig(how)
		if prepare != nil {
			prepare(&r)
		}
		return r.Source
	}, see)
	return r, h, err
}

// moment is the time that a sample tells, and how far its channels disagree.
func (s Subject) moment(sample []float32) (at, apart time.Duration) {
	all := s.Axes.tell(sample)
	at = told(all[0])
	for _, x := range all {
		apart = max(apart, (told(x) - at).Abs())
	}
	return at, apart
}

// blur is what quantisation does to a told time.
func (s Subject) blur() time.Duration { return told(s.Step-0.8) + 10*time.Microsecond }

// whole is the moment that a sample tells; it fails when its channels come from two.
func (s Subject) whole(t *testing.T, sample []float32) time.Duration {
	t.Helper()
	at, apart := s.moment(sample)
	if apart > 2*s.blur() {
		t.Fatalf("sample %v is of two moments, %v apart", sample, apart)
	}
	return at
}
