package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"syscall"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func isLocked(err error) bool { return errors.Is(err, bbolterrors.ErrTimeout) }
func isForbidden(err error) bool {
	return errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM)
}

// open makes s.file the spool's file: the one that is there, or a new one in a new epoch.
func (s *Spool) open() error {
	d, err := s.readSide()
	if err != nil {
		return err
	}
	cause, err := s.openExisting(d)
	if err == nil && s.file == nil {
		err = s.startEpoch(d, cause)
	}
	if err != nil {
		return err
	}
	return s.removeLeftovers() // the file is locked now: what lies about is nobody's work
}

// openExisting opens the file that is there. It leaves s.file nil when there is none, and when it had to be set aside;
// cause then says why an epoch ends, empty when none does.
func (s *Spool) openExisting(d *side) (cause string, err error) {
	if err := s.adopt(d); err != nil {
		return "", err
	}
	if _, err := os.Stat(s.path(fileName)); errors.Is(err, fs.ErrNotExist) {
		if d != nil && len(d.Streams) > 0 {
			return "the file is missing", nil
		}
		return "", nil
	} else if err != nil {
		return "", err
	}
	err = s.load(d)
	if err == nil {
		return "", remove(s.path(newFileName)) // after the lock: another process may be compacting into it
	}
	if isPassing(err) {
		return "", err
	}
	return err.Error(), s.setAside(d, err)
}

// adopt finishes the start of an epoch that a crash cut off after the side file had been written.
func (s *Spool) adopt(d *side) error {
	if _, err := os.Stat(s.path(fileName)); d == nil || !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(s.path(newFileName)); err != nil {
		return nil
	}
	f, err := openFile(s.path(newFileName), s.cfg.Max)
	if err != nil {
		return nil // not whole: it is made again
	}
	c, err := readContent(f)
	if cerr := f.close(); err != nil || cerr != nil || c.header.Epoch != d.Epoch {
		return nil
	}
	return s.rename(newFileName, fileName)
}

