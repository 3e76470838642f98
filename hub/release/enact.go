package release

import (
	"fmt"
	"slices"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// enactment is how a copy of the repository comes into force: snapshot and timestamp, with the new roots between them.
type enactment struct {
	dir    string
	online *Key // whose signatures the newest root counts
	life   time.Duration
	// bridge are keys whose signatures together count under every root from the one that the copy has to the newest. A
	// timestamp that all of them signed is written before the new roots are, so that it holds while they come. Empty where
	// there is no new root, or where some key is not at hand.
	bridge []*Key
	oldest int64 // version of the root that the copy has
	newest int64
}

// timestamps is how many the enactment writes.
func (e enactment) timestamps() int64 {
	if len(e.bridge) > 0 {
		return 2
	}
	return 1
}

// enact writes a snapshot of the lists that are in force, has roots put the new ones beside it, and writes the timestamp
// of version, and after it that of the next one where there is a bridge.
func (r *Repository) enact(e enactment, version int64, roots func() error) error {
	signers := []*Key{e.online}
	if len(e.bridge) > 0 {
		signers = e.bridge
	}
	snapshot, err := r.signSnapshot(e.dir, signers, e.life, version)
	if err != nil {
		return err
	}
	r.hook("snapshot")
	if len(e.bridge) > 0 {
		if err := r.signTimestamp(e.dir, e.bridge, e.life, version, snapshot, e.oldest); err != nil {
			return err
		}
		r.hook("timestamp")
		version++
	}
	if err := roots(); err != nil {
		return err
	}
	if err := r.signTimestamp(e.dir, []*Key{e.online}, e.life, version, snapshot, e.newest); err != nil {
		return err
	}
	r.hook("timestamp")
	return nil
}

// build sets the bridge over roots, which begin with the one that the copy has, for a list of targets. Without the old
// keys there may be none, and devices refuse the copy between the new root and its timestamp. Whoever gives old keys
// wants a bridge: where they do not make one, that is refused.
func (e *enactment) build(roots []*metadata.Metadata[metadata.RootType], targets *metadata.Metadata[metadata.TargetsType], replaced []*Key) error {
	e.oldest, e.newest = roots[0].Signed.Version, roots[len(roots)-1].Signed.Version
	if len(roots) == 1 {
		return nil
	}
	keys := []*Key{e.online}
	for _, k := range replaced {
		named := slices.ContainsFunc(roots, func(root *metadata.Metadata[metadata.RootType]) bool {
			return slices.Contains(root.Signed.Roles[metadata.TIMESTAMP].KeyIDs, k.ID)
		})
		if named && !slices.ContainsFunc(keys, func(other *Key) bool { return other.ID == k.ID }) {
			keys = append(keys, k)
		}
	}
	for _, root := range roots {
		if err := counts(root, targets, keys); err != nil && len(replaced) > 0 {
			return refused("the keys given do not serve devices on the way from root %d to root %d: %w; without --old-online-key they refuse what is cut on that way", e.oldest, e.newest, err)
		} else if err != nil {
			return nil
		}
	}
	e.bridge = keys
	return nil
}

// build finds the way from the newest root on a stick, 0 for none, to that of the repository.
func (s *stick) build(e *enactment, newest int64, replaced []*Key) (err error) {
	if newest == 0 {
		if newest, err = s.repo.newest(Root); err != nil {
			return err
		}
	}
	roots, err := s.repo.rootsFrom(newest)
	if err != nil {
		return err
	}
	targets, err := s.repo.list(Targets)
	if err != nil {
		return err
	}
	return e.build(roots, targets, replaced)
}

// counts reports why a device with a root would not believe a list of targets, and what keys sign besides.
func counts(root *metadata.Metadata[metadata.RootType], targets *metadata.Metadata[metadata.TargetsType], keys []*Key) error {
	if err := root.VerifyDelegate(Targets, targets); err != nil {
		return fmt.Errorf("root %d wants another signature under targets %d, of a key that stays or of the old one, too", root.Signed.Version, targets.Signed.Version)
	}
	for _, name := range []string{metadata.TIMESTAMP, metadata.SNAPSHOT} {
		role, signed := root.Signed.Roles[name], 0
		for _, k := range keys {
			if slices.Contains(role.KeyIDs, k.ID) {
				signed++
			}
		}
		if signed < role.Threshold {
			return fmt.Errorf("root %d wants the online key %.8s", root.Signed.Version, role.KeyIDs[0])
		}
	}
	return nil
}

// rootsFrom are the published roots from a version on.
func (r *Repository) rootsFrom(version int64) (out []*metadata.Metadata[metadata.RootType], err error) {
	newest, err := r.newest(Root)
	for v := version; v <= newest && err == nil; v++ {
		var root *metadata.Metadata[metadata.RootType]
		root, err = metadata.Root().FromFile(r.published(v, Root))
		out = append(out, root)
	}
	if err != nil {
		return nil, fmt.Errorf("read the roots from %d on: %w", version, err)
	}
	return out, nil
}

// checkReplaced refuses keys that were never the online key here: whoever gives one means another file.
func (r *Repository) checkReplaced(replaced []*Key) error {
	if len(replaced) == 0 {
		return nil
	}
	roots, err := r.rootsFrom(1)
	if err != nil {
		return err
	}
	for _, k := range replaced {
		if !slices.ContainsFunc(roots, func(root *metadata.Metadata[metadata.RootType]) bool {
			return slices.Contains(root.Signed.Roles[metadata.TIMESTAMP].KeyIDs, k.ID)
		}) {
			return refused("key %.8s was never the online key here: --old-online-key takes the file of one that was", k.ID)
		}
	}
	return nil
}
