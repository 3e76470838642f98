package timelimit

import (
	"math/bits"
	"time"
)

// The buckets are four to each doubling, so the 99th percentile is at most a quarter too long.
const (
	perOctave = 4
	buckets   = 40 * perOctave // up to 2^40 ns, 18 minutes
	often     = 256            // calls between two looks at the counts
	memory    = 1 << 13        // calls after which older ones count half
)

// Config of a Limit. Zero values mean the documented defaults.
type Config struct {
	Fixed time.Duration // a limit from the configuration: nothing is learned; zero learns
	First time.Duration // until the first call has been measured; zero means 30 s
	Least time.Duration // of a learned limit; zero means 1 s
	Times int           // how many times the 99th percentile; zero means 10
}

// Limit is how long a call may take. It belongs to one goroutine.
type Limit struct {
	cfg    Config
	counts [buckets]uint32
	total  uint32
	now    time.Duration
}

// New makes a limit that knows no call yet.
func New(cfg Config) *Limit {
	if cfg.First <= 0 {
		cfg.First = 30 * time.Second
	}
	if cfg.Least <= 0 {
		cfg.Least = time.Second
	}
	if cfg.Times <= 0 {
		cfg.Times = 10
	}
	l := &Limit{cfg: cfg, now: cfg.First}
	if cfg.Fixed > 0 {
		l.now = cfg.Fixed
	}
	return l
}

// Now is how long the next call may take.
func (l *Limit) Now() time.Duration { return l.now }

// Add takes the duration of a call that came to its end.
func (l *Limit) Add(d time.Duration) {
	if l.cfg.Fixed > 0 {
		return
	}
	l.counts[bucketOf(d)]++
	l.total++
	if l.total >= memory {
		l.halve()
	}
	if l.total%often == 0 || l.total&(l.total-1) == 0 {
		l.now = max(time.Duration(l.cfg.Times)*l.p99(), l.cfg.Least)
	}
}

func (l *Limit) halve() {
	l.total = 0
	for i := range l.counts {
		l.counts[i] /= 2
		l.total += l.counts[i]
	}
}

// p99 is the upper end of the bucket that holds the 99th percentile; of fewer than 100 calls, that of the longest.
func (l *Limit) p99() time.Duration {
	above := l.total / 100
	for i := buckets - 1; i > 0; i-- {
		if l.counts[i] > above {
			return upper(i)
		}
		above -= l.counts[i]
	}
	return upper(0)
}

func bucketOf(d time.Duration) int {
	n := uint64(max(d, perOctave))
	octave := bits.Len64(n) - 1
	return min(octave*perOctave+int(n>>(octave-2))-perOctave, buckets-1)
}

// upper is the first duration above a bucket.
func upper(bucket int) time.Duration {
	octave, part := bucket/perOctave, bucket%perOctave
	return time.Duration(uint64(perOctave+part+1) << octave / perOctave)
}
