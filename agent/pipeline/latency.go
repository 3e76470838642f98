package pipeline

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// The buckets of latency are log-linear: 16 to each doubling, so a quantile is off by at most 1/16 of itself. They
// reach from 1 ns to 2^37 ns, a bit more than two minutes.
const (
	subBits = 4
	subs    = 1 << subBits
	octaves = 37
	buckets = (octaves - subBits + 1) * subs
)

// latency counts durations. One goroutine adds, any may read.
type latency struct {
	counts [buckets]atomic.Uint64
	max    atomic.Int64
}

func (l *latency) add(d time.Duration) {
	l.counts[bucketOf(d)].Add(1)
	if int64(d) > l.max.Load() {
		l.max.Store(int64(d))
	}
}

func bucketOf(d time.Duration) int {
	n := uint64(max(d, 0))
	if n < subs {
		return int(n)
	}
	shift := bits.Len64(n) - 1 - subBits
	return min((shift+1)*subs+int(n>>shift)-subs, buckets-1)
}

// upper is the longest duration of a bucket.
func upper(bucket int) time.Duration {
	if bucket < subs {
		return time.Duration(bucket)
	}
	shift := bucket/subs - 1
	return time.Duration((uint64(bucket%subs+subs+1) << shift) - 1)
}

// counts is a copy of the buckets.
type counts [buckets]uint64

func (l *latency) read(c *counts) {
	for i := range l.counts {
		c[i] = l.counts[i].Load()
	}
}

// since turns c into what was added after earlier was read.
func (c *counts) since(earlier *counts) {
	for i := range c {
		c[i] -= earlier[i]
	}
}

// quantile is an upper bound of the duration that a fraction q of all stayed within; zero when there are none.
func (c *counts) quantile(q float64) time.Duration {
	var total, seen uint64
	for _, n := range c {
		total += n
	}
	if total == 0 {
		return 0
	}
	rank := max(uint64(q*float64(total)+0.999999), 1)
	for i, n := range c {
		if seen += n; seen >= rank {
			return upper(i)
		}
	}
	return upper(buckets - 1)
}
