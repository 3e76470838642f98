package uplink

import (
	"math/rand/v2"
	"time"
)

// backoff is exponential with full jitter: every wait is random below a bound that doubles, so that a fleet that lost
// its broker together does not come back together.
type backoff struct {
	first, most time.Duration
	bound       time.Duration
}

func newBackoff(c Config) backoff { return backoff{first: c.BackoffMin, most: c.BackoffMax} }

func (b *backoff) reset() { b.bound = 0 }

func (b *backoff) next() time.Duration {
	b.bound = min(max(b.first, 2*b.bound), b.most)
	return rand.N(b.bound)
}
