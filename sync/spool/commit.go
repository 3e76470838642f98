package spool

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

func (s *Spool) commit(final bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	return s.commitLocked(final)
}

// attempts bounds what one call tries: the group of an earlier failure, this one, a new file, a full file.
const attempts = 6

// commitLocked commits everything that waits. A damaged file is replaced and the group goes into the new one.
func (s *Spool) commitLocked(final bool) error {
	var err error
	for range attempts {
		if err = s.heal(); err != nil {
			break
		}
		earlier := s.taken != nil
		if !earlier {
			s.taken = s.pending.take()
		}
		err = s.commitGroup(s.taken, 0, final)
		if err == nil {
			if earlier {
				continue // what came while that group waited
			}
			s.recovered()
			if !final {
				s.maybeCompact()
			}
			return nil
		}
		if err = s.repair(err); err != nil {
			break
		}
	}
	if err == nil {
		err = errors.New("no end of repairs")
	}
	err = fmt.Errorf("commit spool: %w", err)
	s.failed(err)
	return err
}

// heal makes sure that there is a file to write to.
func (s *Spool) heal() error {
	if s.broken != nil {
		if err := s.discard(s.broken); err != nil {
			return err
		}
	}
	if s.file == nil {
		return s.open()
	}
	return nil
}

// repair answers a failed commit: nil says try again.
func (s *Spool) repair(err error) error {
	switch {
	case errors.Is(err, bbolterrors.ErrMaxSizeReached):
		return s.commitGroup(nil, s.cfg.Max/8, false)
	case isPassing(err):
		return err
	}
	return s.discard(err)
}

// discard closes a damaged file, sets it aside and starts a new epoch.
func (s *Spool) discard(cause error) error {
	s.broken = cause
	if s.file != nil {
		_ = s.file.close() // it is damaged anyway
		s.file = nil
	}
	if err := s.setAside(&s.side, cause); err != nil {
		return err
	}
	s.broken = nil
	d, err := s.readSide()
	if err != nil {
		return err
	}
	return s.startEpoch(d, cause.Error())
}

// failed notes an error of the disk; only the first of a row is logged.
func (s *Spool) failed(err error) {
	if s.lastErr == nil {
		s.log.Error("spool cannot write; records wait in memory", "err", err)
	}
	s.lastErr = err
	s.pending.failed()
}

func (s *Spool) recovered() {
	if s.lastErr != nil {
		s.log.Info("spool writes again")
	}
	s.lastErr = nil
}

// work is one commit in the making: the state as it will be.
type work struct {
	s        *Spool
	g        group
	extra    group // records of the spool itself: counters, the event of a move
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

// commitGroup commits g and everything else that waits, or nothing. It does nothing when nothing waits.
func (s *Spool) commitGroup(g group, want int64, final bool) error {
	w := s.stage(g, want, final)
	if w == nil {
		s.finish(g)
		return nil
	}
	if w.sideNew {
		if err := s.writeSide(w.side); err != nil {
			return err
		}
	}
	s.cfg.fail("commit.before")
	before, _ := s.file.handle.Stat()
	if want > 0 { // eviction alone may exceed the limit: it makes room
		s.file.db.MaxSize = 0
		defer func() { s.restoreLimit() }()
	}
	err := s.file.update(w.write)
	s.cfg.fail("commit.after")
	if err != nil {
		return err
	}
	s.publish(w)
	if after, err := s.file.handle.Stat(); err == nil && before != nil && after.Size() > before.Size() {
		s.fsyncs++ // bbolt syncs each time it grows the file
	}
	return nil
}

func (s *Spool) restoreLimit() {
	if s.file != nil {
		s.file.db.MaxSize = int(s.cfg.Max)
	}
}

func (s *Spool) finish(g group) {
	if g != nil {
		s.pending.done(g)
		s.taken = nil
	}
}

// stage works out the state after the commit; nil when it would not differ.
func (s *Spool) stage(g group, want int64, final bool) *work {
	send := final || want == 0 && time.Since(s.lastSent) >= s.cfg.Quiet
	w := &work{s: s, g: g, extra: group{}, epoch: s.epoch, life: s.life, want: want, final: final}
	w.changes = s.pending.changes(send)
	if g.empty() && len(w.changes) == 0 && !s.due && s.moving == nil && want == 0 && !(final && s.dirty) {
		return nil
	}
	w.streams, w.side = maps.Clone(s.streams), s.side.clone()
	if s.moving != nil {
		w.applyMove(s.moving)
	}
	w.addCounters()
	w.number(g)
	w.number(w.extra)
	w.reserve()
	return w
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
	w.sideNew = w.side.Life != w.life || w.side.Boot != w.s.boot || w.side.BootID != w.s.cfg.BootID || w.s.forgot || w.sideNew
	w.side.Life, w.side.Boot, w.side.BootID = w.life, w.s.boot, w.s.cfg.BootID
	for st, str := range w.streams {
		if str.Head > 0 && w.side.reserve(st, str.segs[len(str.segs)-1].Start, str.Head) {
			w.sideNew = true
		}
	}
}

// write is the transaction.
func (w *work) write(tx *bbolt.Tx) error {
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

// publish makes the committed state the spool's.
func (s *Spool) publish(w *work) {
	s.epoch, s.life, s.streams = w.epoch, w.life, w.streams
	s.dirty, s.due = !w.final, w.leftover
	maps.Copy(s.meta, w.meta.fresh)
	s.moving = nil
	clear(s.gone)
	s.commits++
	s.fsyncs += 2
	s.lastCommit = time.Now()
	if w.sent {
		s.lastSent = s.lastCommit
	}
	s.finish(w.g)
	s.pending.settle(w.changes)
	if w.leftover {
		s.pending.hurry()
	}
	s.signal()
}
