package release

import (
	"errors"
	"fmt"
	"slices"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Sign adds a key's signature to a staged role and reports whether the key may sign it at all. A root may be signed by
// the keys of the root before and by its own, and so may targets, as long as their root is staged with them: what a key
// that goes has signed holds until devices have the new root, and counts for nothing under that.
func (r *Repository) Sign(k *Key, role string) (bool, error) {
	entitled, err := r.maySign(k.ID, role)
	if err != nil || !entitled {
		return false, err
	}
	if role == Root {
		return true, sign(r, role, metadata.Root(), k)
	}
	return true, sign(r, role, metadata.Targets(), k)
}

func sign[T metadata.Roles](r *Repository, role string, empty *metadata.Metadata[T], k *Key) error {
	m, err := empty.FromFile(r.stagedPath(role))
	if err != nil {
		return fmt.Errorf("sign %s: %w", role, err)
	}
	m.Signatures = slices.DeleteFunc(m.Signatures, func(s metadata.Signature) bool { return s.KeyID == k.ID })
	if _, err := m.Sign(k.signer); err != nil {
		return fmt.Errorf("sign %s: %w", role, err)
	}
	return stage(r, role, m)
}

// maySign reports whether a key stands among those of a staged role.
func (r *Repository) maySign(id, role string) (bool, error) {
	next, err := r.coming()
	if err != nil {
		return false, err
	}
	if role == Root || role == Targets {
		before := next.root
		if v, err := r.newest(Root); err == nil && v > 0 {
			if before, err = r.root(); err != nil {
				return false, err
			}
		}
		return slices.Contains(before.Signed.Roles[role].KeyIDs, id) || slices.Contains(next.root.Signed.Roles[role].KeyIDs, id), nil
	}
	for _, d := range next.targets.Signed.Delegations.Roles {
		if d.Name == role {
			return slices.Contains(d.KeyIDs, id), nil
		}
	}
	return false, nil
}

// coming is what names keys after the next publication: what is staged, else what is published.
type coming struct {
	root    *metadata.Metadata[metadata.RootType]
	targets *metadata.Metadata[metadata.TargetsType]
}

func (r *Repository) coming() (c coming, err error) {
	staged := r.Staged()
	if slices.Contains(staged, Root) {
		c.root, err = metadata.Root().FromFile(r.stagedPath(Root))
	} else {
		c.root, err = r.root()
	}
	if err != nil {
		return c, fmt.Errorf("read root: %w", err)
	}
	if slices.Contains(staged, Targets) {
		c.targets, err = metadata.Targets().FromFile(r.stagedPath(Targets))
	} else {
		c.targets, err = r.list(Targets)
	}
	if err != nil {
		return c, fmt.Errorf("read targets: %w", err)
	}
	return c, nil
}

// ErrUnfinished is what Publish and Complete return while a staged role lacks signatures.
var ErrUnfinished = errors.New("signatures are missing")

// Complete is nil when a staged role carries all the signatures it needs.
func (r *Repository) Complete(role string) error {
	next, err := r.coming()
	if err != nil {
		return err
	}
	if role == Root {
		err = r.completeRoot(next.root)
	} else {
		var m *metadata.Metadata[metadata.TargetsType]
		if m, err = metadata.Targets().FromFile(r.stagedPath(role)); err == nil {
			if role == Targets {
				err = next.root.VerifyDelegate(role, m)
			} else {
				err = next.targets.VerifyDelegate(role, m)
			}
		}
	}
	if errors.Is(err, &metadata.ErrUnsignedMetadata{}) {
		return refused("%s: %w: %w", role, ErrUnfinished, err)
	}
	return err
}

func (r *Repository) completeRoot(next *metadata.Metadata[metadata.RootType]) error {
	before := next
	if v, err := r.newest(Root); err == nil && v > 0 {
		if before, err = r.root(); err != nil {
			return err
		}
	}
	return errors.Join(before.VerifyDelegate(Root, next), next.VerifyDelegate(Root, next))
}
