package spool

import (
	"slices"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// segment says who gave the numbers from From on: a life, in a boot. A life has several segments only after a move
// into a new epoch, when its records come from several boots.
type segment struct {
	Life  wire.Life `json:"life"`
	Start uint64    `json:"start"` // the first number that Life could assign
	From  uint64    `json:"from"`
	Boot  uint64    `json:"boot"`
}

// stream is what is known of one stream: pure arithmetic on numbers, no I/O. Copies are independent: slices are
// replaced, never changed in place.
type stream struct {
	Class wire.Class `json:"class"`
	Base  uint64     `json:"base"` // a record's key in the file is Base plus its number
	Low   uint64     `json:"low"`  // the smallest number that is not acknowledged
	Head  uint64     `json:"head"` // the last number that was committed
	Bytes int64      `json:"bytes"`
	Gaps  []wire.Gap `json:"gaps,omitempty"`
	segs  []segment
}

func newStream(class wire.Class) stream { return stream{Class: class, Low: 1} }

// valid reports whether numbers read from a file make sense together.
func (s *stream) valid() bool {
	if s.Low == 0 || s.Low > s.Head+1 || s.Head > wire.MaxNumber || s.Base > wire.MaxNumber || len(s.segs) == 0 {
		return false
	}
	next := s.Low
	for _, g := range s.Gaps {
		if g.First < next || g.Last < g.First || g.Last > s.Head || !g.Cause.Valid() {
			return false
		}
		next = g.Last + 1
	}
	for i, g := range s.segs {
		if g.Start == 0 || g.Start > g.From || g.From > s.Head+1 || i > 0 && g.From <= s.segs[i-1].From {
			return false
		}
	}
	return s.segs[0].From <= s.Low
}

// begin lets life own the numbers after Head.
func (s *stream) begin(life wire.Life, boot uint64) {
	next := segment{Life: life, Start: s.Head + 1, From: s.Head + 1, Boot: boot}
	segs := slices.Clone(s.segs)
	if n := len(segs); n > 0 && segs[n-1].From == next.From {
		segs = segs[:n-1] // it owned nothing
	}
	s.segs = append(segs, next)
	s.prune()
}

// at returns the segment that owns number n and the last number it owns.
func (s *stream) at(n uint64) (segment, uint64) {
	i := len(s.segs) - 1
	for i > 0 && s.segs[i].From > n {
		i--
	}
	return s.segs[i], s.lastOf(i)
}

func (s *stream) lastOf(i int) uint64 {
	if i+1 < len(s.segs) {
		return s.segs[i+1].From - 1
	}
	return s.Head
}

// endOf is the last number that life owns; false when it is not known here.
func (s *stream) endOf(life wire.Life) (end uint64, known bool) {
	for i, g := range s.segs {
		if g.Life == life {
			end, known = s.lastOf(i), true
		}
	}
	return end, known
}

// spans lists every life that owns numbers from Low up.
func (s *stream) spans() []wire.Span {
	var out []wire.Span
	for i, g := range s.segs {
		last := s.lastOf(i)
		if last < s.Low || last < g.From {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Life == g.Life {
			out[n-1].Head = last
			continue
		}
		out = append(out, wire.Span{Life: g.Life, From: g.Start, Head: last})
	}
	return out
}

// waiting is the number of records that are neither acknowledged nor a gap.
func (s *stream) waiting() uint64 {
	n := s.Head + 1 - s.Low
	for _, g := range s.Gaps {
		n -= g.Last + 1 - g.First
	}
	return n
}

// isGap reports whether number n is in a gap.
func (s *stream) isGap(n uint64) bool {
	return slices.ContainsFunc(s.Gaps, func(g wire.Gap) bool { return g.First <= n && n <= g.Last })
}

// ack drops everything up to number n.
func (s *stream) ack(n uint64) {
	s.Low = n + 1
	var gaps []wire.Gap
	for _, g := range s.Gaps {
		if g.Last > n {
			g.First = max(g.First, s.Low)
			gaps = append(gaps, g)
		}
	}
	s.Gaps = gaps
	s.prune()
}

// prune forgets segments that own nothing from Low up.
func (s *stream) prune() {
	drop := 0
	for drop+1 < len(s.segs) && s.segs[drop+1].From <= s.Low {
		drop++
	}
	s.segs = slices.Clone(s.segs[drop:])
}

// cover makes a gap of every number from first to last that is in none yet.
func (s *stream) cover(first, last uint64, cause wire.Cause) {
	var out []wire.Gap
	add := func(g wire.Gap) {
		if n := len(out); n > 0 && out[n-1].Cause == g.Cause && out[n-1].Last+1 == g.First {
			out[n-1].Last = g.Last
		} else if g.First <= g.Last {
			out = append(out, g)
		}
	}
	next := first // the first number that is not yet placed
	for _, g := range s.Gaps {
		if g.First > next && next <= last {
			add(wire.Gap{First: next, Last: min(last, g.First-1), Cause: cause})
		}
		add(g)
		next = max(next, g.Last+1)
	}
	if next <= last {
		add(wire.Gap{First: next, Last: last, Cause: cause})
	}
	s.Gaps = out
}

// move renumbers what is not acknowledged from 1, in a new epoch under a new life. Keys in the file stay as they are.
func (s *stream) move(life wire.Life) {
	shift := s.Low - 1
	s.Base, s.Head, s.Low = s.Base+shift, s.Head-shift, 1
	gaps := slices.Clone(s.Gaps)
	for i := range gaps {
		gaps[i].First, gaps[i].Last = gaps[i].First-shift, gaps[i].Last-shift
	}
	s.Gaps = gaps
	segs := slices.Clone(s.segs)
	for i := range segs {
		from := uint64(1)
		if segs[i].From > shift {
			from = segs[i].From - shift
		}
		segs[i] = segment{Life: life, Start: 1, From: from, Boot: segs[i].Boot}
	}
	s.segs = segs
}
