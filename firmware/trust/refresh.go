package trust

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Longest files that are read, and how many new roots one refresh walks.
const (
	maxRoot      = 64 << 10
	maxTimestamp = 16 << 10
	maxSnapshot  = 64 << 10
	maxTargets   = 1 << 20
	maxRoots     = 256
)

// Report is what a refresh brought.
type Report struct {
	Roots   int  // new versions of root
	Changed bool // the metadata are others than before
}

// refresh is one run through the client workflow of the TUF specification (section 5) on a scratch set in memory: the
// Store's own set stays as it is until everything has been verified.
type refresh struct {
	ctx   context.Context
	src   Source
	old   *set
	new   *set
	marks *marks
	store *Store
	roots int
}

// Refresh fetches metadata from src and believes them when every rule holds. A *Refusal says which one did not; the
// device then believes what it believed before, but for keys that a properly signed new root has replaced.
func (s *Store) Refresh(ctx context.Context, src Source) (Report, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &refresh{ctx: ctx, src: src, old: s.set, new: s.set.scratch(s.now()), marks: s.marks.clone(), store: s}
	if err := r.run(); err != nil {
		return Report{Roots: r.roots}, errors.Join(err, r.keepRoot())
	}
	report := Report{Roots: r.roots, Changed: !maps.EqualFunc(r.new.files, s.set.files, slices.Equal[[]byte])}
	if !report.Changed {
		return report, nil
	}
	return report, s.commit(r.new, r.marks)
}

func (r *refresh) run() error {
	for _, step := range []func() error{r.walkRoots, r.timestamp, r.snapshot, r.targets, r.settle} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// keepRoot keeps new roots even when what stands behind them was refused: a revoked key must stay revoked.
func (r *refresh) keepRoot() error {
	if r.roots == 0 {
		return nil
	}
	f := maps.Clone(r.old.files)
	f[metadata.ROOT] = r.new.files[metadata.ROOT]
	kept, err := loadSet(f)
	if err != nil {
		kept, err = loadSet(files{metadata.ROOT: f[metadata.ROOT]})
	}
	if err != nil {
		return err
	}
	m := r.store.marks.clone()
	m.Time, m.Retired = r.rootTime(), r.marks.Retired
	m.Roles[metadata.ROOT] = roleMark{Version: kept.version(metadata.ROOT)}
	return r.store.commit(kept, m)
}

// rootTime is the bound that the newest root alone gives.
func (r *refresh) rootTime() timeBound {
	var b timeBound
	if issued, err := r.new.issued(metadata.ROOT); err == nil {
		b.restart(issued, r.store.cfg.Built)
	}
	return b
}

// fetch reads one file whole, or refuses one that is longer than limit.
func (r *refresh) fetch(name string, limit int64) ([]byte, error) {
	data, err := r.src(r.ctx, name, limit+1)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refuse(Missing, "%s is not there: this copy of the repository is not whole", name).because(err)
	}
	if errors.Is(err, ErrNoFolder) || errors.Is(err, ErrFile) { // which file was asked for first says nothing
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", name, err)
	}
	if int64(len(data)) > limit {
		return nil, refuse(TooLarge, "%s is longer than %d bytes, which no honest one is", name, limit)
	}
	return data, nil
}

// walkRoots goes from the root we have to the newest one, a version at a time: each is signed by the keys of the one
// before and by its own.
func (r *refresh) walkRoots() error {
	for range maxRoots {
		version := r.new.version(metadata.ROOT) + 1
		data, err := r.fetch(fmt.Sprintf("%d.root.json", version), maxRoot)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return err
		}
		if err := r.nextRoot(data); err != nil {
			return err
		}
	}
	if r.marks.behind(metadata.ROOT, "", r.new.version(metadata.ROOT)) {
		return refuse(RootMissing, "the repository offers root %d, and this device has known root %d: some roots are missing in this copy",
			r.new.version(metadata.ROOT), r.marks.Roles[metadata.ROOT].Version)
	}
	if r.roots > 0 {
		r.marks.Time = r.rootTime()
		r.new.tuf.RefTime = r.marks.Time.now(r.store.cfg.Clock.Wall())
	}
	return nil
}

// nextRoot takes a root as TUF wants it (specification 5.3.4 to 5.3.6): signed by the keys of the root before and by its
// own, and one version later.
func (r *refresh) nextRoot(data []byte) error {
	before := r.new.tuf.Root
	after, err := checkRoot(data)
	if err != nil {
		return err
	}
	if err := verifyRoot(before, after, data); err != nil {
		return diagnoseRoot(r, data, err)
	}
	if after.Signed.Version != before.Signed.Version+1 {
		return refuse(Mixed, "after root %d comes a file with root %d", before.Signed.Version, after.Signed.Version)
	}
	for id := range before.Signed.Keys {
		if after.Signed.Keys[id] == nil {
			r.marks.retire([]string{id}, after.Signed.Version)
		}
	}
	r.new.tuf.Root = after
	r.new.files[metadata.ROOT] = data
	r.roots++
	return nil
}

// sameOnlineKeys reports whether what the device has of timestamp and snapshot still counts.
func (r *refresh) sameOnlineKeys() bool {
	return r.old.keysOf(metadata.TIMESTAMP) == r.new.keysOf(metadata.TIMESTAMP) && r.old.version(metadata.TIMESTAMP) > 0
}

