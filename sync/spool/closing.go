package spool

import (
	"slices"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// maxUntold bounds the epochs that end one after the other before any commit can tell of them: a file that breaks
// again and again. Beyond it the oldest give way and are counted.
const maxUntold = 16

// closingOf is nil when cause is empty: then no epoch ends.
func closingOf(d *side, cause string) *closing {
	switch {
	case cause == "":
		return nil
	case d == nil:
		return &closing{Epoch: "unknown", Reason: cutText(cause, 200)}
	}
	return &closing{Epoch: d.Epoch.String(), Reason: cutText(cause, 200)}
}

// untoldWith is what the header of a new file says: the epochs that nothing has told of yet, and c unless it is nil.
func (s *Spool) untoldWith(c *closing) []closing {
	out := slices.Clone(s.untold)
	if c != nil && !slices.Contains(out, *c) {
		out = append(out, *c)
	}
	if over := len(out) - maxUntold; over > 0 {
		s.Count(owner(wire.Events), causeMemoryFull, uint64(over))
		out = slices.Delete(out, 0, over)
	}
	return out
}

// sayClosed has the next commit tell of the epochs that a header names.
func (s *Spool) sayClosed(untold []closing) {
	s.untold = untold
	if len(untold) > 0 {
		s.pending.hurry()
	}
}
