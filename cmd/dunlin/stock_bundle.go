package main

import (
	"errors"
	"fmt"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// bundle reads what a folder of the shelf holds, or for an empty one what the configuration names.
func (s *stock) bundle(l *line, folder string) (*manifest.Bundle, error) {
	if folder != "" {
		return s.shelved(folder, manifest.Ref{Name: l.use.ref.Name})
	}
	b, folder, err := s.base(l)
	l.base.Store(&folder)
	return b, err
}

// base reads what the configuration names, and tells where on the shelf it lies; an empty folder when in a root. A
// configuration may name what was imported.
func (s *stock) base(l *line) (b *manifest.Bundle, folder string, err error) {
	b, err = s.lib.bundle(l.use.ref)
	var absent *hal.AbsentError
	if !errors.As(err, &absent) {
		return b, "", err
	}
	folder, ferr := s.shelf.Find(l.use.ref)
	if ferr != nil {
		return nil, "", err
	}
	b, err = s.shelved(folder, l.use.ref)
	return b, folder, err
}

// shelved reads a version on the shelf, which is still what was believed when it came: the manifest binds every file, and
// the shelf's record binds the manifest.
func (s *stock) shelved(folder string, ref manifest.Ref) (*manifest.Bundle, error) {
	path := s.shelf.Path(folder)
	b, err := s.lib.bundleIn(path, ref)
	if err != nil {
		return nil, err
	}
	if v, ok := s.shelf.At(folder); !ok || v.Digest != b.Digest {
		return nil, fmt.Errorf("read model %s in %s: its manifest is not the one that was taken in: %w; import its bundle again", ref, path, manifest.ErrDigest)
	}
	return b, nil
}
