package release

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

// dropLeftovers removes what exports left that were cut, or found no room: files without their name, and snapshots that
// the stick's timestamp does not speak of. On a stick that is nearly full they would take the room that the next one
// needs.
func (s *stick) dropLeftovers() error {
	spoken := int64(0)
	if t, err := metadata.Timestamp().FromFile(s.at(filepath.Join("metadata", timestampName))); err == nil {
		if m := t.Signed.Meta["snapshot.json"]; m != nil {
			spoken = m.Version
		}
	}
	return s.remove("leftover", func(_, name string) bool {
		version, role := versionOf(name)
		return strings.HasPrefix(name, ".") || role == metadata.SNAPSHOT && spoken > 0 && version != spoken
	})
}

// prune removes what only an older copy spoke of.
func (s *stick) prune(version int64) error {
	s.keep[listName(version, metadata.SNAPSHOT)] = true
	s.keep[filepath.Join("metadata", timestampName)] = true
	return s.remove("prune", func(sub, name string) bool { return !s.keep[filepath.Join(sub, name)] })
}

// remove removes files that are useless. Those with other names than Export gives are not ours.
func (s *stick) remove(point string, useless func(sub, name string) bool) error {
	for _, sub := range []string{"metadata", "targets/models", "targets/agent"} {
		entries, err := os.ReadDir(s.at(sub))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		removed := false
		for _, e := range entries {
			if !e.Type().IsRegular() || !exportedName(sub, e.Name()) || !useless(sub, e.Name()) {
				continue
			}
			if err := os.Remove(filepath.Join(s.at(sub), e.Name())); err != nil {
				return err
			}
			removed = true
			s.repo.hook(point)
		}
		if !removed {
			continue
		}
		if err := atomicfile.SyncDir(s.at(sub)); err != nil {
			return err
		}
	}
	return nil
}

// exportedName reports whether a file has a name that Export gives, or the temporary one that a write of it has: a dot
// before, a dot and a number behind.
func exportedName(sub, name string) bool {
	if rest, hidden := strings.CutPrefix(name, "."); hidden {
		name = strings.TrimSuffix(rest, filepath.Ext(rest))
	}
	if sub != "metadata" {
		digest, _, ok := strings.Cut(name, ".")
		return ok && len(digest) == 64 && strings.Trim(digest, "0123456789abcdef") == ""
	}
	_, role := versionOf(name)
	return name == timestampName || role == metadata.SNAPSHOT || slices.Contains(stagedRoles, role)
}
