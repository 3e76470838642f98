package spool

import (
	"errors"
	"fmt"
	"maps"
	"time"

	bbolterrors "go.etcd.io/bbolt/errors"
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
		if err == nil && !earlier {
			s.recovered(final)
			return nil
		}
		if err != nil { // otherwise take what came while that group waited
			if err = s.repair(err); err != nil {
				break
			}
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

func (s *Spool) recovered(final bool) {
	if s.lastErr != nil {
		s.log.Info("spool writes again")
	}
	s.lastErr = nil
	if !final {
		s.maybeCompact()
	}
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

// publish makes the committed state the spool's.
func (s *Spool) publish(w *work) {
	s.epoch, s.life, s.streams = w.epoch, w.life, w.streams
	s.dirty, s.due = !w.final, w.leftover
	s.untold = nil // the commit held their events
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
