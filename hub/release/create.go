package release

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

// Plan says how many keys each role has, and how many of them must sign.
type Plan map[string]struct{ Keys, Threshold int }

// DefaultPlan is what docs/trust.md explains: two people for what could take the fleet over, one for a model.
func DefaultPlan() Plan {
	return Plan{Root: {3, 2}, Targets: {2, 1}, Models: {2, 1}, Firmware: {3, 2}, Online: {1, 1}}
}

// Keys are keys by role.
type Keys map[string][]*Key

// NewKeys makes all keys of a plan.
func NewKeys(p Plan) (Keys, error) {
	keys := Keys{}
	for role, n := range p {
		for range n.Keys {
			k, err := NewKey()
			if err != nil {
				return nil, err
			}
			keys[role] = append(keys[role], k)
		}
	}
	return keys, nil
}

// Create makes a repository with a first root, no releases, and everything signed. It gives the bytes of root.json,
// whose SHA-256 devices are enrolled with.
func Create(dir string, p Plan, keys Keys, cfg Config) (*Repository, []byte, error) {
	if err := Prepare(dir); err != nil {
		return nil, nil, err
	}
	r := newRepository(dir, cfg)
	if err := r.stageAll(p, keys); err != nil {
		return nil, nil, err
	}
	for _, role := range stagedRoles {
		for _, k := range keys[role] {
			if _, err := r.Sign(k, role); err != nil {
				return nil, nil, err
			}
		}
	}
	if err := r.Publish(keys[Online][0]); err != nil {
		return nil, nil, err
	}
	data, err := os.ReadFile(r.published(1, Root))
	return r, data, err
}

// Prepare makes the folders of a repository that is to be created, and refuses a place where there is one: to be called
// before its keys are written anywhere.
func Prepare(dir string) error {
	for _, sub := range []string{"metadata", "targets", "staged"} {
		if err := atomicfile.MkdirAll(filepath.Join(dir, sub), 0o750); err != nil {
			return fmt.Errorf("create repository: %w", err)
		}
	}
	if v, err := newRepository(dir, Config{}).newest(Root); err != nil {
		return fmt.Errorf("create repository %q: %w", dir, err)
	} else if v > 0 {
		return refused("create repository %q: there is one already", dir)
	}
	return nil
}

func (r *Repository) stageAll(p Plan, keys Keys) error {
	root := metadata.Root(r.now().Add(rootLife))
	root.Signed.UnrecognizedFields = r.issued()
	for role, from := range map[string]string{Root: Root, Targets: Targets, metadata.TIMESTAMP: Online, metadata.SNAPSHOT: Online} {
		root.Signed.Roles[role].Threshold = p[from].Threshold
		for _, k := range keys[from] {
			if err := root.Signed.AddKey(k.public, role); err != nil {
				return fmt.Errorf("add key for %s: %w", role, err)
			}
		}
	}
	targets := r.emptyList()
	targets.Signed.Delegations = &metadata.Delegations{Keys: map[string]*metadata.Key{}}
	for _, role := range []string{Models, Firmware} {
		targets.Signed.Delegations.Roles = append(targets.Signed.Delegations.Roles, metadata.DelegatedRole{
			Name: role, Threshold: p[role].Threshold, Terminating: true, Paths: []string{trust.PathsOf(role)}, KeyIDs: []string{}})
		for _, k := range keys[role] {
			if err := targets.Signed.AddKey(k.public, role); err != nil {
				return fmt.Errorf("add key for %s: %w", role, err)
			}
		}
	}
	return errors.Join(stage(r, Root, root), stage(r, Targets, targets), stage(r, Models, r.emptyList()), stage(r, Firmware, r.emptyList()))
}

func (r *Repository) emptyList() *metadata.Metadata[metadata.TargetsType] {
	t := metadata.Targets(r.now().Add(targetsLife))
	t.Signed.UnrecognizedFields = r.issued()
	return t
}
