package trust

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Facts are what a device knows of itself.
type Facts struct {
	Arch      string   // runtime.GOARCH
	Boards    []string // names of the board: what kind it is, and how it calls itself; none when it is not known
	Delegates []string // delegates that may be used here
	RAM       int64    // MiB
	Agent     string   // version of the agent
}

// Decide answers whether this device may install the release at path ("models/motions-1.2.0.dunlin") now. Nothing is
// written: Accept does that, before the release is put to use.
func (s *Store) Decide(path string, f Facts) (Release, *Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.ready(); r != nil {
		return Release{}, r
	}
	rel, refusal := s.find(path)
	if refusal != nil {
		return Release{}, refusal
	}
	if r := s.numbers(rel); r != nil {
		return rel, r
	}
	if r := rel.meets(f); r != nil {
		return rel, r
	}
	return rel, nil
}

// DecideFile answers for a file by its SHA-256 (hexadecimal) and length, whatever its name is: what was carried here on
// a stick is believed when signed metadata list it. Unsigned says that no metadata do.
func (s *Store) DecideFile(digest string, length int64, f Facts) (Release, *Refusal) {
	sum, err := hex.DecodeString(digest)
	if err != nil || len(sum) != 32 {
		return Release{}, refuse(WrongDigest, "%q is no SHA-256", digest)
	}
	s.mu.Lock()
	ready, at := s.ready(), ""
	if ready == nil {
		at = s.pathOf(sum, length)
	}
	s.mu.Unlock()
	switch {
	case ready != nil:
		return Release{}, ready
	case at == "":
		return Release{}, refuse(Unsigned, "no signed release is this file (SHA-256 %.12s…): a device takes unsigned bundles only with 'trust: {unsigned: allow}' in its own configuration", digest)
	}
	return s.Decide(at, f)
}

// Spoiled refuses a file that says it is the release at path ("models/motions-2.dunlin"), and is not what DecideFile
// believes: a copy that went wrong, or another file of that name. Whole says that it ends as its kind does. Nil when no
// such release is known here.
func (s *Store) Spoiled(path string, length int64, whole bool) *Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	rel, refusal := s.find(path)
	switch {
	case refusal != nil:
		return nil
	case whole || length == rel.Length:
		return refuse(WrongDigest, "it says it is %s, and is not the file that was signed as that (SHA-256 %.12s…): copy that one again", path, rel.SHA256)
	case length < rel.Length:
		return refuse(ShortFile, "it is cut off: it has %d of the %d bytes of %s: copy it again", length, rel.Length, path)
	}
	return refuse(LongFile, "it goes on after the %d bytes of %s: copy it again", rel.Length, path)
}

// pathOf finds the release with these bytes; under several paths, the last in the order of names.
func (s *Store) pathOf(sum []byte, length int64) string {
	at := ""
	for _, role := range []string{RoleModels, RoleFirmware} {
		t := s.set.tuf.Targets[role]
		if t == nil {
			continue
		}
		for p, target := range t.Signed.Targets {
			if target != nil && target.Length == length && slices.Equal(target.Hashes["sha256"], sum) {
				at = max(at, p)
			}
		}
	}
	return at
}

// ready refuses everything while the metadata themselves cannot carry a decision.
func (s *Store) ready() *Refusal {
	if have, known := s.set.version(metadata.ROOT), s.marks.Roles[metadata.ROOT].Version; have < known {
		return refuse(RootMissing, "the copy of root %d is lost and only root %d is left: refresh the metadata", known, have)
	}
	if !s.set.complete() {
		return refuse(NoMetadata, "there are no metadata yet that the newest root allows: 'dunlin trust refresh --from DIR' takes them from a folder")
	}
	for _, role := range s.set.roles() {
		if s.marks.behind(role, s.set.keysOf(role), s.set.version(role)) {
			return refuse(Rollback, "the newest copy of %s.json is lost: refresh the metadata", role)
		}
	}
	if role, at, ok := s.set.firstExpired(s.now()); ok {
		return refuse(StaleAuthority, "nothing new is installed: %s.json expired on %s and nobody signed a newer one; what runs goes on",
			role, at.Format("2006-01-02"))
	}
	return nil
}

// find looks a release up where its path belongs, and nowhere else.
func (s *Store) find(at string) (Release, *Refusal) {
	owner := ""
	for role, pattern := range delegated {
		if ok, err := path.Match(pattern, at); err == nil && ok {
			owner = role
		}
	}
	for _, role := range []string{RoleModels, RoleFirmware} {
		t := s.set.tuf.Targets[role]
		if t == nil {
			continue
		}
		target, listed := t.Signed.Targets[at]
		if !listed {
			continue
		}
		if role != owner {
			return Release{}, refuse(WrongRole, "%s is listed by the role %s, which may not sign it", at, role)
		}
		rel, err := parseTarget(at, target)
		if errors.Is(err, errDemand) {
			return Release{}, refuse(UnknownDemand, "%s: %v: a newer agent may know what it asks for", at, err).because(err)
		}
		if err != nil {
			return Release{}, refuse(BadRelease, "%s: %v", at, err).because(err)
		}
		return rel, nil
	}
	return Release{}, refuse(NotListed, "%s is not among the releases that are offered", at)
}

