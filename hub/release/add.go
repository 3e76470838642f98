package release

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
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
}

// Add copies a file into the repository and stages the list that names it. Nothing is offered until that list has been
// signed and published. Listing the same version again replaces its numbers and demands.
func (r *Repository) Add(file string, o Offer) (trust.Release, error) {
	next, err := r.nextList(o.Role)
	if err != nil {
		return trust.Release{}, err
	}
	rel, custom, err := o.release(file, next)
	if err != nil {
		return trust.Release{}, fmt.Errorf("add %q: %w", file, err)
	}
	for _, other := range releases(next) {
		if other.Line == rel.Line && other.Number == rel.Number && other.Path != rel.Path {
			return trust.Release{}, fmt.Errorf("add %q: %s is release %d already: every device would raise an alarm", file, other.Path, rel.Number)
		}
		if other.Path == rel.Path && other.Number == rel.Number && other.SHA256 != rel.SHA256 {
			return trust.Release{}, fmt.Errorf("add %q: release %d was listed with another file: give the new file a new number", file, rel.Number)
		}
	}
	if err := r.store(file, rel); err != nil {
		return trust.Release{}, err
	}
	sum, err := hex.DecodeString(rel.SHA256)
	if err != nil {
		return trust.Release{}, fmt.Errorf("add %q: %w", file, err)
	}
	raw := json.RawMessage(custom)
	next.Signed.Targets[rel.Path] = &metadata.TargetFiles{Length: rel.Length, Hashes: metadata.Hashes{"sha256": sum}, Custom: &raw, Path: rel.Path}
	return rel, stage(r, o.Role, next)
}

// release is what a device will read, parsed by the device's own rules.
func (o Offer) release(file string, next *metadata.Metadata[metadata.TargetsType]) (trust.Release, []byte, error) {
	length, sum, err := digest(file)
	if err != nil {
		return trust.Release{}, nil, err
	}
	at := "models/" + o.Name + "-" + o.Version + ".dunlin"
	if o.Role == Firmware {
		at = "agent/" + o.Version + "-" + strings.Join(o.Demands.Arch, "+")
	}
	if o.Number == 0 {
		o.Number = o.nextNumber(at, hex.EncodeToString(sum), next)
	}
	custom, err := json.Marshal(o.custom())
	if err != nil {
		return trust.Release{}, nil, err
	}
	rel, err := trust.ParseRelease(at, length, sum, custom)
	return rel, custom, err
}

// nextNumber is one more than the highest of the product line; the same file under the same name keeps its number.
func (o Offer) nextNumber(at, sum string, next *metadata.Metadata[metadata.TargetsType]) int64 {
	line := "models/" + o.Name
	if o.Role == Firmware {
		line = "agent/" + strings.Join(o.Demands.Arch, "+")
	}
	n := int64(1)
	for _, other := range releases(next) {
		if other.Path == at && other.SHA256 == sum {
			return other.Number
		}
		if other.Line == line {
			n = max(n, other.Number+1)
		}
	}
	return n
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
		if n > 0 {
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

// store copies a file to its place, comparing it on the way.
func (r *Repository) store(file string, rel trust.Release) error {
	to := TargetPath(r.dir, rel)
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return fmt.Errorf("store %s: %w", rel.Path, err)
	}
	in, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("store %s: %w", rel.Path, err)
	}
	out, err := atomicfile.Create(to, 0o644)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	if err := errors.Join(trust.Copy(out, in, rel), in.Close()); err != nil {
		return errors.Join(err, out.Discard())
	}
	return out.Commit()
}

// Drop stages a list that no longer offers a release.
func (r *Repository) Drop(at string) error {
	role := Models
	if strings.HasPrefix(at, "agent/") {
		role = Firmware
	}
	next, err := r.nextList(role)
	if err != nil {
		return err
	}
	if next.Signed.Targets[at] == nil {
		return fmt.Errorf("drop %q: it is not listed", at)
	}
	delete(next.Signed.Targets, at)
	return stage(r, role, next)
}
