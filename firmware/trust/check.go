package trust

import (
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// The checks in this file come before go-tuf's: it follows pointers that a hostile file can leave nil, and hands keys of
// any length to ed25519, which panics.

// checkRoot parses a root and holds it to our profile: Ed25519 keys, all four roles, file names with versions, a date of
// signing.
func checkRoot(data []byte) (*metadata.Metadata[metadata.RootType], error) {
	root, err := metadata.Root().FromBytes(data)
	if err != nil {
		return nil, unreadable("root", err)
	}
	if err := checkKeys("root", root.Signed.Keys); err != nil {
		return nil, err
	}
	for _, role := range []string{metadata.ROOT, metadata.TIMESTAMP, metadata.SNAPSHOT, metadata.TARGETS} {
		if root.Signed.Roles[role] == nil {
			return nil, refuse(BadMetadata, "root.json names no keys for %s", role)
		}
	}
	if !root.Signed.ConsistentSnapshot {
		return nil, refuse(BadMetadata, "root.json does not use consistent snapshots, without which a refresh can meet half of a publication")
	}
	_, err = issuedOf("root", root.Signed.UnrecognizedFields, root.Signed.Expires)
	return root, err
}

func checkKeys(where string, keys map[string]*metadata.Key) error {
	for id, k := range keys {
		if k == nil || k.Type != metadata.KeyTypeEd25519 || k.Scheme != metadata.KeySchemeEd25519 {
			return refuse(BadMetadata, "%s.json: key %.8s is not an Ed25519 key", where, id)
		}
		if raw, err := hex.DecodeString(k.Value.PublicKey); err != nil || len(raw) != 32 {
			return refuse(BadMetadata, "%s.json: key %.8s has not 32 bytes", where, id)
		}
	}
	return nil
}

// listForm is what of a timestamp or a snapshot is looked at.
type listForm struct {
	Signed struct {
		Meta map[string]*json.RawMessage `json:"meta"`
	} `json:"signed"`
}

func checkTimestamp(data []byte) error {
	var t listForm
	if err := json.Unmarshal(data, &t); err != nil {
		return unreadable("timestamp", err)
	}
	if t.Signed.Meta["snapshot.json"] == nil {
		return refuse(BadMetadata, "timestamp.json names no snapshot")
	}
	return nil
}

func checkSnapshot(data []byte) error {
	var s listForm
	if err := json.Unmarshal(data, &s); err != nil {
		return unreadable("snapshot", err)
	}
	for name, m := range s.Signed.Meta {
		if m == nil {
			return refuse(BadMetadata, "snapshot.json says nothing of %s", name)
		}
	}
	return nil
}

// checkDelegations holds targets to its one job: to say whose keys sign models and whose sign agents.
func (s *set) checkDelegations() error {
	t := s.tuf.Targets[metadata.TARGETS].Signed
	if len(t.Targets) > 0 {
		return refuse(WrongRole, "targets.json lists releases itself, which only the roles models and firmware may")
	}
	if t.Delegations == nil {
		return refuse(BadMetadata, "targets.json names no keys for releases")
	}
	if t.Delegations.SuccinctRoles != nil {
		return refuse(WrongRole, "targets.json delegates to bins, and dunlin knows only the roles models and firmware")
	}
	if err := checkKeys("targets", t.Delegations.Keys); err != nil {
		return err
	}
	for _, r := range t.Delegations.Roles {
		path, known := delegated[r.Name]
		if !known || !slices.Equal(r.Paths, []string{path}) || len(r.PathHashPrefixes) > 0 {
			return refuse(WrongRole, "targets.json lets %s sign %v: models sign models/* and firmware signs agent/*, nothing else", r.Name, r.Paths)
		}
	}
	return nil
}

// unreadable tells a file that does not parse. One that ends too early is cut.
func unreadable(role string, err error) *Refusal {
	if isCut(err) {
		return refuse(Cut, "%s.json ends in the middle: fetch it again", role).because(err)
	}
	return refuse(BadMetadata, "%s.json is not TUF metadata: %v", role, err).because(err)
}
