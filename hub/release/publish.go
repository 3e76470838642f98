package release

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

// Publish puts the staged roles in force, each fully signed, and signs a new snapshot and timestamp with the online key.
// Without anything staged it only renews those two, which must happen at least every 30 days. The timestamp is written
// last: a client sees the old state or the new one.
func (r *Repository) Publish(online *Key) error {
	staged := r.Staged()
	for _, role := range staged {
		if err := r.Complete(role); err != nil {
			return fmt.Errorf("publish: %w", err)
		}
	}
	next, err := r.coming()
	if err != nil {
		return err
	}
	if !slices.Contains(next.root.Signed.Roles[metadata.TIMESTAMP].KeyIDs, online.ID) {
		return refused("publish: key %.8s is not the online key that root names", online.ID)
	}
	for _, role := range staged {
		if err := r.putInForce(role); err != nil {
			return err
		}
	}
	if err := r.signOnline(r.dir, online, onlineLife, 1); err != nil {
		return err
	}
	for _, role := range staged {
		if err := os.Remove(r.stagedPath(role)); err != nil {
			return fmt.Errorf("publish %s: %w", role, err)
		}
	}
	return nil
}

func (r *Repository) putInForce(role string) error {
	data, err := os.ReadFile(r.stagedPath(role))
	if err != nil {
		return fmt.Errorf("publish %s: %w", role, err)
	}
	var version int64
	if role == Root {
		m, err := metadata.Root().FromBytes(data)
		if err != nil {
			return fmt.Errorf("publish %s: %w", role, err)
		}
		version = m.Signed.Version
	} else {
		m, err := metadata.Targets().FromBytes(data)
		if err != nil {
			return fmt.Errorf("publish %s: %w", role, err)
		}
		version = m.Signed.Version
	}
	return atomicfile.Write(r.published(version, role), data, 0o644)
}

// signOnline writes a snapshot and a timestamp into dir, ahead versions after those of the repository.
func (r *Repository) signOnline(dir string, online *Key, life time.Duration, ahead int64) error {
	version := ahead
	switch last, err := r.timestamp(); {
	case err == nil:
		version += last.Signed.Version
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read timestamp: %w", err)
	}
	snapshot := metadata.Snapshot(r.now().Add(life))
	snapshot.Signed.Version = version
	for _, role := range []string{Targets, Models, Firmware} {
		v, err := r.newest(role)
		if err != nil {
			return fmt.Errorf("sign snapshot: %w", err)
		}
		data, err := os.ReadFile(r.published(v, role))
		if err != nil {
			return fmt.Errorf("sign snapshot: %w", err)
		}
		snapshot.Signed.Meta[role+".json"] = metaOf(v, data)
	}
	data, err := signed(snapshot, online)
	if err != nil {
		return err
	}
	if err := atomicfile.Write(filepath.Join(dir, "metadata", fmt.Sprintf("%d.snapshot.json", version)), data, 0o644); err != nil {
		return err
	}
	roots, err := r.newest(Root)
	if err != nil {
		return fmt.Errorf("sign timestamp: %w", err)
	}
	timestamp := metadata.Timestamp(r.now().Add(life))
	timestamp.Signed.Version = version
	timestamp.Signed.Meta["snapshot.json"] = metaOf(version, data)
	timestamp.Signed.UnrecognizedFields = map[string]any{"root": roots} // so that a copy without the newest root is noticed
	if data, err = signed(timestamp, online); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, "metadata", "timestamp.json"), data, 0o644)
}

func metaOf(version int64, data []byte) *metadata.MetaFiles {
	sum := sha256.Sum256(data)
	m := metadata.MetaFile(version)
	m.Length, m.Hashes = int64(len(data)), metadata.Hashes{"sha256": sum[:]}
	return m
}

func signed[T metadata.Roles](m *metadata.Metadata[T], k *Key) ([]byte, error) {
	if _, err := m.Sign(k.signer); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return m.ToBytes(false)
}

// Export copies what is offered to a folder, for example on a USB stick, with a timestamp that is valid longer than the
// online one. The repository then signs a newer timestamp for itself, so that a device that saw the stick goes on with
// the hub. Roots are all copied: a device that was long away needs every one.
func (r *Repository) Export(dir string, valid time.Duration, online *Key) error {
	if staged := r.Staged(); len(staged) > 0 {
		return refused("export: %s is staged and not published", strings.Join(staged, ", "))
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "metadata")); err == nil && len(entries) > 0 {
		return fmt.Errorf("export to %q: there is a repository already", dir)
	}
	if err := os.MkdirAll(filepath.Join(dir, "metadata"), 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	files, err := r.exported()
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	for _, name := range files {
		if err := copyFile(filepath.Join(dir, name), filepath.Join(r.dir, name)); err != nil {
			return fmt.Errorf("export %s: %w", name, err)
		}
	}
	if err := r.signOnline(dir, online, valid, 1); err != nil {
		return err
	}
	return r.signOnline(r.dir, online, onlineLife, 2)
}

// exported are the files that a device can ask for, but snapshot and timestamp.
func (r *Repository) exported() ([]string, error) {
	roots, err := r.newest(Root)
	if err != nil {
		return nil, err
	}
	var out []string
	for v := int64(1); v <= roots; v++ {
		out = append(out, filepath.Join("metadata", fmt.Sprintf("%d.root.json", v)))
	}
	for _, role := range []string{Targets, Models, Firmware} {
		v, err := r.newest(role)
		if err != nil {
			return nil, err
		}
		out = append(out, filepath.Join("metadata", fmt.Sprintf("%d.%s.json", v, role)))
		list, err := r.list(role)
		if err != nil {
			return nil, err
		}
		for _, rel := range releases(list) {
			out = append(out, TargetPath("", rel))
		}
	}
	return out, nil
}

func copyFile(to, from string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	out, err := atomicfile.Create(to, 0o644)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, in.Close(), out.Discard())
	}
	return errors.Join(in.Close(), out.Commit())
}
