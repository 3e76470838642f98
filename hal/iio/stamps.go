package iio

import (
	"fmt"
	"math"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

// slack is how far in the future a stamp may seem: coarse clocks and conversions are off by less.
const slack = 10 * time.Millisecond

// stamps turns the kernel's stamps into times on CLOCK_BOOTTIME. The distance of the two clocks is measured around
// every read. When a clock was set in between, some stamps of the read are from before that: each takes the distance
// that puts it where it can be, after the sample before it and not in the future.
type stamps struct {
	clock  clock.Clock
	name   string // of the kernel's clock
	before time.Duration
	after  time.Duration // distance to boottime, measured before and after the read
	now    time.Duration
}

func newStamps(c clock.Clock, name string) (*stamps, error) {
	if name == "" {
		name = "realtime" // before Linux 4.7 there was no choice
	}
	s := &stamps{clock: c, name: name}
	if !knownClock(name) {
		return nil, fmt.Errorf("stamps in the clock %q are unknown", name)
	}
	s.measure()
	s.before = s.after
	return s, nil
}

// measure takes the distance anew: the tightest of three looks, so that being interrupted in between does not count.
func (s *stamps) measure() {
	if s.name == boottime {
		s.now = s.clock.Boot()
		return
	}
	s.before = s.after
	best := time.Duration(math.MaxInt64)
	for range 3 {
		from := s.clock.Boot()
		other := s.other()
		to := s.clock.Boot()
		if to-from < best {
			best, s.after = to-from, from+(to-from)/2-other
		}
		s.now = to
	}
}

func (s *stamps) other() time.Duration {
	if isRealtime(s.name) {
		return time.Duration(s.clock.Wall().UnixNano())
	}
	return readClock(s.name)
}

func isRealtime(name string) bool { return name == "realtime" || name == "realtime_coarse" }

// boot is a stamp on CLOCK_BOOTTIME. Last and period are the time of the sample before and the distance expected, zero
// when unknown. False says that the stamp cannot be true: it is in the future, or far before the sample before it.
func (s *stamps) boot(stamp int64, last, period time.Duration) (time.Duration, bool) {
	now, then := time.Duration(stamp)+s.after, time.Duration(stamp)+s.before
	expected := last + period
	if last == 0 {
		expected = s.now
	}
	fits := func(at time.Duration) bool { return at <= s.now+slack && (last == 0 || at > last-period) && at > 0 }
	switch {
	case fits(now) && (!fits(then) || apart(now, expected) <= apart(then, expected)):
		return now, true
	case fits(then):
		return then, true
	}
	return 0, false
}

func apart(a, b time.Duration) time.Duration { return max(a-b, b-a) }
