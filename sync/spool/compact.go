package spool

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// compactLeast is the smallest file that is worth compacting.
const compactLeast = 2 << 20

// keptAsides is how many damaged files are kept for a person to look at.
const keptAsides = 2

// maybeCompact copies the file into a new one when more than half of it is free pages and the device is calm: little waits,
// and the last compaction is a while ago. The epoch stays.
func (s *Spool) maybeCompact() {
	if s.pending.size() > s.pending.limit/8 || !s.compacted.IsZero() && time.Since(s.compacted) < s.cfg.Quiet {
		return
	}
	size, free, err := s.file.usage()
	if err != nil || size < compactLeast || free <= size/2 {
		return
	}
	s.compacted = time.Now()
	if err := s.compact(); err != nil {
		s.log.Warn("spool file could not be compacted", "err", err)
		if s.file != nil && s.file.suspect {
			s.broken = err
			s.pending.hurry()
		}
		return
	}
	s.log.Debug("spool file compacted", "before", size, "free", free)
}

func (s *Spool) compact() error {
	if err := remove(s.path(newFileName)); err != nil {
		return err
	}
	dst, err := openFile(s.path(newFileName), s.cfg.Max)
	if err != nil {
		return err
	}
	err = s.file.guard(func() error { return bbolt.Compact(dst.db, s.file.db, 1<<20) })
	if cerr := dst.close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = remove(s.path(newFileName)) // a leftover is removed at the next opening too
		return fmt.Errorf("compact: %w", err)
	}
	s.cfg.fail("compact.copied")
	old := s.file
	s.file = nil // heal opens what is there when anything below fails
	if err := old.close(); err != nil {
		return err
	}
	if err := s.rename(newFileName, fileName); err != nil {
		return err
	}
	s.cfg.fail("compact.renamed")
	s.file, err = openFile(s.path(fileName), s.cfg.Max)
	return err
}

// removeAsides keeps the youngest damaged files only.
func (s *Spool) removeAsides(except string) error {
	names, err := filepath.Glob(s.path("spool-*" + damagedSuffix))
	if err != nil {
		return err
	}
	age := func(name string) time.Time {
		if info, err := os.Stat(name); err == nil {
			return info.ModTime()
		}
		return time.Time{}
	}
	slices.SortFunc(names, func(a, b string) int { return age(a).Compare(age(b)) })
	for len(names) >= keptAsides {
		if filepath.Base(names[0]) != except {
			if err := remove(names[0]); err != nil {
				return err
			}
		}
		names = names[1:]
	}
	return nil
}
