package pace

import (
	"math"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

const (
	memory  = 20e9 // nanoseconds until a look counts for 1/e
	doubt   = 0.05 // standard deviation of a nominal rate, as a share of it
	bound   = 0.15 // largest deviation from a nominal rate that is believed
	late    = 2e6  // standard deviation of the moment of a look before any was measured, nanoseconds
	surely  = 5    // standard deviations that tell a slip from noise
	patient = 3    // looks that showed too many samples before that is believed
)

// Pace stamps the samples of one FIFO. The zero value is not usable; see New.
type Pace struct {
	nominal float64       // period, nanoseconds; zero when unknown
	at      time.Duration // of the look before
	begun   bool          // at, ahead and the variances hold
	ahead   float64       // estimated time of the newest sample, relative to at
	period  float64       // estimated; zero until it is known

	// Covariance of ahead and period, and the variance of the moment of a look.
	vAhead, vBoth, vPeriod, vLook float64

	early int           // looks in a row that showed more samples than time allows
	last  time.Duration // stamp of the newest sample that Take has stamped
	given bool          // last holds
}

// New makes the pace of a FIFO with a nominal rate; zero means that the rate is not known at all.
func New(nominal hal.Hertz) *Pace {
	p := &Pace{vLook: late * late}
	if nominal > 0 {
		p.nominal = float64(time.Second) / float64(nominal)
		p.period = p.nominal
		p.vPeriod = doubt * p.nominal * doubt * p.nominal
	}
	return p
}

// Rate is the measured rate: the nominal one until samples have come, zero while nothing is known.
func (p *Pace) Rate() hal.Hertz {
	if p.period <= 0 {
		return 0
	}
	return hal.Hertz(float64(time.Second) / p.period)
}

// Lost says that samples are missing after those taken so far: the next Take starts anew, at the rate known by then.
func (p *Pace) Lost() { p.begun = false }

// Take stamps the n samples that came since the call before; at is when they were counted, or just before: a stamp
// taken after the count makes a slow machine look like lost samples. It returns the time of the first sample and the
// period between two, and whether there was a slip: samples before the first one must have been lost, or the chip's
// clock jumped. Stamps follow those of the call before; n of zero or less changes nothing. Without a nominal rate the
// period is zero until the second call.
func (p *Pace) Take(n int, at time.Duration) (first, period time.Duration, slipped bool) {
	if n <= 0 {
		return at, time.Duration(p.period), false
	}
	if p.begun {
		slipped = p.follow(float64(n), float64(at-p.at))
	} else {
		p.restart()
	}
	p.at, p.begun = at, true
	return p.stamp(n, slipped)
}

// restart puts the newest sample where it is on average at a look: half a period before it.
func (p *Pace) restart() {
	p.ahead, p.vAhead, p.vBoth, p.early = -p.period/2, p.variance(), 0, 0
}

// variance of one observation: the phase of a look within a period is even, and the look itself is late.
func (p *Pace) variance() float64 { return p.period*p.period/12 + p.vLook }

// follow takes in n samples within dt nanoseconds and reports a slip.
func (p *Pace) follow(n, dt float64) (slipped bool) {
	if p.period <= 0 { // the first two looks of an unknown rate
		p.period = max(dt/n, 1)
		p.vPeriod = 2 * p.variance() / (n * n)
		p.restart()
		return false
	}
	p.predict(n, dt)
	off := -p.period/2 - p.ahead
	gate := 1.5*p.period + surely*math.Sqrt(p.vAhead+p.vLook)
	switch {
	case off > gate:
		p.restart()
		return true
	case off < -gate:
		if p.early++; p.early >= patient {
			p.restart()
			return true
		}
		return false
	}
	p.early = 0
	p.correct(off)
	return false
}

// predict moves the state on by n samples and dt nanoseconds, and lets it forget as much as the time is worth.
func (p *Pace) predict(n, dt float64) {
	p.ahead += n*p.period - dt
	forget := math.Exp(n * p.period / memory)
	p.vAhead = (p.vAhead + 2*n*p.vBoth + n*n*p.vPeriod) * forget
	p.vBoth = (p.vBoth + n*p.vPeriod) * forget
	p.vPeriod *= forget
}

// correct takes in how far a look was from where it was expected.
func (p *Pace) correct(off float64) {
	sum := p.vAhead + p.variance()
	most := 3 * math.Sqrt(sum) // one late look counts for no more than this
	off = max(-most, min(off, most))
	gainAhead, gainPeriod := p.vAhead/sum, p.vBoth/sum
	p.ahead += gainAhead * off
	p.period += gainPeriod * off
	p.vPeriod = max(p.vPeriod-gainPeriod*p.vBoth, 0)
	p.vAhead *= 1 - gainAhead
	p.vBoth *= 1 - gainAhead
	if p.nominal > 0 {
		p.period = max(p.nominal/(1+bound), min(p.period, p.nominal/(1-bound)))
	}
	// What off shows beyond the even phase and the state's own doubt is the lateness of looks.
	seen := off*off*(1-gainAhead) - p.period*p.period/12
	p.vLook = max(p.vLook+(seen-p.vLook)/64, 0)
}

// stamp places n samples so that they end where the newest one is estimated, after all that came before.
func (p *Pace) stamp(n int, slipped bool) (time.Duration, time.Duration, bool) {
	period := time.Duration(p.period)
	first := p.at + time.Duration(p.ahead) - time.Duration(n-1)*period
	if soonest := p.last + max(period/2, 1); p.given && first < soonest {
		first = soonest
	}
	p.last, p.given = first+time.Duration(n-1)*period, true
	return first, period, slipped
}
