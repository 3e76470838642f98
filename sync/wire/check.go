package wire

import (
	"errors"
	"fmt"
)

// Numbers returns the number of each record: consecutive from First, skipping what Gaps lists.
func (b *Batch) Numbers() []uint64 {
	out := make([]uint64, len(b.Records))
	n, gaps := b.First, b.Gaps
	for i := range out {
		for len(gaps) > 0 && gaps[0].First <= n {
			n = max(n, gaps[0].Last+1)
			gaps = gaps[1:]
		}
		out[i] = n
		n++
	}
	return out
}

// Last is the largest number that b speaks of, as a record or in a gap; First-1 when it speaks of none.
func (b *Batch) Last() uint64 {
	next, left := b.First, uint64(len(b.Records))
	for _, g := range b.Gaps {
		if g.First > next {
			run := min(left, g.First-next)
			left, next = left-run, next+run
		}
		next = max(next, g.Last+1)
	}
	return next + left - 1
}

// Span returns the range of b's own life.
func (b *Batch) Span() (Span, bool) {
	for _, s := range b.Lives {
		if s.Life == b.Life {
			return s, true
		}
	}
	return Span{}, false
}

// Check reports the first rule of a batch that b breaks, nil when it keeps them all:
//
//   - Lives are ascending and disjoint, each with 1 <= From <= Head+1, and the batch's own life is among them.
//   - Gaps are ascending and disjoint, each with a cause, none before First.
//   - Gaps and records together are 1 to Head of the life, at least one of them, and leave no number out.
//   - 1 <= Low <= First, and nothing is beyond the limits of this package.
func (b *Batch) Check() error {
	if err := b.checkSizes(); err != nil {
		return err
	}
	if err := checkLives(b.Lives); err != nil {
		return err
	}
	own, ok := b.Span()
	if !ok {
		return errors.New("the batch's life is not among its lives")
	}
	if b.Low == 0 || b.First < b.Low {
		return fmt.Errorf("first number %d is below low %d, or low is 0", b.First, b.Low)
	}
	if err := b.checkGaps(); err != nil {
		return err
	}
	if last := b.Last(); last > own.Head {
		return fmt.Errorf("number %d is beyond the life's head %d", last, own.Head)
	}
	return b.checkCover()
}

func (b *Batch) checkSizes() error {
	switch {
	case len(b.Records) > MaxRecords:
		return fmt.Errorf("%d records, more than %d", len(b.Records), MaxRecords)
	case len(b.Gaps) > MaxGaps:
		return fmt.Errorf("%d gaps, more than %d", len(b.Gaps), MaxGaps)
	case len(b.Lives) > MaxLives:
		return fmt.Errorf("%d lives, more than %d", len(b.Lives), MaxLives)
	case len(b.Records) == 0 && len(b.Gaps) == 0:
		return errors.New("neither records nor gaps")
	case b.Codec != 0:
		return fmt.Errorf("unknown codec %d", b.Codec)
	case b.Clock != nil && (!micros(b.Clock.Offset.Microseconds()) || !micros(b.Clock.Err.Microseconds()) || b.Clock.Err < 0):
		return errors.New("clock is out of range")
	}
	for i, r := range b.Records {
		if len(r.Data) > MaxRecord {
			return fmt.Errorf("record %d of %d bytes, more than %d", i, len(r.Data), MaxRecord)
		}
		if us := r.At.Microseconds(); us < 0 || us > maxMicros {
			return fmt.Errorf("time of record %d is out of range", i)
		}
	}
	return nil
}

func checkLives(lives []Span) error {
	var head uint64
	seen := make(map[Life]struct{}, len(lives))
	for _, s := range lives {
		if _, twice := seen[s.Life]; twice {
			return fmt.Errorf("life %v is listed twice", s.Life)
		}
		seen[s.Life] = struct{}{}
		if s.From <= head || s.From > s.Head+1 || s.Head > MaxNumber {
			return fmt.Errorf("life %v owns %d to %d after %d", s.Life, s.From, s.Head, head)
		}
		head = s.Head
	}
	return nil
}

func (b *Batch) checkGaps() error {
	next := b.First
	for _, g := range b.Gaps {
		if g.First < next || g.Last < g.First || g.Last > MaxNumber {
			return fmt.Errorf("gap %d to %d is out of order", g.First, g.Last)
		}
		if !g.Cause.Valid() {
			return fmt.Errorf("gap %d to %d has unknown %v", g.First, g.Last, g.Cause)
		}
		next = g.Last + 1
	}
	return nil
}

// checkCover refuses numbers between First and Last that are neither record nor gap: a gap that begins after the
// records have run out.
func (b *Batch) checkCover() error {
	n := uint64(len(b.Records))
	for _, g := range b.Gaps {
		n += g.Last - g.First + 1
	}
	if last := b.Last(); last-b.First+1 != n {
		return fmt.Errorf("%d to %d holds %d records and gaps", b.First, last, n)
	}
	return nil
}
