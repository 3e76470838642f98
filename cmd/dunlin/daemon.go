package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/agent/control"
)

// run lives until ctx is cancelled, then stops in the order of the data and closes the spool.
func (a *daemon) run(ctx context.Context) error {
	a.log.Info("agent started", "device", a.cfg.DeviceID, "version", version, "sources", len(a.feeds), "pipelines", len(a.pipelines))
	err := a.supervisor.Run(ctx)
	a.hardware.close()
	err = errors.Join(err, a.outbox.close())
	if err != nil {
		return fmt.Errorf("run agent: %w", err)
	}
	a.log.Info("agent stopped")
	return nil
}

// Status joins what every part says of itself.
func (a *daemon) Status() agent.Status {
	now := a.clock.Boot()
	s := agent.Status{
		Agent: version, Device: a.cfg.DeviceID, Now: agent.MicrosOf(now), Uptime: agent.MicrosOf(now - a.began),
		Sources: []agent.SourceStatus{}, Pipelines: []agent.PipelineStatus{}, Tasks: a.supervisor.Tasks(),
	}
	for _, c := range a.cfg.Sources {
		source := a.feeds[c.Name].Status()
		source.Bus = a.hardware.transfers(c)
		s.Sources = append(s.Sources, source)
	}
	for _, c := range a.cfg.Pipelines {
		p := a.pipelines[c.Name].Status()
		p.Swap = a.stock.swap(c.Name)
		s.Pipelines = append(s.Pipelines, p)
	}
	if a.cfg.AllowUnsigned {
		s.Warnings = append(s.Warnings, unsignedWarning)
	}
	s.Doubts = a.stock.doubts.texts()
	s.Shelf = a.stock.rebuilt()
	a.outbox.status(&s)
	return s
}

// SetLogLevel changes how much is logged until the daemon starts again.
func (a *daemon) SetLogLevel(level string) error {
	var l config.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return fmt.Errorf("%w: write one of %s: %w", err, strings.Join(l.Syntax().Enum, ", "), control.ErrBadRequest)
	}
	a.level.Set(levelOf(l))
	return nil
}

// SetPipeline switches a pipeline on or off until the daemon starts again.
func (a *daemon) SetPipeline(_ context.Context, name string, on bool) error {
	p := a.pipelines[name]
	if p == nil {
		return fmt.Errorf("there is no pipeline %q; the known ones are %s: %w", name, strings.Join(a.pipelineNames(), ", "), control.ErrNotFound)
	}
	p.SetOn(on)
	a.log.Info("pipeline switched", "pipeline", name, "on", on)
	return nil
}

func (a *daemon) pipelineNames() []string {
	names := make([]string, 0, len(a.cfg.Pipelines))
	for _, c := range a.cfg.Pipelines {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return names
}
