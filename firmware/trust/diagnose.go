package trust

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// go-tuf decides, this file explains: it turns the library's error into a code and a sentence. Nothing is accepted here.

// mismatch explains a file that is not the one its parent names.
func mismatch(role string, data []byte, meta *metadata.MetaFiles, err error) *Refusal {
	var whole struct {
		Signed struct {
			Type    string `json:"_type"`
			Version int64  `json:"version"`
		} `json:"signed"`
	}
	perr := json.Unmarshal(data, &whole)
	switch size := int64(len(data)); {
	case perr == nil && whole.Signed.Version == meta.Version && errors.Is(err, &metadata.ErrBadVersionNumber{}):
		return refuse(Rollback, "%s.json names an older version of a file than this device has: %v", role, err).because(err)
	case perr == nil && whole.Signed.Type != "":
		return refuse(Mixed, "%s.json is version %d, not the version %d that belongs to the rest: metadata of different days were put together", role, whole.Signed.Version, meta.Version).because(err)
	case size < meta.Length || isCut(perr):
		return refuse(Cut, "%s.json has %d of %d bytes: fetch it again", role, size, meta.Length).because(err)
	case meta.Length > 0 && size > meta.Length:
		return refuse(TooLarge, "%s.json has %d bytes and should have %d", role, size, meta.Length).because(err)
	}
	return refuse(BadMetadata, "%s.json is not what the repository signed", role).because(err)
}

func isCut(err error) bool {
	var syntax *json.SyntaxError
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &syntax) && strings.Contains(syntax.Error(), "unexpected end")
}

// diagnose explains why go-tuf refused the file of a role.
func (r *refresh) diagnose(role string, data []byte, meta *metadata.MetaFiles, err error) error {
	switch {
	case errors.Is(err, &metadata.ErrUnsignedMetadata{}):
		return r.signatures(role, data).because(err)
	case errors.Is(err, &metadata.ErrExpiredMetadata{}):
		return r.whichExpired(role, err)
	case errors.Is(err, &metadata.ErrBadVersionNumber{}) && meta != nil:
		return mismatch(role, data, meta, err)
	case errors.Is(err, &metadata.ErrBadVersionNumber{}):
		return refuse(Rollback, "%s.json is older than the one this device has: %v", role, err).because(err)
	case isCut(err):
		return unreadable(role, err)
	}
	return refuse(BadMetadata, "%s.json cannot be believed: %v", role, err).because(err)
}

// whichExpired finds the file that ended: go-tuf checks the one before when the next one comes.
func (r *refresh) whichExpired(role string, err error) error {
	if first, at, ok := r.new.firstExpired(r.new.tuf.RefTime); ok {
		return expired(first, at).because(err)
	}
	return refuse(Expired, "%s.json has expired: its owner has to sign it again", role).because(err)
}

// diagnoseRoot explains why a root was refused; r is nil for the first one.
func diagnoseRoot(r *refresh, data []byte, err error) error {
	var known *Refusal
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, &metadata.ErrUnsignedMetadata{}) && r != nil:
		return r.signatures(metadata.ROOT, data).because(err)
	case errors.Is(err, &metadata.ErrUnsignedMetadata{}):
		return refuse(TooFew, "this root.json is not signed by enough of its own keys").because(err)
	}
	return refuse(BadMetadata, "this root.json cannot be believed: %v", err).because(err)
}

// signatures explains which signatures are missing.
func (r *refresh) signatures(role string, data []byte) *Refusal {
	var file signatures
	if err := json.Unmarshal(data, &file); err != nil {
		return unreadable(role, err)
	}
	ids, threshold := r.keysFor(role)
	present := 0
	for _, s := range file.Signatures {
		if at, gone := r.marks.Retired[s.KeyID]; gone && !ids[s.KeyID] {
			return refuse(RevokedKey, "%s.json is signed with key %.8s, which was revoked (version %d): whoever holds it must not sign any more", role, s.KeyID, at)
		}
		if ids[s.KeyID] {
			present++
		}
	}
	valid := r.countValid(role, data, present)
	switch {
	case present > valid:
		return refuse(BadSignature, "%s.json was changed after it was signed: %d of its %d signatures fit", role, valid, present)
	case valid >= threshold && role == metadata.ROOT:
		return refuse(TooFew, "%s.json is not signed by enough of its own new keys", role)
	case valid > 0:
		return refuse(TooFew, "%s.json carries %d of %d signatures it needs", role, valid, threshold)
	}
	return refuse(UnknownKey, "%s.json is signed by none of the keys that may sign it", role)
}

// keysFor are the ids of the keys that may sign a role, and how many must.
func (r *refresh) keysFor(role string) (map[string]bool, int) {
	ids := map[string]bool{}
	if top := r.new.tuf.Root.Signed.Roles[role]; top != nil {
		for _, id := range top.KeyIDs {
			ids[id] = true
		}
		return ids, top.Threshold
	}
	for _, d := range r.new.tuf.Targets[metadata.TARGETS].Signed.Delegations.Roles {
		if d.Name == role {
			for _, id := range d.KeyIDs {
				ids[id] = true
			}
			return ids, d.Threshold
		}
	}
	return ids, 0
}

// countValid is how many signatures fit: the highest threshold that go-tuf would accept.
func (r *refresh) countValid(role string, data []byte, most int) int {
	for n := most; n > 0; n-- {
		if r.fits(role, data, n) {
			return n
		}
	}
	return 0
}

func (r *refresh) fits(role string, data []byte, threshold int) bool {
	root, err := metadata.Root().FromBytes(r.new.files[metadata.ROOT])
	if err != nil {
		return false
	}
	switch role {
	case metadata.ROOT:
		root.Signed.Roles[role].Threshold = threshold
		m, err := metadata.Root().FromBytes(data)
		// A root must fit its own keys too: where it fits the old ones, its own are what is missing.
		return err == nil && root.VerifyDelegate(role, m) == nil
	case metadata.TIMESTAMP:
		root.Signed.Roles[role].Threshold = threshold
		m, err := metadata.Timestamp().FromBytes(data)
		return err == nil && root.VerifyDelegate(role, m) == nil
	case metadata.SNAPSHOT:
		root.Signed.Roles[role].Threshold = threshold
		m, err := metadata.Snapshot().FromBytes(data)
		return err == nil && root.VerifyDelegate(role, m) == nil
	}
	m, err := metadata.Targets().FromBytes(data)
	if err != nil {
		return false
	}
	if role == metadata.TARGETS {
		root.Signed.Roles[role].Threshold = threshold
		return root.VerifyDelegate(role, m) == nil
	}
	parent, err := metadata.Targets().FromBytes(r.new.files[metadata.TARGETS])
	if err != nil {
		return false
	}
	for i := range parent.Signed.Delegations.Roles {
		parent.Signed.Delegations.Roles[i].Threshold = threshold
	}
	return parent.VerifyDelegate(role, m) == nil
}
