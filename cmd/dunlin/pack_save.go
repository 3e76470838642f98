package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/pack"
)

// prove opens the bundle as a device does and runs its golden vectors on the way that a device takes by default.
func (p *packing) prove(ctx context.Context, fsys fs.FS) error {
	b, err := manifest.Open(fsys)
	if err != nil {
		return fmt.Errorf("%w: %w", err, pack.ErrSpec)
	}
	if err := countable(b, fsys); err != nil {
		return fmt.Errorf("%w: %w", err, pack.ErrSpec)
	}
	s, report, err := p.lib.session(ctx, b, engine.Options{})
	if errors.Is(err, manifest.ErrGolden) {
		return fmt.Errorf("this machine's own fast kernels differ from the plain ones by more than $.golden.tolerance_steps allows, devices would refuse the model: %w: %w", err, pack.ErrSpec)
	}
	if err != nil {
		return err
	}
	p.say("%s: %s", s.Report(), report)
	return s.Close()
}

// countable reads the acceptance set to its end, as a device does: it has bounds that no recordings keep by themselves.
func countable(b *manifest.Bundle, fsys fs.FS) error {
	if b.Acceptance.File == "" {
		return nil
	}
	cases, err := b.OpenCases(fsys)
	if err != nil {
		return err
	}
	var c manifest.Case
	for err == nil {
		err = cases.Next(&c)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, cases.Close())
}

// save writes the one file.
func (p *packing) save(fsys fs.FS, f packFlags) error {
	path := f.out
	if !strings.HasSuffix(path, manifest.Suffix) {
		path = filepath.Join(path, p.b.Ref().FileName())
	}
	var data bytes.Buffer
	if err := manifest.WriteZip(&data, fsys); err != nil {
		return fmt.Errorf("%w: %w", err, pack.ErrSpec)
	}
	old, err := os.ReadFile(path)
	if err == nil && !bytes.Equal(old, data.Bytes()) && !f.force {
		return withCode(exitRefused, fmt.Errorf("%s holds another bundle: raise the version, or overwrite it with --force", path))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := atomicfile.Write(path, data.Bytes(), 0o644); err != nil {
		return err
	}
	for _, line := range p.said {
		p.a.say("%s", line)
	}
	_, err = fmt.Fprintf(p.a.out, "%s  %x\n", path, sha256.Sum256(data.Bytes()))
	return err
}
