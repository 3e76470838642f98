package release

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

// Export copies what is offered to a folder, for example on a USB stick, with a timestamp that is valid longer than the
// online one. A stick that holds an older state of the same repository is brought up to date: files that have their
// version or digest in their name come first, the timestamp that speaks of them last, and only then goes what nothing
// speaks of any more. A stick that is pulled out on the way is the old copy or the new one, under the conditions that
// Publish has: replaced are the online keys that the stick's roots name and the newest does not. Without them, between a
// root that replaces the online key or one of targets and the timestamp, it is neither, and devices refuse it until the
// next export. Roots all stay: a device that was long away needs every one.
//
// The repository first signs a timestamp for itself that is newer than the stick's, so that a device that saw the stick
// goes on with the hub.
func (r *Repository) Export(dir string, valid time.Duration, online *Key, replaced ...*Key) error {
	if staged := r.Staged(); len(staged) > 0 {
		return refused("export: %s is staged and not published", strings.Join(staged, ", "))
	}
	root, err := r.root()
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := errors.Join(checkOnline(root, online), r.checkReplaced(replaced)); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	s := &stick{repo: r, dir: dir, keep: map[string]bool{}}
	if err := s.write(enactment{dir: dir, online: online, life: valid}, replaced); err != nil {
		return fmt.Errorf("export to %q: %w", dir, err)
	}
	return nil
}

// stick is a folder that becomes a copy of the repository.
type stick struct {
	repo *Repository
	dir  string
	keep map[string]bool // the files of the new copy, below dir
}

// write does the steps in the order that keeps the old copy until the new one is whole.
func (s *stick) write(e enactment, replaced []*Key) error {
	newest, err := s.mayBecome()
	if err != nil {
		return err
	}
	if err := s.build(&e, newest, replaced); err != nil {
		return err
	}
	version, err := s.reserve(e)
	if err != nil {
		return err
	}
	return advised(s.bring(e, newest, version))
}

// bring writes the new copy beside the old one, has it come into force, and removes what is left of the old one.
func (s *stick) bring(e enactment, newest, version int64) error {
	if err := s.dropLeftovers(); err != nil {
		return err
	}
	if newest == 0 { // an empty folder has nothing to lose: its root says at once whose it is
		if err := s.roots(); err != nil {
			return err
		}
	}
	for _, role := range []string{Targets, Models, Firmware} {
		if err := s.fill(role); err != nil {
			return err
		}
	}
	if err := s.repo.enact(e, version, s.roots); err != nil {
		return err
	}
	return s.prune(version)
}

func (s *stick) at(name string) string { return filepath.Join(s.dir, name) }

