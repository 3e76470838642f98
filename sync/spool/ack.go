package spool

import (
	"fmt"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Ack applies the hub's answer. It counts at once for Peek and is durable with the next group commit (rule D3).
//
// A number is applied only up to the end of the life it names. Answers for lives, epochs and streams that this spool
// does not know are ignored: they belong to a clone, or to a time before a rewind. An answer with Rewind that names a
// life of this stream makes the next commit move all that is not acknowledged into a new epoch (rule H4).
func (s *Spool) Ack(st wire.Stream, a wire.Ack) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fmt.Errorf("acknowledge %q: %w", st, ErrClosed)
	}
	str, ok := s.streams[st]
	switch {
	case !ok:
	case a.Epoch != s.epoch:
		s.ackLost(st, a)
	case a.Rewind != nil:
		if _, known := str.endOf(*a.Rewind); known {
			s.requestMove("rewind")
		}
	default:
		if end, known := str.endOf(a.Life); known && min(a.UpTo, end) >= str.Low {
			str.ack(min(a.UpTo, end))
			s.streams[st] = str
			s.due = true
			s.pending.touch()
		}
	}
	return nil
}

// ackLost forgets the gap of a lost epoch once the hub has it. When the hub refuses its life as a clone's (rule H4),
// the gap moves into an epoch of its own: what is lost here must be told, whatever became of the other's numbers.
func (s *Spool) ackLost(st wire.Stream, a wire.Ack) {
	for i, l := range s.side.Closed {
		r, has := l.Streams[st]
		switch {
		case !has || l.Epoch != a.Epoch || l.Life != a.Life:
		case a.Rewind != nil && *a.Rewind == l.Life:
			s.moveLost(i)
			return
		case a.Rewind == nil && a.UpTo >= r.UpTo:
			s.forgetLost(l.Epoch, st)
			return
		}
	}
}

func (s *Spool) moveLost(i int) {
	d := s.side.clone()
	l := &d.Closed[i]
	old := l.Epoch
	l.Epoch, l.Life = newEpoch(), newLife()
	for st, r := range l.Streams {
		l.Streams[st] = reserved{From: 1, UpTo: r.UpTo}
	}
	s.side, s.due, s.lostNew = d, true, true
	s.event(wire.EventRewound, map[string]any{"epoch": old.String(), "newer": l.Epoch.String(), "moved": int64(0), "reason": "lost epoch"})
}

// forgetLost takes a stream out of a lost epoch, in memory now and in the side file with the next commit.
func (s *Spool) forgetLost(e wire.Epoch, st wire.Stream) {
	d := s.side.clone()
	kept := d.Closed[:0]
	for _, l := range d.Closed {
		if l.Epoch == e {
			delete(l.Streams, st)
		}
		if len(l.Streams) > 0 {
			kept = append(kept, l)
		}
	}
	d.Closed = kept
	s.side, s.due, s.lostNew = d, true, true
	s.pending.touch()
}

// Refuse makes the gap refused of one record that is committed and not acknowledged (rule D7). For the gap of a lost
// epoch, which holds no record, it stops sending it, since what comes after must not wait for it, and counts its numbers as
// epoch_lost_untold. Anything else is ignored.
func (s *Spool) Refuse(st wire.Stream, e wire.Epoch, n uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fmt.Errorf("refuse record of %q: %w", st, ErrClosed)
	}
	str, ok := s.streams[st]
	if !ok {
		return fmt.Errorf("refuse record of %q: %w", st, ErrUnknownStream)
	}
	if e != s.epoch {
		s.refuseLost(e, st)
		return nil
	}
	if n < str.Low || n > str.Head || str.isGap(n) {
		return nil
	}
	s.log.Warn("record refused by the hub", "stream", string(st), "number", n)
	str.cover(n, n, wire.Refused)
	s.streams[st] = str
	s.gone[st] = append(s.gone[st], str.Base+n)
	s.due = true
	s.pending.touch()
	return nil
}

// refuseLost gives up the gap of a lost epoch: no record and no event will tell of it, so the ledger must.
func (s *Spool) refuseLost(e wire.Epoch, st wire.Stream) {
	for _, l := range s.side.Closed {
		if r, has := l.Streams[st]; has && l.Epoch == e {
			s.log.Warn("gap of a lost epoch refused by the hub", "stream", string(st), "epoch", e.String(), "numbers", r.UpTo)
			s.Count(owner(st), causeLostUntold, r.UpTo)
			s.forgetLost(e, st)
			return
		}
	}
}

// move is a new epoch for everything that is not acknowledged.
type move struct {
	epoch wire.Epoch
	life  wire.Life
	cause string
}

func (s *Spool) requestMove(cause string) {
	if s.moving == nil {
		s.moving = &move{epoch: newEpoch(), life: newLife(), cause: cause}
		s.pending.hurry()
	}
}

// applyMove renumbers all streams and says so in an event: what the hub had before may come twice.
func (w *work) applyMove(m *move) {
	var moved uint64
	for st, str := range w.streams {
		moved += str.waiting()
		str.move(m.life)
		w.streams[st] = str
	}
	w.add(wire.Events, w.s.encodeEvent(wire.EventRewound, map[string]any{
		"epoch": w.epoch.String(), "newer": m.epoch.String(), "moved": int64(moved), "reason": m.cause,
	}))
	w.epoch, w.life = m.epoch, m.life
	w.side.lost = lost{Epoch: m.epoch, Life: m.life, Boot: w.s.boot, Streams: map[wire.Stream]reserved{}}
	w.sideNew = true
}
