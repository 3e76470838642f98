package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/pack"
	"github.com/dunlin-iot/dunlin/models/tflitemeta"
)

// packFlags is one command line of models pack.
type packFlags struct {
	models modelFlags
	out    string
	force  bool
}

func (a *app) modelsPackCommand() *cobra.Command {
	var f packFlags
	c := a.command(&cobra.Command{
		Use: "pack SPEC", Short: "Make a bundle of a trained model",
		Long: "Make NAME-VERSION.dunlin of a model, recordings and a spec in YAML (docs/models.md). The golden outputs are computed\n" +
			"on this machine's plain CPU kernels. When the training side's outputs are given and differ, nothing is written.",
		Example: "  dunlin models pack examples/motions/pack.yaml --out .",
		Args:    cobra.ExactArgs(1),
	})
	c.Flags().StringVar(&f.out, "out", ".", "`folder` for NAME-VERSION.dunlin, or a file that ends in .dunlin")
	c.Flags().BoolVar(&f.force, "force", false, "overwrite a file that holds something else")
	a.modelFlags(c, &f.models)
	c.RunE = func(c *cobra.Command, args []string) error { return a.pack(c.Context(), args[0], f) }
	return c
}

// packing is one run of models pack.
type packing struct {
	a    *app
	base string // folder of the spec; its paths begin there
	lib  *library
	spec *pack.Spec
	d    *pack.Draft
	b    *manifest.Bundle // what is known of it so far
	said []string         // what was found, for the end
}

func (a *app) pack(ctx context.Context, path string, f packFlags) error {
	p := &packing{a: a, base: filepath.Dir(path)}
	var err error
	if p.spec, err = readSpec(path); err != nil {
		return err
	}
	if p.lib, err = f.models.library(a); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "dunlin-pack-")
	if err != nil {
		return fmt.Errorf("pack model: %w", err)
	}
	err = p.build(ctx, dir)
	if err == nil {
		err = p.save(os.DirFS(dir), f)
	}
	if err != nil {
		err = fmt.Errorf("pack %s: %w", path, err)
	}
	return errors.Join(err, os.RemoveAll(dir))
}

func readSpec(path string) (*pack.Spec, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &hal.AbsentError{What: fmt.Sprintf("spec %q", path), Fix: "check the path; docs/models.md shows one", Err: err}
	}
	if err != nil {
		return nil, fmt.Errorf("read spec: %w", err)
	}
	doc, err := config.Document(config.Text{Name: path, Data: text})
	if err != nil {
		return nil, err
	}
	spec, err := pack.ParseSpec(doc)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return spec, nil
}

// build makes the bundle's files in dir and checks them there.
func (p *packing) build(ctx context.Context, dir string) error {
	parts, err := p.read()
	if err != nil {
		return err
	}
	defer parts.Session.Close()
	if p.d, err = pack.Begin(p.spec, parts); err != nil {
		return err
	}
	p.b = &manifest.Bundle{Manifest: *p.d.Manifest(), Labels: parts.Labels}
	p.say("%s: %s of %d bytes, %s", p.b.Ref(), parts.Engine, len(parts.Model), strings.Join(parts.Labels, ", "))
	if err := p.golden(ctx); err != nil {
		return err
	}
	if err := p.sets(ctx); err != nil {
		return err
	}
	files, err := p.d.Files()
	if err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return p.prove(ctx, os.DirFS(dir))
}

func (p *packing) say(format string, args ...any) {
	p.said = append(p.said, fmt.Sprintf(format, args...))
}

// read reads the files that the spec names and loads the model on plain kernels.
func (p *packing) read() (parts pack.Parts, err error) {
	parts.Engine = strings.TrimPrefix(filepath.Ext(p.spec.Model), ".")
	if parts.Engine != "tflite" && parts.Engine != "onnx" {
		return parts, fmt.Errorf("$.model: %q ends in neither .tflite nor .onnx: %w", p.spec.Model, pack.ErrSpec)
	}
	if parts.Model, err = p.file("$.model", p.spec.Model); err != nil {
		return parts, err
	}
	if parts.Labels, err = p.labels(parts.Model); err != nil {
		return parts, err
	}
	if p.spec.Card != "" {
		if parts.Card, err = p.file("$.card", p.spec.Card); err != nil {
			return parts, err
		}
	}
	rt, err := p.lib.runtime(parts.Engine)
	if err != nil {
		return parts, err
	}
	parts.Version = rt.Version()
	parts.Session, err = rt.Load(parts.Model, engine.Options{Delegates: []string{"none"}})
	return parts, err
}

func (p *packing) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(p.base, name)
}

// file reads a file that the spec names.
func (p *packing) file(at, name string) ([]byte, error) {
	data, err := os.ReadFile(p.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &hal.AbsentError{What: fmt.Sprintf("%s: file %q", at, p.path(name)), Fix: "paths in a spec begin at its folder", Err: err}
	}
	return data, err
}

// labels are those of the spec, of a file, or of the model's own metadata.
func (p *packing) labels(model []byte) ([]string, error) {
	if p.spec.LabelsFile == "" {
		if p.spec.Labels != nil {
			return p.spec.Labels, nil
		}
		if m, err := tflitemeta.Inspect(model); err == nil && m.Labels("") != nil {
			return m.Labels(""), nil
		}
		return nil, fmt.Errorf("$.labels: is missing, and the model's file has none: %w", pack.ErrSpec)
	}
	text, err := p.file("$.labels", p.spec.LabelsFile)
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimRight(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"), "\n"), nil
}

func (p *packing) golden(ctx context.Context) error {
	all, err := p.recordings(ctx, "$.golden", p.spec.Golden, false)
	if err != nil {
		return err
	}
	var want *pack.Expected
	if p.spec.Outputs != "" {
		array, err := p.a.readArray(p.path(p.spec.Outputs))
		if err != nil {
			return fmt.Errorf("$.golden.outputs: %w", err)
		}
		want = &pack.Expected{Values: array.Data, Stored: array.Whole}
		if len(array.Shape) > 0 {
			want.Rows = array.Shape[0]
		}
	}
	r, err := p.d.Golden(all, want)
	if err != nil {
		return err
	}
	p.say("golden: %d vectors of %d windows", r.Vectors, r.Windows)
	if r.Doubt != "" {
		p.say("scores: %s", r.Doubt)
	}
	if want != nil {
		p.say("training side: its outputs agree on all %d windows, at most %d steps apart (allowed %d)", r.Compared, r.MaxSteps, p.b.GoldenSet.ToleranceSteps)
	}
	return nil
}

// sets makes the acceptance set and the drift reference, where the spec has them.
func (p *packing) sets(ctx context.Context) error {
	if len(p.spec.Acceptance.Parts) > 0 {
		all, err := p.recordings(ctx, "$.acceptance", p.spec.Acceptance, true)
		if err != nil {
			return err
		}
		windows, err := p.d.Acceptance(all)
		if err != nil {
			return err
		}
		if err := boundNames(p.b, windows); err != nil {
			return err
		}
		n := 0
		for _, of := range windows {
			n += of
		}
		p.say("acceptance: %d labelled windows, %d bounds", n, len(p.b.Acceptance.Bounds))
	}
	if len(p.spec.Reference.Parts) > 0 {
		all, err := p.recordings(ctx, "$.reference", p.spec.Reference, false)
		if err != nil {
			return err
		}
		if err := p.d.Reference(all); err != nil {
			return err
		}
		p.say("reference: %d recordings", len(all))
	}
	if note := trialNote(&p.b.Manifest); note != "" {
		p.say("%s", note)
	}
	return nil
}
