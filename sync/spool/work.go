package spool

import (
	"maps"
	"time"

	"go.etcd.io/bbolt"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// work is one commit in the making: the state as it will be.
type work struct {
	s        *Spool
	g        group
	extra    group // records of the spool itself: counters, the events of a move and of closed epochs
	changes  []change
	streams  map[wire.Stream]stream
	epoch    wire.Epoch
	life     wire.Life
	side     side
	sideNew  bool
	want     int64 // bytes to evict at least
	final    bool
	sent     bool
	leftover bool // deletions remain
	meta     metaWriter
}

// stage works out the state after the commit; nil when it would not differ.
func (s *Spool) stage(g group, want int64, final bool) *work {
	send := final || want == 0 && time.Since(s.lastSent) >= s.cfg.Quiet
	w := &work{s: s, g: g, extra: group{}, epoch: s.epoch, life: s.life, want: want, final: final}
	w.changes = s.pending.changes(send)
	if g.empty() && len(w.changes) == 0 && !s.due && s.moving == nil && len(s.untold) == 0 && want == 0 && !(final && s.dirty) {
		return nil
	}
	w.streams, w.side = maps.Clone(s.streams), s.side.clone()
	if s.moving != nil {
		w.applyMove(s.moving)
	}
	w.addClosed()
	w.addCounters()
	w.number(g)
	w.number(w.extra)
	w.reserve()
	return w
}

// addClosed tells of closed epochs in the very transaction that takes them out of the header: no crash, full memory or
// ordered stop comes between the two.
func (w *work) addClosed() {
	for _, c := range w.s.untold {
		w.add(wire.Events, w.s.encodeEvent(wire.EventEpochClosed, map[string]any{"epoch": c.Epoch, "reason": c.Reason}))
	}
}

func (w *work) addCounters() {
	for _, c := range w.changes {
		if c.send {
			w.sent = true
			w.add(wire.Metrics, wire.AppendCounter(nil, wire.Counter{Owner: c.key.owner, Cause: c.key.cause, Total: c.was.total}))
		}
	}
}

func (w *work) add(st wire.Stream, record []byte) {
	q := w.extra[st]
	if q == nil {
		q = &queue{}
		w.extra[st] = q
	}
	q.add(w.s.cfg.Clock.Boot(), record)
}

// number gives the records of g their numbers.
func (w *work) number(g group) {
	for st, q := range g {
		if q.len() > 0 {
			str := w.streams[st]
			str.Head += uint64(q.len())
			str.Bytes += int64(len(q.buf))
			w.streams[st] = str
		}
	}
}

// reserve brings the side file up to the new heads.
func (w *work) reserve() {
	w.sideNew = w.side.Life != w.life || w.side.Boot != w.s.boot || w.side.BootID != w.s.cfg.BootID || w.s.lostNew || w.sideNew
	w.side.Life, w.side.Boot, w.side.BootID = w.life, w.s.boot, w.s.cfg.BootID
	for st, str := range w.streams {
		if str.Head > 0 && w.side.reserve(st, str.segs[len(str.segs)-1].Start, str.Head) {
			w.sideNew = true
		}
	}
}

// write is the transaction.
func (w *work) write(tx *bbolt.Tx) error {
	if err := w.s.cfg.refuse(w.want > 0); err != nil {
		return err
	}
	if err := w.evict(tx); err != nil {
		return err
	}
	for _, g := range []group{w.g, w.extra} {
		for st, q := range g {
			if err := w.put(tx, st, q, g); err != nil {
				return err
			}
		}
	}
	if err := w.delete(tx); err != nil {
		return err
	}
	return w.writeMeta(tx)
}

func (w *work) put(tx *bbolt.Tx, st wire.Stream, q *queue, g group) error {
	if q.len() == 0 {
		return nil
	}
	b, err := tx.CreateBucketIfNotExists([]byte(bucketStream + string(st)))
	if err != nil {
		return err
	}
	b.FillPercent = 1 // keys only grow
	str := w.streams[st]
	first := str.Head + 1 - uint64(q.len())
	if e := w.extra[st]; e != nil && e != q {
		first -= uint64(e.len()) // the spool's own records come after the group's
	}
	for i := range q.len() {
		if err := b.Put(recordKey(str.Base, first+uint64(i)), q.value(i)); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) writeMeta(tx *bbolt.Tx) error {
	b := tx.Bucket([]byte(bucketMeta))
	counters := tx.Bucket([]byte(bucketLedger))
	if b == nil || counters == nil {
		return errDamaged
	}
	w.meta = metaWriter{bucket: b, known: w.s.meta, fresh: map[string]string{}}
	h := header{Format: fileFormat, Epoch: w.epoch, Life: w.life, Boot: w.s.boot, Dirty: !w.final,
		LastCommit: w.s.cfg.Clock.Boot().Microseconds()}
	if err := w.meta.put(keyHeader, h); err != nil {
		return err
	}
	for st, str := range w.streams {
		if err := w.meta.put(keyStream+string(st), str); err != nil {
			return err
		}
		if err := w.meta.put(keyLives+string(st), str.segs); err != nil {
			return err
		}
	}
	return putLedger(counters, w.changes)
}
