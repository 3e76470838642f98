package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/probe"
	"github.com/dunlin-iot/dunlin/models/window"
)

// library finds models in the roots and runs them, each on the engine that it names. An engine's library is opened with
// its first model; one that is absent is looked for again with the next.
type library struct {
	roots  []string
	path   string // of the TensorFlow Lite library; empty searches
	onnx   string // of the ONNX Runtime library; empty searches
	state  string // folder that keeps what proofs of delegates found; empty keeps nothing
	shelf  string // the daemon's, for commands that look there too; empty does not
	log    *slog.Logger
	getenv func(string) string

	mu      sync.Mutex
	engines map[string]engine.Engine // by name
	probes  *probe.Prober            // nil until a delegate wants to be proved
}

// runtime is the engine of that name.
func (l *library) runtime(name string) (engine.Engine, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rt, ok := l.engines[name]; ok {
		return rt, nil
	}
	rt, err := l.openEngine(name)
	if err != nil {
		return nil, err
	}
	if l.engines == nil {
		l.engines = map[string]engine.Engine{}
	}
	l.engines[name] = rt
	return rt, nil
}

// find is the path of a model's folder or file. A model that no root holds is absent.
func (l *library) find(ref manifest.Ref) (string, error) {
	path, err := manifest.Find(l.roots, ref)
	if errors.Is(err, manifest.ErrNotFound) {
		if path, ok := l.onShelf(ref); ok {
			return path, nil
		}
		return "", &hal.AbsentError{
			What: "model " + ref.String(), Err: fmt.Errorf("no such folder in %s", strings.Join(l.roots, ", ")),
			Fix: "put it there as NAME/VERSION or NAME-VERSION.dunlin, or name another root under models.roots or with --models",
		}
	}
	return path, err
}

// bundle reads and checks a model.
func (l *library) bundle(ref manifest.Ref) (*manifest.Bundle, error) {
	path, err := l.find(ref)
	if err != nil {
		return nil, err
	}
	return l.bundleIn(path, ref)
}

// bundleIn reads and checks a model where it lies.
func (l *library) bundleIn(path string, ref manifest.Ref) (*manifest.Bundle, error) {
	b, err := openBundle(path)
	if err != nil {
		return nil, fmt.Errorf("read model %s in %s: %w", ref, path, err)
	}
	if b.Name != ref.Name || ref.Version != 0 && b.Version != ref.Version {
		return nil, errors.Join(fmt.Errorf("read model %s in %s: its manifest says %s", ref, path, b.Ref()), b.Close())
	}
	return b.Bundle, b.Close()
}

// session loads a bundle and runs its golden vectors: what this returns gives the answers that its maker saw.
func (l *library) session(ctx context.Context, b *manifest.Bundle, opts engine.Options) (engine.Session, manifest.GoldenReport, error) {
	rt, err := l.runtime(b.Engine.Name)
	if err != nil {
		return nil, manifest.GoldenReport{}, err
	}
	return l.sessionOn(ctx, rt, b, opts)
}

// sessionOn is session on a given engine.
func (l *library) sessionOn(ctx context.Context, rt engine.Engine, b *manifest.Bundle, opts engine.Options) (engine.Session, manifest.GoldenReport, error) {
	if err := b.CheckEngine(rt.Name(), rt.Version()); err != nil {
		return nil, manifest.GoldenReport{}, err
	}
	s, err := l.load(ctx, rt, b, opts)
	if err != nil {
		return nil, manifest.GoldenReport{}, fmt.Errorf("load model %s: %w", b.Ref(), err)
	}
	report, err := verify(ctx, b, s)
	if err != nil {
		return nil, report, errors.Join(err, s.Close())
	}
	return s, report, nil
}

// model makes a pipeline's model of a bundle, ready to run.
func (l *library) model(ctx context.Context, b *manifest.Bundle, u use) (*pipeline.Model, error) {
	if err := fit(b, u.source); err != nil {
		return nil, err
	}
	if err := fitRate(b, u.rate); err != nil {
		return nil, err
	}
	framing := b.Framing()
	framer, err := window.New(framing)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", b.Ref(), err)
	}
	rt, err := l.engineOf(b.Engine.Name, u)
	if err != nil {
		return nil, err
	}
	s, _, err := l.sessionOn(ctx, rt, b, u.options)
	if err != nil {
		return nil, err
	}
	return &pipeline.Model{
		Name: b.Name, Version: strconv.Itoa(b.Version), Labels: b.Labels, Logits: b.Logits(), Session: s, Framer: framer,
		Engine: u.engineText(rt), Channels: b.Source.Values(), Length: framing.Length, Hop: framing.Hop, Rule: u.rule(b.Decide),
		Reference: b.Reference,
	}, nil
}
