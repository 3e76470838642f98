package trust

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// go-tuf encodes a whole file again for every key of its role. The functions in this file let it see only those keys
// whose signatures are in the file: the others cannot count, and a third to a half of the time is saved.

// signatures is the part of any metadata file that tells who signed it.
type signatures struct {
	Signatures []struct {
		KeyID string `json:"keyid"`
	} `json:"signatures"`
}

// signers are those of ids whose signatures a file carries; all of them when none does, so that go-tuf says the same.
func (f signatures) signers(ids []string) []string {
	kept := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !f.by(id) })
	if len(kept) == 0 {
		return ids
	}
	return kept
}

func (f signatures) by(id string) bool {
	for _, s := range f.Signatures {
		if s.KeyID == id {
			return true
		}
	}
	return false
}

// verifyRoot has go-tuf verify a root by the keys of the one before and by its own.
func verifyRoot(before, after *metadata.Metadata[metadata.RootType], data []byte) error {
	for _, by := range []*metadata.Metadata[metadata.RootType]{before, after} {
		if err := rootView(by, metadata.ROOT, data).VerifyDelegate(metadata.ROOT, after); err != nil {
			return err
		}
	}
	return nil
}

// rootView is a copy of a root in which a role has only the keys that signed a file.
func rootView(root *metadata.Metadata[metadata.RootType], role string, data []byte) *metadata.Metadata[metadata.RootType] {
	var file signatures
	if json.Unmarshal(data, &file) != nil || root.Signed.Roles[role] == nil {
		return root
	}
	view, names := *root, *root.Signed.Roles[role]
	names.KeyIDs = file.signers(names.KeyIDs)
	view.Signed.Roles = maps.Clone(root.Signed.Roles)
	view.Signed.Roles[role] = &names
	return &view
}

// targetsView is the same for a role that targets delegates to.
func targetsView(parent *metadata.Metadata[metadata.TargetsType], data []byte) *metadata.Metadata[metadata.TargetsType] {
	var file signatures
	if json.Unmarshal(data, &file) != nil || parent.Signed.Delegations == nil {
		return parent
	}
	view, d := *parent, *parent.Signed.Delegations
	d.Roles = slices.Clone(d.Roles)
	for i, r := range d.Roles {
		d.Roles[i].KeyIDs = file.signers(r.KeyIDs)
	}
	view.Signed.Delegations = &d
	return &view
}

// update has go-tuf verify and take the file of targets or of a role below it.
func (s *set) update(data []byte, role, parent string) error {
	root, whole := s.tuf.Root, s.tuf.Targets[parent]
	if whole == nil {
		s.tuf.Root = rootView(root, role, data)
	} else {
		s.tuf.Targets[parent] = targetsView(whole, data)
	}
	_, err := s.tuf.UpdateDelegatedTargets(data, role, parent)
	s.tuf.Root = root
	if whole != nil {
		s.tuf.Targets[parent] = whole
	}
	return err
}
