package release

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

// Publish puts the staged roles in force, each fully signed, and signs a new snapshot and timestamp with the online key.
// Without anything staged it only renews those two, which must happen at least every 30 days. The timestamp is written
// last: a client sees the old state or the new one, wherever this is cut. With a new root that holds as long as the same
// signatures count before and after it: where it replaces the online key, replaced has to have the old one, and where it
// replaces one of targets, a key that stays or the old one has to sign targets, too. Else what is there between root and
// timestamp is neither state, and clients refuse it.
func (r *Repository) Publish(online *Key, replaced ...*Key) error {
	staged := r.Staged()
	for _, role := range staged {
		err := r.Complete(role)
		if err == nil {
			err = r.mayPutInForce(role)
		}
		if err != nil {
			return fmt.Errorf("publish: %w", err)
		}
	}
	next, err := r.coming()
	if err != nil {
		return err
	}
	if err := errors.Join(checkOnline(next.root, online), r.checkReplaced(replaced)); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	e, err := r.publication(next, online, replaced)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	last, err := r.onlineVersion()
	if err != nil {
		return err
	}
	var roots []string
	for _, role := range staged {
		if role == Root {
			roots = append(roots, role)
		} else if err := r.putInForce(role); err != nil {
			return err
		}
	}
	if err := r.enact(e, last+1, func() error {
		for _, role := range roots {
			if err := r.putInForce(role); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return r.unstage(staged)
}

// publication is how what comes next is put in force here.
func (r *Repository) publication(next coming, online *Key, replaced []*Key) (enactment, error) {
	e := enactment{dir: r.dir, online: online, life: onlineLife}
	before, err := r.newest(Root)
	if err != nil {
		return e, err
	}
	roots := []*metadata.Metadata[metadata.RootType]{next.root}
	if before > 0 && before < next.root.Signed.Version {
		root, err := r.root()
		if err != nil {
			return e, err
		}
		roots = slices.Insert(roots, 0, root)
	}
	return e, e.build(roots, next.targets, replaced)
}

// unstage removes what was put in force.
func (r *Repository) unstage(roles []string) error {
	for _, role := range roles {
		if err := os.Remove(r.stagedPath(role)); err != nil {
			return fmt.Errorf("publish %s: %w", role, err)
		}
	}
	if len(roles) == 0 {
		return nil
	}
	if err := atomicfile.SyncDir(filepath.Dir(r.stagedPath(roles[0]))); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// checkOnline refuses a key whose signature devices would refuse under a root.
func checkOnline(root *metadata.Metadata[metadata.RootType], online *Key) error {
	if !slices.Contains(root.Signed.Roles[metadata.TIMESTAMP].KeyIDs, online.ID) {
		return refused("key %.8s is not the online key that root names: --online-key takes the file of that one", online.ID)
	}
	return nil
}

// mayPutInForce refuses to write a published version anew: devices that have the first one would never find what the
// second one's keys sign. The same bytes are what a publication that was cut left.
func (r *Repository) mayPutInForce(role string) error {
	at, data, err := r.edition(role)
	if err != nil {
		return err
	}
	there, err := os.ReadFile(at)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && !bytes.Equal(there, data):
		return refused("%s is published already, with another content: 'dunlin-hub release renew %s' stages the version after it", filepath.Base(at), role)
	}
	return err
}

func (r *Repository) putInForce(role string) error {
	at, data, err := r.edition(role)
	if err != nil {
		return fmt.Errorf("publish %s: %w", role, err)
	}
	err = atomicfile.Write(at, data, 0o644)
	r.hook(role)
	return err
}

// edition is a staged role and where it will be published.
func (r *Repository) edition(role string) (at string, data []byte, err error) {
	if data, err = os.ReadFile(r.stagedPath(role)); err != nil {
		return "", nil, err
	}
	if role == Root {
		root, err := metadata.Root().FromBytes(data)
		if err != nil {
			return "", nil, err
		}
		return r.published(root.Signed.Version, role), data, nil
	}
	list, err := metadata.Targets().FromBytes(data)
	if err != nil {
		return "", nil, err
	}
	return r.published(list.Signed.Version, role), data, nil
}

// signSnapshot writes a snapshot; as long as no timestamp speaks of it, it means nothing.
func (r *Repository) signSnapshot(dir string, keys []*Key, life time.Duration, version int64) (*metadata.MetaFiles, error) {
	snapshot := metadata.Snapshot(r.now().Add(life))
	snapshot.Signed.Version = version
	for _, role := range []string{Targets, Models, Firmware} {
		v, err := r.newest(role)
		if err != nil {
			return nil, fmt.Errorf("sign snapshot: %w", err)
		}
		data, err := os.ReadFile(r.published(v, role))
		if err != nil {
			return nil, fmt.Errorf("sign snapshot: %w", err)
		}
		snapshot.Signed.Meta[role+".json"] = metaOf(v, data)
	}
	data, err := signed(snapshot, keys)
	if err != nil {
		return nil, err
	}
	return metaOf(version, data), atomicfile.Write(filepath.Join(dir, "metadata", fmt.Sprintf("%d.snapshot.json", version)), data, 0o644)
}

// signTimestamp writes the timestamp that puts a snapshot in force. It names the newest root that is there, so that a copy
// without that one is noticed.
func (r *Repository) signTimestamp(dir string, keys []*Key, life time.Duration, version int64, snapshot *metadata.MetaFiles, root int64) error {
	timestamp := metadata.Timestamp(r.now().Add(life))
	timestamp.Signed.Version = version
	timestamp.Signed.Meta["snapshot.json"] = snapshot
	timestamp.Signed.UnrecognizedFields = map[string]any{"root": root}
	data, err := signed(timestamp, keys)
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, "metadata", timestampName), data, 0o644)
}

// onlineVersion is the version of the newest timestamp, 0 before the first.
func (r *Repository) onlineVersion() (int64, error) {
	last, err := r.timestamp()
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read timestamp: %w", err)
	}
	return last.Signed.Version, nil
}

func metaOf(version int64, data []byte) *metadata.MetaFiles {
	sum := sha256.Sum256(data)
	m := metadata.MetaFile(version)
	m.Length, m.Hashes = int64(len(data)), metadata.Hashes{"sha256": sum[:]}
	return m
}

func signed[T metadata.Roles](m *metadata.Metadata[T], keys []*Key) ([]byte, error) {
	for _, k := range keys {
		if _, err := m.Sign(k.signer); err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
	}
	return m.ToBytes(false)
}
