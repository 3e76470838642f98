package hal

import (
	"cmp"
	"fmt"
	"time"
)

// Silence says when a source that gives nothing is unwell, and in what words. The zero value is right for a source that
// asks its hardware itself: with a fixed rate it is told after ten blocks without one, but at least 10 s; without one
// never, for a door may stay shut all winter.
type Silence struct {
	After  time.Duration // without any, from the start of a run or the last that came; zero means by the rate
	Period time.Duration // of the samples, where it is known before the first one comes; zero means it is not
	Of     string        // what does not come, as "line"; empty means "sample"
	Check  string        // what a person can look at, as "check its plug"; may be empty
}

// hush is the shortest silence of a source with a fixed rate that is told; that of ten blocks if it is longer.
const hush = 10 * time.Second

// silence is what a Pulse knows of it.
type silence struct {
	Silence
	began time.Duration // when the run began; zero from its first block on, and between runs
	heard time.Duration // when the last block was passed on; zero before the first of a run and while one is on its way
	usual time.Duration // between two blocks; zero when the source has no fixed rate
	blank time.Duration // when the first of a row of blocks without any number came; zero when the last had one
}

func (s *silence) begin(now time.Duration) { s.began, s.heard, s.usual, s.blank = now, 0, s.Period, 0 }

func (s *silence) end() { s.began, s.heard, s.blank = 0, 0, 0 }

// expect notes how long it may take to the next block: as long as this one lasts, or as the one before it took.
func (s *silence) expect(now time.Duration, b Block) {
	took := time.Duration(0)
	if s.heard > 0 && now-s.heard <= s.limit() { // what was told as silence is not usual
		took = now - s.heard
	}
	s.began, s.heard, s.usual = 0, 0, 0
	if b.Period > 0 {
		s.usual = max(b.Period*time.Duration(max(b.Samples(), 1)), took)
	}
	if !numberless(b.Values) {
		s.blank = 0
	} else if s.blank == 0 {
		s.blank = now
	}
}

// numberless reports whether there are values, and none is a number. One look is enough where the first is one.
func numberless(values []float32) bool {
	for _, v := range values {
		if v == v {
			return false
		}
	}
	return len(values) > 0
}

// useless notes that something came, which was of no use: that is told, and is no silence.
func (s *silence) useless(now time.Duration) {
	if s.After > 0 && cmp.Or(s.heard, s.began) > 0 {
		s.heard = now
	}
}

// limit is the longest silence that is no trouble; zero when none is.
func (s *silence) limit() time.Duration {
	if s.After > 0 || s.usual == 0 {
		return s.After
	}
	return max(hush, 10*s.usual)
}

// told is a sentence and since when nothing came, or nothing that is a number; an empty one as long as that is no
// trouble. Where the limit is the owner's, it also replaces what was wrong with the last that came.
func (s *silence) told(now time.Duration, state State) (reason string, since time.Duration) {
	since, limit := cmp.Or(s.heard, s.began), s.limit()
	switch {
	case state > Degraded || state == Degraded && s.After == 0:
		return "", 0
	case since > 0 && limit > 0 && now-since > limit:
		reason = fmt.Sprintf("no %s for more than %s", cmp.Or(s.Of, "sample"), limit.Round(time.Second))
		if s.Check != "" {
			reason += ": " + s.Check
		}
		return reason, since
	case s.blank > 0 && now-s.blank > cmp.Or(limit, hush):
		return fmt.Sprintf("nothing but nan for more than %s: what is read has no value to give", cmp.Or(limit, hush).Round(time.Second)), s.blank
	}
	return "", 0
}
