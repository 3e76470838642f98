package fifotest

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
)

// Clock is the one clock of chip and source: the time of a bubble in the suite, and real time outside.
type Clock struct{}

// Boot is the wall time as a duration.
func (Clock) Boot() time.Duration { return time.Duration(time.Now().UnixNano()) }

// Wall is the wall time.
func (Clock) Wall() time.Time { return time.Now() }

// lap is how long the ramp takes.
const lap = 20 * time.Second

// Ramp rises from -0.8 to 0.8 in a lap and starts anew. Models scale it to their ranges.
func Ramp(t time.Duration) float64 { return 0.8 * (2*float64(t%lap)/float64(lap) - 1) }

// told is the time within a lap at which the ramp had a value.
func told(x float64) time.Duration { return time.Duration((x/0.8 + 1) / 2 * float64(lap)) }

// Rig is a driver on a bus with the model of its chip.
type Rig struct {
	Source  hal.Source // with Clock
	Bus     *chiptest.Bus
	Address uint16
	Reset   func()     // a brown-out of the chip
	Freeze  func(bool) // the chip makes no samples
}

// Subject makes rigs.
type Subject struct {
	Rate hal.Hertz // nominal
	// Rig makes a chip that feels Ramp at a true rate of Rate times 1+skew.
	Rig func(skew float64) Rig
	// Tell is what the ramp was by each of some channels of a sample; those of one moment must agree.
	Tell func(sample []float32) []float64
	Step float64 // how coarsely a channel tells the ramp
	// Polled drivers keep no FIFO: only what ends a run is checked.
	Polled bool
}

// Run runs the suite.
func Run(t *testing.T, s Subject) {
	if !s.Polled {
		t.Run("stamps are true", func(t *testing.T) { trueStamps(t, s) })
		t.Run("an overrun is counted", func(t *testing.T) { overrun(t, s) })
		t.Run("refused transfers spoil nothing", func(t *testing.T) { refusals(t, s) })
	}
	t.Run("what ends a run", func(t *testing.T) { endings(t, s) })
	t.Run("works again after a reset", func(t *testing.T) { afterReset(t, s) })
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
func play(t *testing.T, s Subject, skew float64, length time.Duration, prepare func(r *Rig), see func(b hal.Block)) (r Rig, h hal.Health, err error) {
	t.Helper()
	h, err = Play(t, length, func() hal.Source {
		r = s.Rig(skew)
		if prepare != nil {
			prepare(&r)
		}
		return r.Source
	}, see)
	return r, h, err
}

// moment is the time that a sample tells, and how far its channels disagree.
func (s Subject) moment(sample []float32) (at, apart time.Duration) {
	all := s.Tell(sample)
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

// between is the way from one moment of the ramp to a later one.
func between(from, to time.Duration) time.Duration {
	return time.Duration(math.Mod(float64(to-from+lap), float64(lap)))
}
