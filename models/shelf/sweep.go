package shelf

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// newMark ends the name of a folder that is being written.
const newMark = ".new"

// ours are the folders that the shelf makes. Others below its root belong to somebody else and are left alone: people
// put models there by hand, as NAME/VERSION.
var ours = regexp.MustCompile(`^[1-9][0-9]*-[0-9a-f]{12}(\.new)?$`)

// IsVersion reports whether the shelf gives a folder below a model's name such a name: "2-0123456789ab".
func IsVersion(name string) bool { return ours.MatchString(name) }

// folders calls each with every folder of ours below root, as NAME/VERSION-DIGEST12. A folder that may not be read is not
// ours: it is the lost+found of a disk.
func (s *Shelf) folders(each func(folder string) error) error {
	names, err := os.ReadDir(s.root)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !name.IsDir() || name.Name() == incoming {
			continue
		}
		entries, err := os.ReadDir(filepath.Join(s.root, name.Name()))
		if errors.Is(err, fs.ErrPermission) {
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !e.IsDir() || !ours.MatchString(e.Name()) {
				continue
			}
			if err := each(name.Name() + "/" + e.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweep removes what a crash left behind: folders and files that no record needs.
func (s *Shelf) sweep() error {
	known, wanted := map[string]bool{}, map[string]bool{}
	for _, v := range s.now.Versions {
		switch v.State {
		case Verified:
			known[v.Folder()] = true
		case Offered, Accepted, Fetching:
			wanted[v.File+manifest.Suffix] = true
		}
	}
	err := s.folders(func(folder string) error {
		if known[folder] {
			return nil
		}
		return os.RemoveAll(s.Path(folder))
	})
	entries, rerr := os.ReadDir(filepath.Join(s.root, incoming))
	err = errors.Join(err, rerr)
	for _, e := range entries {
		if !wanted[e.Name()] {
			err = errors.Join(err, os.RemoveAll(filepath.Join(s.root, incoming, e.Name())))
		}
	}
	left, gerr := filepath.Glob(filepath.Join(strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s.root), "."+stateFile+".*"))
	err = errors.Join(err, gerr)
	for _, name := range left {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// rebuild makes a state from the folders that are whole, and puts it on the disk before anything goes by it: without it
// the next start would find folders that no record needs. The cause is nil when there was no file; without a folder the
// shelf is new then.
func (s *Shelf) rebuild(cause error) (*state, error) {
	st := newState()
	err := s.folders(func(folder string) error {
		b, err := manifest.Open(os.DirFS(s.Path(folder)))
		if err != nil {
			s.cfg.Logger.Warn("folder is not whole: it is removed", "folder", folder, "err", err)
			return nil
		}
		st.Count++
		v := Version{Name: b.Name, Version: b.Version, Digest: b.Digest, State: Verified, Order: st.Count, Bytes: sizeOf(s.Path(folder))}
		v.File, v.Unsigned = s.fileOf(b.Digest)
		if v.Folder() == folder {
			st.Versions = append(st.Versions, v)
		}
		return nil
	})
	switch {
	case err != nil:
		return st, err
	case cause != nil:
		st.Rebuilt = &Rebuilt{Reason: stateFile + " was damaged: " + cause.Error(), Versions: len(st.Versions)}
	case len(st.Versions) > 0:
		st.Rebuilt = &Rebuilt{Reason: stateFile + " was not there", Versions: len(st.Versions)}
	default:
		return st, nil
	}
	return st, s.save(st)
}

// fileOf is the file that a folder came as, which is lost with the state. The folder agrees with its manifest, and whoever
// decides what is believed knows under which signed file that manifest was taken. Of one that nobody signed, a digest of
// the manifest's takes the file's place, so that the record has a name of its own: importing the file again finds the
// same folder.
func (s *Shelf) fileOf(manifest string) (file string, unsigned bool) {
	if s.cfg.Holder != nil {
		file, err := s.cfg.Holder(manifest)
		if err == nil && isHex(file) {
			return file, false
		}
		if err != nil {
			s.cfg.Logger.Warn("who signed a version is not known: it counts as unsigned until it is imported again", "manifest", manifest[:digits], "err", err)
		}
	}
	stand := sha256.Sum256([]byte("manifest " + manifest))
	return hex.EncodeToString(stand[:]), true
}

func sizeOf(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what cannot be read counts for nothing
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			n += info.Size()
		}
		return nil
	})
	return n
}

// Prune removes the versions that came first until the folders fit the budget. A version that a slot uses, may go back
// to, or tries, stays, unless its pipeline is no more.
func (s *Shelf) Prune() error {
	s.work.Lock()
	defer s.work.Unlock()
	_, err := s.prune("", s.cfg.Budget)
	return err
}

// prune returns how many versions have gone.
func (s *Shelf) prune(keep string, budget int64) (int, error) {
	gone, err := s.retire(keep, budget)
	if err != nil {
		return 0, err
	}
	return len(gone), s.clear(gone, "to make room")
}

// clear removes folders that the record does not name any more; what stays of them is sweep's.
func (s *Shelf) clear(gone []string, why string) error {
	for _, folder := range gone {
		if err := os.RemoveAll(s.Path(folder)); err != nil {
			return fmt.Errorf("remove version: %w", err)
		}
		s.cfg.Hook("cleared.folder")
		s.cfg.Logger.Info("version is removed from the shelf", "folder", folder, "why", why)
	}
	return nil
}

// retire drops records until what is left fits; their folders are removed afterwards, or by sweep.
func (s *Shelf) retire(keep string, budget int64) (gone []string, err error) {
	var total int64
	s.read(func(st *state) {
		used := st.used(s.cfg.Pipelines)
		for _, v := range st.Versions {
			total += v.Bytes
		}
		for _, v := range st.Versions { // in the order in which they came
			if f := v.Folder(); total > budget && f != "" && f != keep && !used[f] && !slices.Contains(s.cfg.Pinned, v.Ref()) {
				gone = append(gone, f)
				total -= v.Bytes
			}
		}
	})
	if len(gone) == 0 {
		return nil, nil
	}
	return gone, s.update("retired", func(st *state) error {
		used := st.used(s.cfg.Pipelines)
		gone = slices.DeleteFunc(gone, func(f string) bool { return used[f] })
		st.drop(gone)
		return nil
	})
}
