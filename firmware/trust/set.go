package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/trustedmetadata"
)

// Roles that sign releases, and the only paths each may sign: a stolen key for models must never ship an agent.
const (
	RoleModels   = "models"
	RoleFirmware = "firmware"
)

var delegated = map[string]string{RoleModels: "models/*", RoleFirmware: "agent/*"}

// PathsOf is the pattern of the paths that a role may sign.
func PathsOf(role string) string { return delegated[role] }

// offline are the roles whose keys never touch a server; only their `issued` field counts as a date.
var offline = []string{metadata.ROOT, metadata.TARGETS, RoleModels, RoleFirmware}

// files are the raw bytes of a set of metadata by role; this is what lies on disk.
type files map[string][]byte

// set is metadata that go-tuf has verified together, from one root, and the bytes it was made of.
type set struct {
	tuf   *trustedmetadata.TrustedMetadata
	files files
}

// loadSet verifies what lies on disk from its own root, all dates apart: what was believed once stays known.
func loadSet(f files) (*set, error) {
	s, err := newSet(f[metadata.ROOT], time.Time{})
	if err != nil {
		return nil, err
	}
	s.files = f
	if f[metadata.TIMESTAMP] == nil {
		return s, nil
	}
	if err := checkTimestamp(f[metadata.TIMESTAMP]); err != nil {
		return nil, err
	}
	if _, err := s.tuf.UpdateTimestamp(f[metadata.TIMESTAMP]); err != nil {
		return nil, err
	}
	if err := checkSnapshot(f[metadata.SNAPSHOT]); err != nil {
		return nil, err
	}
	if _, err := s.tuf.UpdateSnapshot(f[metadata.SNAPSHOT], false); err != nil {
		return nil, err
	}
	return s, s.loadTargets()
}

func (s *set) loadTargets() error {
	if _, err := s.tuf.UpdateTargets(s.files[metadata.TARGETS]); err != nil {
		return err
	}
	if err := s.checkDelegations(); err != nil {
		return err
	}
	for role := range delegated {
		if s.files[role] == nil {
			continue
		}
		if err := s.update(s.files[role], role, metadata.TARGETS); err != nil {
			return err
		}
	}
	return nil
}

func newSet(root []byte, at time.Time) (*set, error) {
	if _, err := checkRoot(root); err != nil {
		return nil, err
	}
	tm, err := trustedmetadata.New(root)
	if err != nil {
		return nil, err
	}
	tm.RefTime = at
	return &set{tuf: tm, files: files{metadata.ROOT: root}}, nil
}

// scratch is a set with the root of this one and nothing else: that root was verified when this set was made.
func (s *set) scratch(at time.Time) *set {
	tm := &trustedmetadata.TrustedMetadata{Root: s.tuf.Root, Targets: map[string]*metadata.Metadata[metadata.TargetsType]{}, RefTime: at}
	return &set{tuf: tm, files: files{metadata.ROOT: s.files[metadata.ROOT]}}
}

// complete reports whether there is more than a root.
func (s *set) complete() bool { return s.tuf.Targets[metadata.TARGETS] != nil }

// version of a role in this set, 0 when it is not there.
func (s *set) version(role string) int64 {
	switch role {
	case metadata.ROOT:
		return s.tuf.Root.Signed.Version
	case metadata.TIMESTAMP:
		if s.tuf.Timestamp != nil {
			return s.tuf.Timestamp.Signed.Version
		}
	case metadata.SNAPSHOT:
		if s.tuf.Snapshot != nil {
			return s.tuf.Snapshot.Signed.Version
		}
	default:
		if t := s.tuf.Targets[role]; t != nil {
			return t.Signed.Version
		}
	}
	return 0
}

// expires is when a role ends; false when the set does not have it.
func (s *set) expires(role string) (time.Time, bool) {
	switch {
	case s.version(role) == 0:
		return time.Time{}, false
	case role == metadata.ROOT:
		return s.tuf.Root.Signed.Expires, true
	case role == metadata.TIMESTAMP:
		return s.tuf.Timestamp.Signed.Expires, true
	case role == metadata.SNAPSHOT:
		return s.tuf.Snapshot.Signed.Expires, true
	}
	return s.tuf.Targets[role].Signed.Expires, true
}

// issued is the signed date of an offline role.
func (s *set) issued(role string) (time.Time, error) {
	if role == metadata.ROOT {
		return issuedOf(role, s.tuf.Root.Signed.UnrecognizedFields, s.tuf.Root.Signed.Expires)
	}
	t := s.tuf.Targets[role].Signed
	return issuedOf(role, t.UnrecognizedFields, t.Expires)
}

func issuedOf(role string, fields map[string]any, expires time.Time) (time.Time, error) {
	text, _ := fields["issued"].(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || !at.Before(expires) {
		return time.Time{}, refuse(BadMetadata, "%s.json does not say when it was signed: its field issued is %q and it expires %s",
			role, text, expires.Format(time.RFC3339))
	}
	return at, nil
}

// keysOf names the keys that a role is signed under. The two online roles share a name: a new key for one of them
// begins both counts again (TUF specification 5.3.11).
func (s *set) keysOf(role string) string {
	var parts []string
	add := func(ids []string, threshold int) {
		ids = slices.Clone(ids)
		slices.Sort(ids)
		parts = append(parts, strings.Join(ids, ","), strconv.Itoa(threshold))
	}
	top := []string{role}
	switch role {
	case metadata.ROOT:
		return "" // root versions follow each other without a gap: one count for ever
	case metadata.TIMESTAMP, metadata.SNAPSHOT:
		top = []string{metadata.TIMESTAMP, metadata.SNAPSHOT}
	}
	for _, name := range top {
		if r := s.tuf.Root.Signed.Roles[name]; r != nil {
			add(r.KeyIDs, r.Threshold)
		}
	}
	if t := s.tuf.Targets[metadata.TARGETS]; t != nil && t.Signed.Delegations != nil {
		for _, r := range t.Signed.Delegations.Roles {
			if r.Name == role {
				add(r.KeyIDs, r.Threshold)
			}
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, ";")))
	return hex.EncodeToString(sum[:8])
}

// readFiles reads a copy of metadata from disk.
func readFiles(path string) (files, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read metadata: %w", err)
	}
	var f files
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("read metadata %q: %w", path, err)
	}
	return f, nil
}

func (s *Store) path(name string) string { return filepath.Join(s.cfg.Dir, name) }
