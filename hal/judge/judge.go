package judge

import (
	"slices"
	"time"
)

// Rule is what one channel of a working sensor can say, in the channel's unit. Zero fields are not judged.
type Rule struct {
	Min, Max float64       // what the chip can measure at all, by its data sheet; judged when they differ
	Clip     float64       // full scale: a magnitude of this or more is cut off
	Stuck    time.Duration // longest time that the chip's own noise lets the very same value stand
	Flat     float64       // smallest peak to peak within FlatFor of a sensor that is connected to something
	FlatFor  time.Duration
	// Owner says that not the chip's data sheet asks for this but whoever set the source up: reasons are worded so. Min may
	// be -Inf then, and Max +Inf.
	Owner bool
}

// Verdict is what to do with a sample.
type Verdict uint8

const (
	Good    Verdict = iota
	Suspect         // pass it on, and say that something is wrong
	Useless         // do not pass it on
)

// Judge judges the samples of one source.
type Judge struct {
	names  []string
	rules  []Rule
	words  []words
	states []state
}

// state is what a judge remembers of one channel.
type state struct {
	begun     bool
	last      float32
	since     time.Duration // when the value last changed
	from      time.Duration // when the stretch for Flat began
	low, high float32
	flat      bool // the last whole stretch was flat
	stuck     bool // the value has stood still for too long
}

// New makes a judge. Rules may be nil or shorter than names: what has no rule is only held to be a number.
func New(names []string, rules []Rule) *Judge {
	j := &Judge{names: names, rules: make([]Rule, len(names)), words: make([]words, len(names)), states: make([]state, len(names))}
	copy(j.rules, rules)
	for i, name := range names {
		j.words[i] = j.rules[i].words(name)
	}
	return j
}

// Reset forgets what came before: call it when the chip was opened again. A channel that is stuck is remembered: a value
// that stands through that is as old as it was before.
func (j *Judge) Reset() {
	for i := range j.states {
		if !j.states[i].stuck {
			j.states[i] = state{}
		}
	}
}

// Stuck reports whether a value of the sample that was looked at last has stood still for too long. One that is not a
// number changes nothing.
func (j *Judge) Stuck() bool {
	return slices.ContainsFunc(j.states, func(s state) bool { return s.stuck })
}

// Look judges one sample taken at a time. The reason is one sentence without a full stop, empty when all is well; it
// names the channel and holds nothing that changes while the trouble lasts.
func (j *Judge) Look(at time.Duration, sample []float32) (Verdict, string) {
	worst, reason := Good, ""
	for i := range j.names {
		if v, why := j.channel(i, at, sample[i]); v > worst {
			worst, reason = v, why
		}
	}
	return worst, reason
}

func (j *Judge) channel(i int, at time.Duration, v float32) (Verdict, string) {
	r, w, s := &j.rules[i], &j.words[i], &j.states[i]
	if v-v != 0 { // NaN or infinite; it says nothing of how long a value has stood, or how flat the others are
		return Useless, w.number
	}
	// Limits are held against values as float32 has them: 15.9 reaches a limit of 15.9, and is not above it.
	clip, least, most := float32(r.Clip), float32(r.Min), float32(r.Max)
	clipped := clip > 0 && max(v, -v) >= clip
	stuck := s.repeats(r, at, v, clipped)
	flat := s.level(r, at, v)
	switch {
	case r.Min != r.Max && v < least:
		return Useless, w.below
	case r.Min != r.Max && v > most:
		return Useless, w.above
	case stuck:
		return Useless, w.stuck
	case clipped:
		return Suspect, w.clipped
	case flat:
		return Suspect, w.flat
	}
	return Good, ""
}

// repeats reports whether the value has stood still for too long. One that is cut off stands still however long.
func (s *state) repeats(r *Rule, at time.Duration, v float32, clipped bool) bool {
	if !s.begun || clipped || v != s.last {
		s.last, s.since = v, at
	}
	s.stuck = r.Stuck > 0 && at-s.since > r.Stuck
	return s.stuck
}

// level reports whether the last whole stretch of FlatFor was flat.
func (s *state) level(r *Rule, at time.Duration, v float32) bool {
	if !s.begun {
		s.begun, s.from, s.low, s.high = true, at, v, v
	}
	s.low, s.high = min(s.low, v), max(s.high, v)
	if r.FlatFor > 0 && at-s.from >= r.FlatFor {
		s.flat = float64(s.high-s.low) < r.Flat
		s.from, s.low, s.high = at, v, v
	}
	return s.flat
}
