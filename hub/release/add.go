package release

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

// Offer is a release that is about to be listed.
type Offer struct {
	Role    string // Models or Firmware
	Name    string
	Version string
	Number  int64 // 0 means one more than the highest of its product line
	Floor   int64
	Demands trust.Demands
	Bases   []string
	Lift    bool // the list may lift a revocation: see Lifts
	Own     bool // boards and delegates may have names that are not known here
}

// Add copies a file into the repository and stages the list that names it. Nothing is offered until that list has been
// signed and published. Listing the same version again replaces its numbers and demands. A number is held against every
// list that was ever published here; a list that lifts a revocation, and a name of a board or delegate that nobody knows,
// are refused unless the offer says so.
func (r *Repository) Add(file string, o Offer) (trust.Release, error) {
	next, err := r.nextList(o.Role)
	if err != nil {
		return trust.Release{}, err
	}
	h, err := r.history(o.Role)
	if err != nil {
		return trust.Release{}, err
	}
	before := h.lifts(releases(next))
	rel, err := o.list(file, next, h)
	if err == nil && !o.Own {
		err = r.known.checkNames(o.Demands, h)
	}
	if err != nil {
		return trust.Release{}, fmt.Errorf("add %q: %w", file, err)
	}
	if err := mayLift(before, h.lifts(releases(next)), o.Lift); err != nil {
		return trust.Release{}, fmt.Errorf("add %q: %w", file, err)
	}
	if err := r.store(file, rel); err != nil {
		return trust.Release{}, err
	}
	return rel, stage(r, o.Role, next)
}

// list puts an offer into the next list, where its number is free or its own.
func (o Offer) list(file string, next *metadata.Metadata[metadata.TargetsType], h *history) (trust.Release, error) {
	rel, target, err := o.release(file, releases(next), h)
	if err != nil {
		return rel, err
	}
	if old, ok := h.repacked(rel); ok && o.Role == Models {
		return rel, refused("version %s of %s was published as another file (%s, SHA-256 %.12s…), and a device that has that one refuses a second: pack the new one with a new version",
			rel.Version, rel.Line, old.Path, old.SHA256)
	}
	for _, other := range releases(next) {
		if other.Line == rel.Line && other.Number == rel.Number && other.Path != rel.Path {
			return rel, refused("%s is release %d already: every device would raise an alarm", other.Path, rel.Number)
		}
		if other.Path == rel.Path && other.Number == rel.Number && other.SHA256 != rel.SHA256 {
			return rel, refused("release %d was listed with another file: give the new file a new number", rel.Number)
		}
	}
	if old, ok := h.reused(rel); ok {
		return rel, refused("%s", reuseWords(rel, old))
	}
	next.Signed.Targets[rel.Path] = target
	return rel, nil
}

// notOnFAT are the characters that names have on other file systems, and not on FAT.
const notOnFAT = `"*:<>?|`

// release is what a device will read, parsed by the device's own rules, and the entry that it is read from.
func (o Offer) release(file string, listed map[string]trust.Release, h *history) (trust.Release, *metadata.TargetFiles, error) {
	if err := checkDemands(o.Demands); err != nil {
		return trust.Release{}, nil, err
	}
	length, sum, err := digest(file)
	if err != nil {
		return trust.Release{}, nil, err
	}
	at := "models/" + o.Name + "-" + o.Version + ".dunlin"
	if o.Role == Firmware {
		at = "agent/" + o.Version + "-" + strings.Join(o.Demands.Arch, "+")
	}
	if i := strings.IndexAny(at, notOnFAT); i >= 0 {
		return trust.Release{}, nil, wrong("the name %s has a %q, and no file on a USB stick can: choose another name or version", at, at[i])
	}
	if o.Number == 0 {
		o.Number = o.nextNumber(at, hex.EncodeToString(sum), listed, h)
	}
	custom, err := json.Marshal(o.custom())
	if err != nil {
		return trust.Release{}, nil, err
	}
	rel, err := trust.ParseRelease(at, length, sum, custom)
	if err != nil {
		return trust.Release{}, nil, wrong("%w", err)
	}
	raw := json.RawMessage(custom)
	return rel, &metadata.TargetFiles{Length: length, Hashes: metadata.Hashes{"sha256": sum}, Custom: &raw, Path: at}, nil
}

