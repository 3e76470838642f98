package release

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/dunlin-iot/dunlin/firmware/trust"
)

// history is what the published versions of a role have said, as far as they are in the folder. The list that is staged
// next is held against all of it: a number that was dropped is still known to devices, and so is a floor.
type history struct {
	files  map[string]map[int64]trust.Release // by product line and release number
	floors map[string]int64                   // by product line, as a device has them that saw every version
	last   map[string]int64                   // the floors of the newest version
}

// history reads the versions in the order in which devices saw them.
func (r *Repository) history(role string) (*history, error) {
	h := &history{files: map[string]map[int64]trust.Release{}, floors: map[string]int64{}}
	newest, err := r.newest(role)
	if err != nil {
		return nil, err
	}
	for v := range newest {
		data, err := os.ReadFile(r.published(v+1, role))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s %d: %w", role, v+1, err)
		}
		list, err := metadata.Targets().FromBytes(data)
		if err != nil {
			return nil, fmt.Errorf("read %s %d: %w", role, v+1, err)
		}
		h.add(releases(list))
	}
	return h, nil
}

func (h *history) add(list map[string]trust.Release) {
	for _, rel := range list {
		if h.files[rel.Line] == nil {
			h.files[rel.Line] = map[int64]trust.Release{}
		}
		h.files[rel.Line][rel.Number] = rel
	}
	h.last = floors(list)
	maps.Copy(h.floors, h.last) // a line of which nothing is listed keeps its floor on devices
}

// floors are those of the product lines in a list, zero included.
func floors(list map[string]trust.Release) map[string]int64 {
	out := map[string]int64{}
	for _, rel := range list {
		out[rel.Line] = max(out[rel.Line], rel.Floor)
	}
	return out
}

// reused finds a number of a list that was published with another file.
func (h *history) reused(rel trust.Release) (trust.Release, bool) {
	old, known := h.files[rel.Line][rel.Number]
	return old, known && old.SHA256 != rel.SHA256
}

// repacked finds the release that was published under the path of a list's, where that was always another file. Which
// number it had does not matter: devices keep models by their version.
func (h *history) repacked(rel trust.Release) (old trust.Release, ok bool) {
	for _, other := range h.files[rel.Line] {
		if other.Path != rel.Path {
			continue
		}
		if other.SHA256 == rel.SHA256 {
			return trust.Release{}, false
		}
		old, ok = other, true
	}
	return old, ok
}

// lift is a floor that sinks: what was revoked may be installed again.
type lift struct {
	line      string
	from, to  int64
	forgotten bool // nothing of the line is listed any more
}

func (l lift) String() string {
	head := fmt.Sprintf("LIFTS the revocation of releases below %d of %s", l.from, l.line)
	switch {
	case l.forgotten:
		return head + ": nothing of it is listed any more, and a device that is enrolled after this never learns what was revoked"
	case l.to > 0:
		return fmt.Sprintf("%s: only those below %d stay revoked", head, l.to)
	}
	return head + ": every older release of it that is signed may be installed again"
}

// lifts are the floors that would sink if a list were published next.
func (h *history) lifts(list map[string]trust.Release) []lift {
	next := floors(list)
	var out []lift
	for _, line := range slices.Sorted(maps.Keys(h.floors)) {
		from := h.floors[line]
		to, listed := next[line]
		_, was := h.last[line]
		if to < from && (listed || was) {
			out = append(out, lift{line, from, to, !listed})
		}
	}
	return out
}

// Lifts says which revocations a staged role would lift, in sentences; usually none.
func (r *Repository) Lifts(role string) ([]string, error) {
	h, next, err := r.staged(role)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, l := range h.lifts(next) {
		out = append(out, l.String())
	}
	return out, nil
}

// Reuses says which release numbers of a staged role were published with another file before, or stand for two files
// now. Add refuses such a list; one that was made in another way would make devices raise an alarm.
func (r *Repository) Reuses(role string) ([]string, error) {
	h, next, err := r.staged(role)
	if err != nil {
		return nil, err
	}
	var out []string
	paths := slices.Sorted(maps.Keys(next))
	for i, at := range paths {
		rel := next[at]
		if old, ok := h.reused(rel); ok {
			out = append(out, reuseWords(rel, old))
		}
		for _, before := range paths[:i] {
			if twin := next[before]; twin.Line == rel.Line && twin.Number == rel.Number && twin.SHA256 != rel.SHA256 {
				out = append(out, fmt.Sprintf("release %d of %s is two files in this list (%s and %s), and every device would raise an alarm: give one of them another number",
					rel.Number, rel.Line, before, at))
			}
		}
	}
	return out, nil
}

func reuseWords(rel, old trust.Release) string {
	return fmt.Sprintf("release %d of %s was published as another file (%s, SHA-256 %.12s…), and every device that had it would raise an alarm: give this file a new number",
		rel.Number, rel.Line, old.Path, old.SHA256)
}

// staged is a staged list of releases and the history that it continues; both are empty for root and targets.
func (r *Repository) staged(role string) (*history, map[string]trust.Release, error) {
	if role != Models && role != Firmware {
		return &history{}, nil, nil
	}
	next, err := metadata.Targets().FromFile(r.stagedPath(role))
	if err != nil {
		return nil, nil, fmt.Errorf("read staged %s: %w", role, err)
	}
	h, err := r.history(role)
	return h, releases(next), err
}
