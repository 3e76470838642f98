package main

import (
	"context"
	"errors"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/agent/reconcile"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// accepted holds a version that is about to be tried to its acceptance set, with the session that the pipeline will use,
// and gives the facts to tell. A version that has proved itself before is not asked again: the pipeline needs it. When the
// version is not accepted the model is closed.
func (s *stock) accepted(ctx context.Context, l *line, folder string, b *manifest.Bundle, m *pipeline.Model) (map[string]any, error) {
	if next, trying := s.shelf.Next(l.name); folder == "" || !trying || next != folder {
		return nil, nil
	}
	load := func() (engine.Session, error) {
		rt, err := s.lib.engineOf(b.Engine.Name, l.use)
		if err != nil {
			return nil, err
		}
		return s.lib.load(ctx, rt, b, l.use.options)
	}
	began := time.Now()
	a, err := acceptFolder(ctx, s.shelf.Path(folder), b, way{m.Engine, l.use.options.Threads}, m.Session, load)
	if a != nil {
		s.tell(l, a)
	}
	if err != nil {
		return nil, errors.Join(err, m.Session.Close())
	}
	if a == nil {
		return nil, nil
	}
	s.log.Info("version is accepted", "pipeline", l.name, "model", a.Model, "accuracy", a.Set.Accuracy.Value, "windows", a.Set.N, "took", time.Since(began))
	return a.facts(), nil
}

// takes says that something takes memory, until done.
func (s *stock) takes() (done func()) {
	s.busy.Add(1)
	return func() { s.busy.Add(-1) }
}

// memory is what the process holds, as the guards of a trial may judge it.
func (s *stock) memory() reconcile.Memory {
	m := memory()
	m.Busy = s.busy.Load() > 0
	return m
}
