package gpio

import "time"

// stamps converts CLOCK_MONOTONIC to CLOCK_BOOTTIME. They run alike but for suspends, which only the latter counts: the
// offset is constant from one suspend to the next, and is measured again all the time to notice one. An edge from
// before a suspend that is read after it comes out late by the time slept.
type stamps struct {
	boot, monotonic func() time.Duration

	known  bool
	offset time.Duration
	slack  time.Duration // the offset is known to this much
}

// measure takes the offset anew and reports whether the machine was suspended since the last time.
func (s *stamps) measure() bool {
	before := s.boot()
	mono := s.monotonic()
	slack := (s.boot() - before) / 2
	offset := before + slack - mono
	differ := max(offset-s.offset, s.offset-offset) > slack+s.slack+time.Microsecond
	if s.known && !differ && slack >= s.slack {
		return false // no better than what is known
	}
	jumped := s.known && differ
	s.known, s.offset, s.slack = true, offset, slack
	return jumped
}

func (s *stamps) time(monotonic time.Duration) time.Duration { return monotonic + s.offset }
