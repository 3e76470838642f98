package agent

import (
	"math/rand/v2"
	"time"
)

// Pause grows between restarts: First, then twice as long each time up to Most, each shortened at random by up to a
// quarter so that many devices that failed together do not come back together.
type Pause struct {
	First time.Duration // zero means 500 ms
	Most  time.Duration // zero means 1 minute
	Calm  time.Duration // a run of this length forgets the failures before it; zero means Most
}

func (p Pause) withDefaults() Pause {
	if p.First <= 0 {
		p.First = 500 * time.Millisecond
	}
	if p.Most <= 0 {
		p.Most = time.Minute
	}
	p.Most = max(p.Most, p.First)
	if p.Calm <= 0 {
		p.Calm = p.Most
	}
	return p
}

// after is the pause after the given number of failures in a row, counted from 1.
func (p Pause) after(failures int) time.Duration {
	d := p.First
	for i := 1; i < failures && d < p.Most; i++ {
		d *= 2
	}
	d = min(d, p.Most)
	return d - rand.N(d/4+1)
}