// numbers holds a release to the marks of its product line.
func (s *Store) numbers(r Release) *Refusal {
	line := s.marks.Lines[r.Line]
	if other, ok := line.Accepted[r.Number]; ok && other != r.SHA256 {
		return refuse(OtherDigest, "ALARM: %s is release %d, and this device has had another file under that number: two files were signed as one release", r.Path, r.Number)
	}
	if twin := s.twin(r); twin != "" {
		return refuse(OtherDigest, "ALARM: %s and %s are two files with the same release number %d", r.Path, twin, r.Number)
	}
	if r.Number < line.Floor {
		return refuse(Revoked, "%s is release %d, and its owner revoked everything below %d", r.Path, r.Number, line.Floor)
	}
	if r.Number < line.High && line.Floor == 0 {
		return refuse(LowerNumber, "%s is release %d, and this device has had release %d: to go back, its owner has to sign a floor that allows it", r.Path, r.Number, line.High)
	}
	return nil
}

// twin is another listed file with the same number in the same line.
func (s *Store) twin(r Release) string {
	targets := s.set.tuf.Targets[r.role].Signed.Targets
	for _, at := range slices.Sorted(maps.Keys(targets)) {
		other, err := parseTarget(at, targets[at])
		if err == nil && other.Line == r.Line && other.Number == r.Number && other.SHA256 != r.SHA256 {
			return at
		}
	}
	return ""
}

// meets compares the demands of a release with a device.
func (r Release) meets(f Facts) *Refusal {
	d := r.Demands
	switch {
	case len(d.Arch) > 0 && !slices.Contains(d.Arch, f.Arch):
		return refuse(OtherArch, "%s is for %s, and this is %s", r.Path, orList(d.Arch), f.Arch)
	case len(d.Boards) > 0 && !d.onBoard(f.Boards):
		return refuse(OtherBoard, "%s is for the board %s, and this is %s", r.Path, orList(d.Boards), orUnknown(strings.Join(f.Boards, ", ")))
	case len(d.Delegates) > 0 && !slices.ContainsFunc(d.Delegates, func(n string) bool { return slices.Contains(f.Delegates, n) }):
		return refuse(NoDelegate, "%s needs the delegate %s, which is not usable here", r.Path, orList(d.Delegates))
	case d.RAM > f.RAM:
		return refuse(LittleRAM, "%s needs %d MiB of memory, and this device has %d", r.Path, d.RAM, f.RAM)
	case d.AgentMin != "" && Older(f.Agent, d.AgentMin):
		return refuse(OldAgent, "%s needs dunlin %s or newer, and this is %s", r.Path, d.AgentMin, f.Agent)
	case d.AgentMax != "" && Older(d.AgentMax, f.Agent):
		return refuse(NewAgent, "%s is for dunlin up to %s, and this is %s", r.Path, d.AgentMax, f.Agent)
	}
	return nil
}

// onBoard reports whether one of the board's names fits one of the patterns.
func (d Demands) onBoard(names []string) bool {
	return slices.ContainsFunc(d.Boards, func(pattern string) bool {
		return slices.ContainsFunc(names, func(name string) bool {
			ok, err := path.Match(pattern, name)
			return err == nil && ok
		})
	})
}

func orList(words []string) string { return strings.Join(words, " or ") }

func orUnknown(name string) string {
	if name == "" {
		return "an unknown one"
	}
	return name
}

// Accept writes down that a release was taken, so that no other file and no lower number is taken later. Call it after
// the bytes were compared and before the release is put to use; it must be durable first. Content names what the file
// was found to hold, for Holder; empty when that does not matter.
func (s *Store) Accept(r Release, content string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.role == "" {
		return fmt.Errorf("accept %q: it was not decided by this package", r.Path)
	}
	if refusal := s.numbers(r); refusal != nil {
		return refusal
	}
	m := s.marks.clone()
	m.accept(r, content)
	if err := s.writeMarks(m); err != nil {
		return err
	}
	s.marks = m
	return nil
}

// Taken refuses a file, by its SHA-256, that was accepted once and is revoked since. A file that was never accepted here is
// not refused.
func (s *Store) Taken(digest string) *Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	for line, mark := range s.marks.Lines {
		for number, sum := range mark.Accepted {
			if sum == digest && number < mark.Floor {
				return refuse(Revoked, "it is release %d of %s, and its owner revoked everything below %d", number, line, mark.Floor)
			}
		}
	}
	return nil
}

// Holder is the file, by its SHA-256, that was accepted here with this content, the newest of several; empty when there was
// none. Whether it is revoked since, Taken says.
func (s *Store) Holder(content string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	file, newest := "", int64(0)
	for _, mark := range s.marks.Lines {
		for number, held := range mark.Contents {
			if content != "" && held == content && number > newest {
				file, newest = mark.Accepted[number], number
			}
		}
	}
	return file
}

// Revoked reports whether the owner of a product line has revoked a release number.
func (s *Store) Revoked(line string, number int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return number < s.marks.Lines[line].Floor
}