// mayBecome refuses a folder with another repository, with a newer state of this one, or with the repository itself. It
// gives the newest root of the copy of this one that is there, 0 when there is none.
func (s *stick) mayBecome() (newest int64, err error) {
	if same, err := sameFolder(s.dir, s.repo.dir); err != nil {
		return 0, err
	} else if same {
		return 0, refused("this is the repository itself: name the folder of a copy")
	}
	entries, err := os.ReadDir(s.at("metadata"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	for _, e := range entries {
		version, role := versionOf(e.Name())
		if role == "" && e.Name() != timestampName {
			continue // the rest of a write that was cut
		}
		if _, err := os.Stat(s.at(firstRoot)); err != nil {
			return 0, refused("there are metadata already, without a first root that could be ours: name another folder, or empty this one")
		}
		newest = max(newest, 1)
		if damaged, err := s.damaged(version, role); err != nil {
			return 0, err
		} else if damaged {
			continue
		}
		if err := s.mayStay(version, role); err != nil {
			return 0, err
		}
		if role == Root {
			newest = max(newest, version)
		}
	}
	return newest, nil
}

const (
	firstRoot     = "metadata/1.root.json"
	timestampName = "timestamp.json"
)

// damaged reports a root that says nothing, as a write leaves that was cut on FAT. It is nobody's, and is written anew.
func (s *stick) damaged(version int64, role string) (bool, error) {
	if role != Root {
		return false, nil
	}
	data, err := os.ReadFile(s.at(listName(version, role)))
	if err != nil {
		return false, err
	}
	_, err = metadata.Root().FromBytes(data)
	return err != nil, nil
}

// mayStay compares one file of metadata on the stick with the repository's. A version that is not here yet may be the only
// copy of what this repository has lost. Whose it is, the first root has said: in the order of names it comes before all
// that is newer.
func (s *stick) mayStay(version int64, role string) error {
	if !slices.Contains(stagedRoles, role) {
		return nil
	}
	newest, err := s.repo.newest(role)
	if err != nil {
		return err
	}
	if version > newest {
		return refused("it holds %s %d, and the newest here is %d: this repository is older than the stick", role, version, newest)
	}
	if role != Root {
		return nil
	}
	theirs, err := os.ReadFile(s.at(listName(version, role)))
	if err != nil {
		return err
	}
	ours, err := os.ReadFile(s.repo.published(version, role))
	if err == nil && !bytes.Equal(ours, theirs) {
		return refused("its root %d is not one of this repository: name another folder, or empty this one", version)
	}
	return err
}

func listName(version int64, role string) string {
	return filepath.Join("metadata", fmt.Sprintf("%d.%s.json", version, role))
}

func sameFolder(a, b string) (bool, error) {
	infoA, err := os.Stat(a)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	infoB, err := os.Stat(b)
	return err == nil && os.SameFile(infoA, infoB), err
}

// reserve takes a version for the stick's first timestamp, above all that was seen, and signs for the repository one that
// is above the last.
func (s *stick) reserve(e enactment) (int64, error) {
	last, err := s.repo.onlineVersion()
	if err != nil {
		return 0, err
	}
	version := max(last, s.onlineVersion()) + 1
	own, above := []*Key{e.online}, version+e.timestamps()
	snapshot, err := s.repo.signSnapshot(s.repo.dir, own, onlineLife, above)
	if err != nil {
		return 0, err
	}
	return version, s.repo.signTimestamp(s.repo.dir, own, onlineLife, above, snapshot, e.newest)
}

// onlineVersion is that of the timestamp on the stick, which an older copy of this repository may have written. One that
// is not signed with our online key says nothing.
func (s *stick) onlineVersion() int64 {
	t, err := metadata.Timestamp().FromFile(s.at(filepath.Join("metadata", timestampName)))
	if err != nil {
		return 0
	}
	root, err := s.repo.root()
	if err != nil || root.VerifyDelegate(metadata.TIMESTAMP, t) != nil {
		return 0
	}
	return t.Signed.Version
}

// roots copies every root.
func (s *stick) roots() error {
	newest, err := s.repo.newest(Root)
	for v := int64(1); v <= newest && err == nil; v++ {
		err = s.copyList(v, Root)
	}
	return err
}

// fill copies a list and the files that it names. What is there and right stays untouched.
func (s *stick) fill(role string) error {
	list, err := s.repo.list(role)
	if err != nil {
		return err
	}
	for _, rel := range releases(list) {
		name := TargetPath("", rel)
		s.keep[name] = true
		if trust.CheckFile(s.at(name), rel) == nil {
			continue
		}
		err := atomicfile.MkdirAll(filepath.Dir(s.at(name)), 0o755)
		if err == nil {
			err = copyRelease(s.at(name), filepath.Join(s.repo.dir, name), rel)
		}
		if err != nil {
			return fmt.Errorf("copy %s: %w", rel.Path, err)
		}
		s.repo.hook("target")
	}
	return s.copyList(list.Signed.Version, role)
}

func (s *stick) copyList(version int64, role string) error {
	data, err := os.ReadFile(s.repo.published(version, role))
	if err != nil {
		return err
	}
	name := listName(version, role)
	s.keep[name] = true
	if there, err := os.ReadFile(s.at(name)); err == nil && bytes.Equal(there, data) {
		return nil
	}
	if err := atomicfile.MkdirAll(s.at("metadata"), 0o755); err != nil {
		return err
	}
	err = atomicfile.Write(s.at(name), data, 0o644)
	s.repo.hook(role)
	return err
}