func (r *refresh) timestamp() error {
	role := metadata.TIMESTAMP
	if r.sameOnlineKeys() {
		if _, err := r.new.tuf.UpdateTimestamp(r.old.files[role]); err == nil || r.new.tuf.Timestamp != nil {
			r.new.files[role] = r.old.files[role] // an expired one still tells which versions are too old
		}
	}
	data, err := r.fetch("timestamp.json", maxTimestamp)
	if err != nil {
		return err
	}
	if err := checkTimestamp(data); err != nil {
		return err
	}
	switch _, err := r.new.tuf.UpdateTimestamp(data); {
	case errors.Is(err, &metadata.ErrEqualVersionNumber{}):
	case err != nil:
		return r.diagnose(role, data, nil, err)
	default:
		r.new.files[role] = data
	}
	return r.checkTimestampMarks()
}

// checkTimestampMarks holds the timestamp to what the device knows besides its copy of the metadata.
func (r *refresh) checkTimestampMarks() error {
	t := r.new.tuf.Timestamp.Signed
	if r.marks.behind(metadata.TIMESTAMP, r.new.keysOf(metadata.TIMESTAMP), t.Version) {
		return refuse(Rollback, "timestamp.json has version %d, and this device has believed version %d: somebody shows an older state",
			t.Version, r.marks.Roles[metadata.TIMESTAMP].Version)
	}
	if announced, ok := t.UnrecognizedFields["root"].(float64); ok && int64(announced) > r.new.version(metadata.ROOT) {
		return refuse(RootMissing, "timestamp.json speaks of root %d, and this copy of the repository ends at root %d: copy it again, whole",
			int64(announced), r.new.version(metadata.ROOT))
	}
	return nil
}

func (r *refresh) snapshot() error {
	role := metadata.SNAPSHOT
	meta := r.new.tuf.Timestamp.Signed.Meta["snapshot.json"]
	if r.sameOnlineKeys() {
		_, err := r.new.tuf.UpdateSnapshot(r.old.files[role], true)
		if err == nil {
			r.new.files[role] = r.old.files[role]
			return nil
		}
	}
	data, err := r.fetch(fmt.Sprintf("%d.snapshot.json", meta.Version), maxSnapshot)
	if err != nil {
		return err
	}
	if err := meta.VerifyLengthHashes(data); err != nil {
		return mismatch(role, data, meta, err)
	}
	if err := checkSnapshot(data); err != nil {
		return err
	}
	if _, err := r.new.tuf.UpdateSnapshot(data, false); err != nil {
		return r.diagnose(role, data, meta, err)
	}
	r.new.files[role] = data
	return nil
}

func (r *refresh) targets() error {
	if err := r.role(metadata.TARGETS, metadata.ROOT); err != nil {
		return err
	}
	if err := r.new.checkDelegations(); err != nil {
		return err
	}
	r.retireDelegated()
	for _, d := range r.new.tuf.Targets[metadata.TARGETS].Signed.Delegations.Roles {
		if r.new.tuf.Snapshot.Signed.Meta[d.Name+".json"] == nil {
			continue // nothing was signed by this role yet
		}
		if err := r.role(d.Name, metadata.TARGETS); err != nil {
			return err
		}
	}
	return nil
}

// retireDelegated remembers the keys of models and firmware that the new targets no longer name.
func (r *refresh) retireDelegated() {
	was := r.old.tuf.Targets[metadata.TARGETS]
	if was == nil || was.Signed.Delegations == nil {
		return
	}
	now := r.new.tuf.Targets[metadata.TARGETS].Signed
	for id := range was.Signed.Delegations.Keys {
		if now.Delegations.Keys[id] == nil {
			r.marks.retire([]string{id}, now.Version)
		}
	}
}

// role loads targets or a role it delegates to: the copy of before when the snapshot still names it, else a new one.
func (r *refresh) role(role, parent string) error {
	meta := r.new.tuf.Snapshot.Signed.Meta[role+".json"]
	if meta == nil {
		return refuse(BadMetadata, "snapshot.json says nothing of %s.json", role)
	}
	data := r.old.files[role]
	if data != nil && meta.VerifyLengthHashes(data) == nil {
		if err := r.new.update(data, role, parent); err == nil {
			r.new.files[role] = data
			return r.checkRoleMark(role)
		}
	}
	data, err := r.fetch(fmt.Sprintf("%d.%s.json", meta.Version, role), maxTargets)
	if err != nil {
		return err
	}
	if err := meta.VerifyLengthHashes(data); err != nil {
		return mismatch(role, data, meta, err)
	}
	if err := r.new.update(data, role, parent); err != nil {
		return r.diagnose(role, data, meta, err)
	}
	r.new.files[role] = data
	return r.checkRoleMark(role)
}

func (r *refresh) checkRoleMark(role string) error {
	if version := r.new.version(role); r.marks.behind(role, r.new.keysOf(role), version) {
		return refuse(Rollback, "%s.json has version %d, and this device has believed version %d: somebody shows an older state",
			role, version, r.marks.Roles[role].Version)
	}
	return nil
}
