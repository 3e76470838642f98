package release

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Renew stages a role as it is, with a new date and a new life.
func (r *Repository) Renew(role string) error {
	if role == Root {
		next, err := r.nextRoot()
		if err != nil {
			return err
		}
		return stage(r, Root, next)
	}
	next, err := r.nextList(role)
	if err != nil {
		return err
	}
	return stage(r, role, next)
}

// Rotate stages metadata in which a new key takes the place of an old one, named by the beginning of its id. Keys of
// root, targets and online stand in root; those of models and firmware stand in targets. What the old key had signed is
// staged again, so that the new one can sign it.
func (r *Repository) Rotate(role, old string, fresh *Key) error {
	switch role {
	case Root, Targets, Online:
		return r.rotateTop(role, old, fresh)
	case Models, Firmware:
		return r.rotateDelegated(role, old, fresh)
	}
	return wrong("rotate %q: the roles are %s and %s", role, strings.Join(stagedRoles, ", "), Online)
}

func (r *Repository) rotateTop(role, old string, fresh *Key) error {
	next, err := r.nextRoot()
	if err != nil {
		return err
	}
	names := []string{role}
	if role == Online {
		names = []string{metadata.TIMESTAMP, metadata.SNAPSHOT}
	}
	id, err := oneKey(next.Signed.Roles[names[0]].KeyIDs, old)
	if err != nil {
		return fmt.Errorf("rotate %s: %w", role, err)
	}
	for _, name := range names {
		if err := errors.Join(next.Signed.RevokeKey(id, name), next.Signed.AddKey(fresh.public, name)); err != nil {
			return fmt.Errorf("rotate %s: %w", role, err)
		}
	}
	if err := stage(r, Root, next); err != nil || role != Targets {
		return err
	}
	return r.Renew(Targets)
}

func (r *Repository) rotateDelegated(role, old string, fresh *Key) error {
	next, err := r.nextList(Targets)
	if err != nil {
		return err
	}
	var ids []string
	for _, d := range next.Signed.Delegations.Roles {
		if d.Name == role {
			ids = d.KeyIDs
		}
	}
	id, err := oneKey(ids, old)
	if err != nil {
		return fmt.Errorf("rotate %s: %w", role, err)
	}
	if err := errors.Join(next.Signed.RevokeKey(id, role), next.Signed.AddKey(fresh.public, role)); err != nil {
		return fmt.Errorf("rotate %s: %w", role, err)
	}
	return errors.Join(stage(r, Targets, next), r.Renew(role))
}

// oneKey finds the only key whose id begins so.
func oneKey(ids []string, prefix string) (string, error) {
	fits := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return prefix == "" || !strings.HasPrefix(id, prefix) })
	if len(fits) != 1 {
		return "", wrong("%d of its keys begin with %q: they are %s", len(fits), prefix, strings.Join(ids, ", "))
	}
	return fits[0], nil
}

// KeyIDs are the ids of a role's keys as published, and how many of them must sign.
func (r *Repository) KeyIDs(role string) ([]string, int, error) {
	root, err := r.root()
	if err != nil {
		return nil, 0, err
	}
	if role == Online {
		role = metadata.TIMESTAMP
	}
	if top := root.Signed.Roles[role]; top != nil {
		return top.KeyIDs, top.Threshold, nil
	}
	targets, err := r.list(Targets)
	if err != nil {
		return nil, 0, err
	}
	for _, d := range targets.Signed.Delegations.Roles {
		if d.Name == role {
			return d.KeyIDs, d.Threshold, nil
		}
	}
	return nil, 0, wrong("%q is no role here", role)
}
