package trust

import (
	"maps"
	"slices"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// StandingWarning is what a device says for as long as its configuration allows unsigned bundles.
const StandingWarning = "this device takes unsigned bundles (trust: {unsigned: allow}): anybody who can reach it can give it a model"

// Status is what a device believes, for people.
type Status struct {
	RootSHA256  string       `json:"root_sha256"` // of the enrolment root
	Now         time.Time    `json:"now"`         // the date that expiry is checked against
	Bound       time.Time    `json:"bound"`       // a date that has certainly passed
	KernelTrust bool         `json:"kernel_date"` // the kernel's date is plausible, so Now is it
	Roles       []RoleStatus `json:"roles"`
	Releases    []Release    `json:"releases"`
	Lines       []LineStatus `json:"lines"`
	Refusal     *Refusal     `json:"-"` // why nothing new may be installed now; nil when it may
}

// RoleStatus is one file of metadata.
type RoleStatus struct {
	Role    string    `json:"role"`
	Version int64     `json:"version"`
	Expires time.Time `json:"expires"`
	Expired bool      `json:"expired"`
}

// LineStatus is what a device remembers of a product line.
type LineStatus struct {
	Line  string `json:"line"`
	High  int64  `json:"high"`
	Floor int64  `json:"floor"`
}

// Status tells what this device believes now.
func (s *Store) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	st := Status{RootSHA256: digestOf(s.root), Now: now, Bound: s.marks.Time.time(), Refusal: s.ready()}
	st.KernelTrust = now.After(st.Bound)
	for _, role := range s.set.roles() {
		at, _ := s.set.expires(role)
		st.Roles = append(st.Roles, RoleStatus{Role: role, Version: s.set.version(role), Expires: at, Expired: at.Before(now)})
	}
	for _, role := range []string{RoleModels, RoleFirmware} {
		st.Releases = append(st.Releases, s.set.releases(role)...)
	}
	for _, name := range slices.Sorted(maps.Keys(s.marks.Lines)) {
		l := s.marks.Lines[name]
		st.Lines = append(st.Lines, LineStatus{Line: name, High: l.High, Floor: l.Floor})
	}
	return st
}

// releases are the readable releases that a role lists and may list.
func (s *set) releases(role string) []Release {
	t := s.tuf.Targets[role]
	if t == nil {
		return nil
	}
	var out []Release
	for _, at := range slices.Sorted(maps.Keys(t.Signed.Targets)) {
		if r, err := parseTarget(at, t.Signed.Targets[at]); err == nil && r.role == role {
			out = append(out, r)
		}
	}
	return out
}

// Stale reports the files of metadata that have expired, for the alarm "stale-authority".
func (s *Store) Stale() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, role := range s.set.roles() {
		if at, _ := s.set.expires(role); at.Before(s.now()) {
			out = append(out, role)
		}
	}
	return out
}

// Enrolment is the root that the device was enrolled with, the way back when every copy is lost.
func (s *Store) Enrolment() []byte { return slices.Clone(s.root) }

// RootVersion is the newest root that counts.
func (s *Store) RootVersion() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.set.version(metadata.ROOT)
}
