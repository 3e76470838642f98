package ingest

import (
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/hub/store/interval"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Verdict is what the rules say of one batch. When Ack.Rewind is set nothing may be stored.
type Verdict struct {
	Ack     wire.Ack
	Numbers []uint64       // the number of each record of the batch
	Fresh   []int          // indexes of the records whose numbers were not delivered before
	Shown   []wire.Span    // lives to store: the ranges they have shown so far
	Lost    []interval.Run // rule H3: numbers that the hub once acknowledged and no longer has
}

// Judge applies the rules H1 to H4 to a batch that has passed wire's Check, and changes r to what holds once the batch
// is stored. It leaves r alone when it finds a rewind. r.Lives must hold every life of r that reaches From(b).
func Judge(r *store.Receipt, b *wire.Batch) Verdict {
	v := Verdict{Ack: wire.Ack{Epoch: b.Epoch, Life: b.Life}, Numbers: b.Numbers()}
	shown, newer := merge(r.Lives, b.Lives)
	if newer != nil {
		v.Ack.Rewind = newer
		return v
	}
	v.Shown, r.Lives = shown, keep(r.Lives, shown)
	v.Fresh = deliver(r, v.Numbers)
	skip(r, b.Gaps)
	v.Lost = lose(r, b.Low)
	v.Ack.UpTo = reach(r, b)
	r.UpTo = max(r.UpTo, v.Ack.UpTo)
	return v
}

// From is the smallest number that any life of b claims.
func From(b *wire.Batch) uint64 {
	from := b.Low
	for _, s := range b.Lives {
		from = min(from, s.From)
	}
	return from
}

// merge is rule H4: each claimed life together with what it had shown before, or the first claimed life whose range
// meets the range of another one. A life that has committed nothing yet meets another when it could assign a number
// that the other one has used.
func merge(known, claimed []wire.Span) (shown []wire.Span, newer *wire.Life) {
	for _, c := range claimed {
		for _, k := range known {
			if k.Life == c.Life {
				c.From, c.Head = min(c.From, k.From), max(c.Head, k.Head)
			}
		}
		for _, k := range known {
			if k.Life != c.Life && c.From <= k.Head && k.From <= c.Head {
				return nil, &c.Life
			}
		}
		shown = append(shown, c)
	}
	return shown, nil
}

// keep is known with the ranges of shown put in.
func keep(known, shown []wire.Span) []wire.Span {
	all := append([]wire.Span{}, shown...)
	for _, k := range known {
		if !claims(shown, k.Life) {
			all = append(all, k)
		}
	}
	return all
}

func claims(spans []wire.Span, l wire.Life) bool {
	for _, s := range spans {
		if s.Life == l {
			return true
		}
	}
	return false
}

// deliver is rule H1: it adds numbers to the delivered ones, takes them out of the gaps, and returns which are new.
func deliver(r *store.Receipt, numbers []uint64) (fresh []int) {
	var runs []interval.Run
	for i, n := range numbers {
		if !r.Delivered.Has(n) {
			fresh = append(fresh, i)
		}
		if last := len(runs) - 1; last >= 0 && runs[last].Last+1 == n {
			runs[last].Last = n
		} else {
			runs = append(runs, interval.Run{First: n, Last: n})
		}
	}
	came := interval.Of(runs...)
	r.Delivered = r.Delivered.Union(came)
	for cause, set := range r.Gaps {
		r.Gaps[cause] = set.Minus(came)
	}
	return fresh
}

// skip adds the numbers of gaps that are neither delivered nor a gap already: the first cause counts.
func skip(r *store.Receipt, gaps []wire.Gap) {
	if len(gaps) == 0 {
		return
	}
	before := r.Union() // gaps of one batch are disjoint: none changes what another may add
	for _, g := range gaps {
		addGap(r, g.Cause, before.Missing(interval.Run{First: g.First, Last: g.Last}))
	}
}

// lose is rule H3: everything below low was acknowledged to the device once and will not come again.
func lose(r *store.Receipt, low uint64) []interval.Run {
	union := r.Union()
	if low <= union.Prefix()+1 {
		return nil
	}
	lost := union.Missing(interval.Run{First: 1, Last: low - 1})
	addGap(r, wire.HubLost, lost)
	return lost
}

func addGap(r *store.Receipt, cause wire.Cause, runs []interval.Run) {
	if len(runs) > 0 {
		r.Gaps[cause] = r.Gaps[cause].Union(interval.Of(runs...))
	}
}

// reach is rule H2.
func reach(r *store.Receipt, b *wire.Batch) uint64 {
	own, _ := b.Span() // Check saw that it is there
	return min(r.Union().Prefix(), own.Head)
}