// nextNumber is one more than the highest that the product line ever had; the same file under the same name keeps its
// number, the highest of those it had.
func (o Offer) nextNumber(at, sum string, listed map[string]trust.Release, h *history) int64 {
	line := "models/" + o.Name
	if o.Role == Firmware {
		line = "agent/" + strings.Join(o.Demands.Arch, "+")
	}
	var highest, own int64
	for _, rel := range slices.AppendSeq(slices.Collect(maps.Values(listed)), maps.Values(h.files[line])) {
		if rel.Line == line {
			highest = max(highest, rel.Number)
		}
		if rel.Path == at && rel.SHA256 == sum {
			own = max(own, rel.Number)
		}
	}
	if own > 0 {
		return own
	}
	return highest + 1
}

// mayLift refuses a list in which a floor sinks that had not sunk in the list before, unless that was asked for.
func mayLift(before, after []lift, asked bool) error {
	for _, l := range after {
		if !asked && !slices.Contains(before, l) {
			return refused("this %s; list a release with the floor %d first, or say --lift", l, l.from)
		}
	}
	return nil
}

// custom are the fields of a release as TUF carries them: strings and integers, lists as words.
func (o Offer) custom() map[string]any {
	out := map[string]any{"name": o.Name, "version": o.Version, "number": o.Number}
	for name, list := range map[string][]string{"arch": o.Demands.Arch, "board": o.Demands.Boards, "delegates": o.Demands.Delegates, "bases": o.Bases} {
		if len(list) > 0 {
			out[name] = strings.Join(list, " ")
		}
	}
	for name, n := range map[string]int64{"floor": o.Floor, "ram_mib": o.Demands.RAM} {
		if n != 0 { // a negative one is no demand, and is refused when it is read
			out[name] = n
		}
	}
	for name, text := range map[string]string{"agent_min": o.Demands.AgentMin, "agent_max": o.Demands.AgentMax} {
		if text != "" {
			out[name] = text
		}
	}
	return out
}

func digest(file string) (int64, []byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, nil, err
	}
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	return n, sum.Sum(nil), errors.Join(err, f.Close())
}

// TargetPath is where the file of a release lies in a repository, with its digest in the name.
func TargetPath(dir string, rel trust.Release) string {
	sub, base := path.Split(rel.Path)
	return filepath.Join(dir, "targets", filepath.FromSlash(sub), rel.SHA256+"."+base)
}

// store copies a file to its place.
func (r *Repository) store(file string, rel trust.Release) error {
	to := TargetPath(r.dir, rel)
	err := atomicfile.MkdirAll(filepath.Dir(to), 0o750)
	if err == nil {
		err = copyRelease(to, file, rel)
	}
	if err != nil {
		return fmt.Errorf("store %s: %w", rel.Path, err)
	}
	return nil
}

// copyRelease compares the bytes on the way: a file that changed since it was read is not what will be signed, and a
// stick with a damaged one would be carried far for nothing.
func copyRelease(to, from string, rel trust.Release) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	out, err := atomicfile.Create(to, 0o644)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	if err := errors.Join(trust.Copy(out, in, rel), in.Close()); err != nil {
		_ = out.Discard() // a stick that was pulled out cannot do that either
		return err
	}
	return out.Commit()
}

// Drop stages a list that no longer offers a release. A list that lifts a revocation is refused unless lift is true.
func (r *Repository) Drop(at string, lift bool) error {
	role := Models
	if strings.HasPrefix(at, "agent/") {
		role = Firmware
	}
	next, err := r.nextList(role)
	if err != nil {
		return err
	}
	if next.Signed.Targets[at] == nil {
		return absent("drop %q: it is not listed", at)
	}
	h, err := r.history(role)
	if err != nil {
		return err
	}
	before := h.lifts(releases(next))
	delete(next.Signed.Targets, at)
	if err := mayLift(before, h.lifts(releases(next)), lift); err != nil {
		return fmt.Errorf("drop %q: %w", at, err)
	}
	return stage(r, role, next)
}
