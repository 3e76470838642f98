package spool

import (
	"cmp"
	"slices"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Ledger is a copy of the counters of this epoch, by owner and cause. It does not wait for the disk.
func (s *Spool) Ledger() []wire.Counter {
	s.pending.mu.Lock()
	defer s.pending.mu.Unlock()
	out := make([]wire.Counter, 0, len(s.pending.ledger))
	for k, e := range s.pending.ledger {
		if e.total > 0 {
			out = append(out, wire.Counter{Owner: k.owner, Cause: k.cause, Total: e.total})
		}
	}
	slices.SortFunc(out, func(a, b wire.Counter) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Cause, b.Cause))
	})
	return out
}
