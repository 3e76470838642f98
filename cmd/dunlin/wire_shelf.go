package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/agent/reconcile"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

// stock is the versions of models on this device: the shelf, and for each pipeline a keeper that brings it to the
// version that the shelf names. The folders of the configuration stay what a pipeline begins with.
type stock struct {
	deps
	lib    *library
	trust  belief
	shelf  *shelf.Shelf
	lines  map[string]*line // by pipeline
	names  []string         // of the pipelines
	busy   atomic.Int32     // bundles that are taken in and models that are opened now
	doubts doubts
	rec    pipeline.Recorder
}

// line is one pipeline as the stock sees it.
type line struct {
	name   string
	use    use // with what the configuration names
	pipe   *pipeline.Pipeline
	keeper *reconcile.Keeper
	base   atomic.Pointer[string] // folder on the shelf of what the configuration names; empty when that lies in a root
}

func newStock(cfg *config.Config, d deps, lib *library, rec pipeline.Recorder) (*stock, error) {
	s := &stock{deps: d, lib: lib, rec: rec, trust: newBelief(cfg), lines: map[string]*line{}}
	sc := shelf.Config{Trust: s.trust.decide, Installed: s.trust.accept, Holder: s.trust.holder, CodeOf: trustCode, Budget: cfg.ModelBudget, Logger: d.log, Hook: d.onPoint}
	for _, p := range cfg.Pipelines {
		sc.Pinned = append(sc.Pinned, manifest.Ref(p.Model).String())
		s.names = append(s.names, p.Name)
	}
	sc.Pipelines = append([]string{}, s.names...)
	var err error
	if s.shelf, err = shelf.Open(filepath.Join(cfg.State, "models"), sc); err != nil {
		return nil, err
	}
	return s, nil
}

// open is how a pipeline gets its model: the version that has worked last. One that opens no more gives way to the one
// before, so that a damaged disk does not end the decisions.
func (s *stock) open(name string, u use) func(context.Context) (*pipeline.Model, error) {
	l := &line{name: name, use: u}
	s.lines[name] = l
	return func(ctx context.Context) (*pipeline.Model, error) {
		var first error
		for _, folder := range s.shelf.Uses(name) {
			before := residentBytes()
			v, err := s.version(ctx, l, folder)
			if err == nil {
				s.fell(l, folder, first)
				l.keeper.Opened(folder, grown(before, residentBytes())+childBytes(v.Model.Session))
				return v.Model, nil
			}
			if first == nil {
				first = err
			}
			if ctx.Err() != nil || errors.Is(err, engine.ErrRuntime) {
				break
			}
		}
		return nil, first
	}
}

// fell notes that a pipeline uses a folder because the better one does not open, for a cause. When that lies in this
// moment, not in the files, the keeper tries the better one again.
func (s *stock) fell(l *line, folder string, cause error) {
	var errno syscall.Errno
	if cause == nil || errors.As(cause, &errno) && errno != syscall.ENOENT {
		return
	}
	if err := s.shelf.Fall(l.name, folder, "it does not open any more: "+cause.Error()); err != nil {
		s.log.Error("state of the shelf is not kept", "pipeline", l.name, "err", err)
	}
}

// keep makes the keeper of a pipeline. A configuration that names another model than before is the newer word.
func (s *stock) keep(name string, pipe *pipeline.Pipeline) error {
	l := s.lines[name]
	l.pipe = pipe
	l.keeper = reconcile.New(reconcile.Config{
		Pipeline: name, Memory: s.memory, Every: s.look, Clock: s.clock, Logger: s.log,
		Open: func(ctx context.Context, folder string) (reconcile.Version, error) { return s.version(ctx, l, folder) },
		May:  func(ctx context.Context, folder string) error { return s.mayTry(ctx, l, folder) },
	}, pipe, s.shelf, s.rec)
	dropped, err := s.shelf.Settle(name, l.use.ref.String())
	if dropped {
		s.log.Info("configuration names another model: it takes the place of the one on the shelf", "pipeline", name, "model", l.use.ref)
	}
	return err
}

// version opens what a folder of the shelf holds, or for an empty one what the configuration names.
func (s *stock) version(ctx context.Context, l *line, folder string) (reconcile.Version, error) {
	defer s.takes()()
	if err := s.mayTry(ctx, l, folder); err != nil {
		return reconcile.Version{}, err
	}
	b, err := s.bundle(l, folder)
	if err != nil {
		return reconcile.Version{}, err
	}
	m, err := s.lib.model(ctx, b, l.use)
	if err != nil {
		return reconcile.Version{}, err
	}
	facts, err := s.accepted(ctx, l, folder, b, m)
	return reconcile.Version{Model: m, Guards: pipeline.Guards{Trial: b.Trial}, Facts: facts}, err
}

// stage holds the keepers, and the imports that a crash interrupted.
func (s *stock) stage() agent.Stage {
	st := agent.Stage{Name: "models", Tasks: []agent.Spec{{Task: always{"shelf", s.resume}}, {Task: always{"belief", s.watchBelief}}}}
	for _, name := range s.names {
		st.Tasks = append(st.Tasks, agent.Spec{Task: s.lines[name].keeper})
	}
	return st
}

func (s *stock) resume(ctx context.Context) error {
	s.tellRebuilt(ctx)
	done := s.takes()
	err := s.shelf.Resume(ctx)
	done()
	if err != nil && ctx.Err() == nil {
		s.log.Warn("an interrupted import ends", "reason", fmt.Sprint(err))
	}
	<-ctx.Done()
	return nil
}
