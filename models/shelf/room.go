package shelf

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
)

// isFull reports whether the disk, or the part of it that this user may have, has no room.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// makeRoom removes versions that nobody uses, as Prune does, until so many bytes more are free, for a disk that is smaller
// than the budget. It reports whether any has gone.
func (s *Shelf) makeRoom(bytes int64) bool {
	var total int64
	for _, v := range s.Versions() {
		total += v.Bytes
	}
	gone, err := s.prune("", total-bytes)
	if err != nil {
		s.cfg.Logger.Warn("no room is made on the disk", "err", err)
	}
	return gone > 0
}

// withoutRoom ends an import that the disk has no room for. What has come of it goes: it would take the room of the records
// until somebody found it, and nobody waits for it any more.
func (s *Shelf) withoutRoom(f File, err error) error {
	if !isFull(err) {
		return err
	}
	advice := "make room there and import it again"
	if f.SHA256 == "" && s.makeRoom(2*f.Size) { // the bytes that came are not here any more
		advice = "versions that nobody used have made room: import it again"
	}
	err = fmt.Errorf("%w; nothing of it is kept: %s", err, advice)
	if f.SHA256 == "" {
		return err
	}
	return errors.Join(err, s.discard(f.SHA256), s.drop(f))
}

// drop takes an import that has not come to its end out of the state, and its folder with it.
func (s *Shelf) drop(f File) error {
	var begun *Version
	var shared bool
	s.read(func(st *state) {
		if v := st.file(f.SHA256); v != nil && (v.State == Offered || v.State == Accepted || v.State == Fetching) {
			c := *v
			begun, shared = &c, v.Digest != "" && st.at(v.folder()) != nil
		}
	})
	if begun == nil {
		return nil
	}
	err := s.update("dropped", func(st *state) error {
		st.Versions = slices.DeleteFunc(st.Versions, func(v Version) bool { return v.File == f.SHA256 })
		return nil
	})
	if begun.Digest != "" && !shared {
		err = errors.Join(err, os.RemoveAll(s.Path(begun.folder())))
	}
	return err
}