func (s *Spool) rename(from, to string) error {
	if err := os.Rename(s.path(from), s.path(to)); err != nil {
		return err
	}
	s.fsyncs++
	return atomicfile.SyncDir(s.dir)
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// load opens spool.db and begins a new life in it.
func (s *Spool) load(d *side) (err error) {
	f, err := openFile(s.path(fileName), s.cfg.Max)
	if err != nil {
		return err
	}
	c, err := readContent(f)
	if err != nil {
		_ = f.close() // the error that counts is the first one
		return err
	}
	unclean := c.header.Dirty && c.header.Life != s.life // not one that this process opens again
	s.file, s.meta, s.broken = f, c.meta, nil
	s.epoch, s.life, s.dirty = c.header.Epoch, newLife(), c.header.Dirty
	s.side = sideOf(c, d)
	s.setBoot(max(c.header.Boot, s.side.Boot), d)
	s.adoptStreams(c.streams)
	s.pending.load(c.ledger)
	s.due = false
	clear(s.gone)
	s.sayClosed(c.header.Untold)
	if unclean {
		s.sayUnclean(&c.header)
	}
	return nil
}

// sayUnclean bounds what was not yet committed (rule D6): what was appended in that life after the last commit, no
// longer than within_us for critical and normal records, and than quiet_us or so many records for the others.
func (s *Spool) sayUnclean(h *header) {
	s.event(wire.EventUncleanStop, map[string]any{
		"life": h.Life.String(), "boot": int64(h.Boot), "last_commit_us": h.LastCommit,
		"within_us": s.cfg.Every.Microseconds(), "quiet_us": s.cfg.Quiet.Microseconds(), "records": int64(s.cfg.Records),
	})
}

func (s *Spool) adoptStreams(found map[wire.Stream]stream) {
	s.resetStreams()
	for name, str := range found {
		if class, ok := s.cfg.Streams[name]; ok {
			str.Class = class
		}
		s.streams[name] = str // one that is no longer configured is still sent
	}
	for name, str := range s.streams {
		str.begin(s.life, s.boot)
		s.streams[name] = str
		if len(str.spans()) > wire.MaxLives/2 {
			s.requestMove("too many lives")
		}
	}
}

// sideOf is the side file that belongs to a file's content. A side file of another epoch comes from a crash before
// that epoch's first commit: the file counts.
func sideOf(c *content, d *side) side {
	if d != nil && d.Epoch == c.header.Epoch {
		return d.clone()
	}
	out := side{lost: lost{Epoch: c.header.Epoch, Life: c.header.Life, Boot: c.header.Boot, Streams: map[wire.Stream]reserved{}}}
	if d != nil {
		old := d.clone()
		out.Closed, out.Boot, out.BootID = old.Closed, max(old.Boot, out.Boot), old.BootID
	}
	return out
}

// setBoot counts boots: one more than before, unless the kernel gives the same name as last time.
func (s *Spool) setBoot(before uint64, d *side) {
	s.boot = before
	if d == nil || d.BootID != s.cfg.BootID || before == 0 {
		s.boot++
	}
}

// setAside renames the damaged file, so that a person can look at it, and keeps the disk from filling with such files.
func (s *Spool) setAside(d *side, cause error) error {
	name := "unknown"
	if d != nil {
		name = d.Epoch.String()
	}
	aside := "spool-" + name + damagedSuffix
	s.log.Error("spool file is damaged and set aside", "file", aside, "err", cause)
	if err := s.removeAsides(aside); err != nil {
		return err
	}
	return s.rename(fileName, aside)
}

// startEpoch makes a new file and closes the epoch of d. Each step leaves a state that open understands: the new file
// under its temporary name, the side file, the rename.
func (s *Spool) startEpoch(d *side, cause string) error {
	next := side{lost: lost{Epoch: newEpoch(), Life: newLife(), Streams: map[wire.Stream]reserved{}}, BootID: s.cfg.BootID}
	if d != nil {
		old := d.clone()
		next.Closed, next.Boot = old.Closed, old.Boot
		if len(old.Streams) > 0 {
			next.Closed = append(next.Closed, old.lost)
		}
	}
	s.setBoot(next.Boot, d)
	next.Boot = s.boot
	if err := s.createFile(next.lost, s.untoldWith(closingOf(d, cause))); err != nil {
		return fmt.Errorf("create spool file: %w", err)
	}
	if err := s.writeSide(next); err != nil {
		return err
	}
	if err := s.rename(newFileName, fileName); err != nil {
		return err
	}
	s.cfg.fail("epoch.renamed")
	return s.enter(next.lost)
}

func (s *Spool) createFile(l lost, untold []closing) error {
	if err := remove(s.path(newFileName)); err != nil {
		return err
	}
	f, err := openFile(s.path(newFileName), s.cfg.Max)
	if err != nil {
		return err
	}
	err = f.update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucket([]byte(bucketMeta))
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucket([]byte(bucketLedger)); err != nil {
			return err
		}
		w := metaWriter{bucket: meta, fresh: map[string]string{}}
		return w.put(keyHeader, header{Format: fileFormat, Epoch: l.Epoch, Life: l.Life, Boot: l.Boot, Untold: untold})
	})
	s.fsyncs += 2
	err = errors.Join(err, f.close())
	s.cfg.fail("epoch.created")
	return err
}

// enter opens the file of a new epoch.
func (s *Spool) enter(l lost) error {
	f, err := openFile(s.path(fileName), s.cfg.Max)
	if err != nil {
		return err
	}
	c, err := readContent(f)
	if err != nil {
		return errors.Join(err, f.close())
	}
	s.file, s.meta, s.broken = f, maps.Clone(c.meta), nil
	s.epoch, s.life, s.dirty, s.due = l.Epoch, l.Life, false, false
	s.moving = nil
	clear(s.gone)
	s.adoptStreams(nil)
	s.pending.restart()
	s.sayClosed(c.header.Untold)
	return nil
}
