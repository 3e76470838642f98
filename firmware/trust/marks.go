package trust

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Names of the files in the folder of a Store.
const (
	enrolmentFile = "enrolment.json"
	copyFile      = "metadata.json"
	previousFile  = "metadata.previous.json"
	marksFile     = "marks"
	marksTwin     = "marks.twin"
)

const (
	maxRetired  = 256 // keys that are remembered as revoked
	maxAccepted = 64  // digests that are remembered for each product line
)

// marks is what a device must not forget even when its copy of the metadata is lost: how new things have been. Two
// equal files hold it, written one after the other, so that a bad block costs one of them.
type marks struct {
	Serial  int64               `json:"serial"` // which of the twins is newer
	Time    timeBound           `json:"time"`
	Roles   map[string]roleMark `json:"roles"`
	Lines   map[string]lineMark `json:"lines"`
	Retired map[string]int64    `json:"retired"` // key id -> version of the metadata that dropped it
}

// roleMark is the newest version of a role that was believed. Keys names the keys it was signed under: new keys begin
// a new count, otherwise a thief of the old key could set a version that nobody ever reaches again.
type roleMark struct {
	Version int64  `json:"version"`
	Keys    string `json:"keys,omitempty"`
}

// lineMark is what is known of one product line, for example models/motions or agent/arm64.
type lineMark struct {
	High     int64            `json:"high"`               // highest release number accepted here
	Floor    int64            `json:"floor"`              // releases below it are revoked; 0 none
	Accepted map[int64]string `json:"accepted"`           // release number -> SHA-256 of what was accepted under it
	Contents map[int64]string `json:"contents,omitempty"` // release number -> what that file was found to hold
}

func newMarks() *marks {
	return &marks{Roles: map[string]roleMark{}, Lines: map[string]lineMark{}, Retired: map[string]int64{}}
}

func (m *marks) clone() *marks {
	c := *m
	c.Roles, c.Lines, c.Retired = maps.Clone(m.Roles), maps.Clone(m.Lines), maps.Clone(m.Retired)
	for name, l := range c.Lines {
		l.Accepted, l.Contents = maps.Clone(l.Accepted), maps.Clone(l.Contents)
		c.Lines[name] = l
	}
	return &c
}

// behind reports whether a version is older than one that was believed under the same keys.
func (m *marks) behind(role, keys string, version int64) bool {
	mark, ok := m.Roles[role]
	return ok && mark.Keys == keys && version < mark.Version
}

// retire remembers keys that newer metadata no longer name, and forgets the oldest ones when there are too many.
func (m *marks) retire(ids []string, version int64) {
	for _, id := range ids {
		m.Retired[id] = version
	}
	for len(m.Retired) > maxRetired {
		oldest := slices.MinFunc(slices.Sorted(maps.Keys(m.Retired)), func(a, b string) int { return int(m.Retired[a] - m.Retired[b]) })
		delete(m.Retired, oldest)
	}
}

// accept raises the mark of a product line.
func (m *marks) accept(r Release, content string) {
	l := m.Lines[r.Line]
	if l.Accepted == nil {
		l.Accepted = map[int64]string{}
	}
	if l.Contents == nil {
		l.Contents = map[int64]string{}
	}
	l.High = max(l.High, r.Number)
	l.Accepted[r.Number] = r.SHA256
	if content != "" {
		l.Contents[r.Number] = content
	}
	for len(l.Accepted) > maxAccepted {
		oldest := slices.Min(slices.Collect(maps.Keys(l.Accepted)))
		delete(l.Accepted, oldest)
		delete(l.Contents, oldest)
	}
	m.Lines[r.Line] = l
}

// encode puts the sum in front: marks that were damaged must not read as lower marks.
func (m *marks) encode() ([]byte, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode marks: %w", err)
	}
	sum := sha256.Sum256(body)
	return slices.Concat([]byte(hex.EncodeToString(sum[:])), []byte("\n"), body), nil
}

func decodeMarks(data []byte) (*marks, error) {
	head, body, ok := bytes.Cut(data, []byte("\n"))
	sum := sha256.Sum256(body)
	if !ok || string(head) != hex.EncodeToString(sum[:]) {
		return nil, errors.New("the sum is wrong")
	}
	m := newMarks()
	if err := json.Unmarshal(body, m); err != nil {
		return nil, err
	}
	return m, nil
}

// readMarks takes the newer of the twins that is whole.
func readMarks(dir string) (*marks, error) {
	var best *marks
	var faults []error
	for _, name := range []string{marksFile, marksTwin} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read marks: %w", err)
		}
		var m *marks
		if err == nil {
			m, err = decodeMarks(data)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		} else if best == nil || m.Serial > best.Serial {
			best = m
		}
	}
	if best == nil {
		return nil, refuse(DamagedState, "the record of release numbers in %s is lost (%v): nothing new is installed, because older releases could no longer be told from newer ones; enrol again in an empty folder with 'dunlin trust init'",
			dir, errors.Join(faults...)).because(errors.Join(faults...))
	}
	return best, nil
}
