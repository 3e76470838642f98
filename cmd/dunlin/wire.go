package main

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/agent/notify"
	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/replay"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// deps is what the parts of a daemon share. The listeners may be nil: make demo listens, and so do tests that crash.
type deps struct {
	clock       clock.Clock
	log         *slog.Logger
	level       *slog.LevelVar
	getenv      func(string) string
	onRecording func(source string, r replay.Recording)
	onDecision  func(pipeline string, d pipeline.Decision)
	onPoint     func(point string) // of the shelf
	look        time.Duration      // between two looks at a trial; zero means the usual
}

func (a *app) deps() deps {
	level := new(slog.LevelVar)
	return deps{clock: clock.System{}, log: newLogger(a.err, level, a.getenv), level: level, getenv: a.getenv, onPoint: a.onPoint, look: a.look}
}

// daemon is the agent, built: reading newDaemon is reading what the agent consists of.
type daemon struct {
	deps
	cfg        *config.Config // what the tasks were built from
	current    *config.Config // what the file said last; belongs to the goroutine of reloads
	began      time.Duration
	hardware   *hardware
	outbox     *outbox
	stock      *stock
	feeds      map[string]*pipeline.Feed
	pipelines  map[string]*pipeline.Pipeline
	supervisor *agent.Supervisor
}

// newDaemon opens the spool and wires the tasks; whoever called it runs the daemon or closes it.
func newDaemon(cfg *config.Config, d deps) (*daemon, error) {
	d.level.Set(levelOf(cfg.LogLevel))
	box, err := openOutbox(cfg, d)
	if err != nil {
		return nil, err
	}
	a := &daemon{
		deps: d, cfg: cfg, current: cfg, began: d.clock.Boot(), hardware: newHardware(d), outbox: box,
		feeds: map[string]*pipeline.Feed{}, pipelines: map[string]*pipeline.Pipeline{},
	}
	a.stock, err = newStock(cfg, d, &library{roots: cfg.ModelRoots, path: cfg.TFLite, onnx: cfg.ONNX, state: cfg.State, log: d.log, getenv: d.getenv}, box.spool)
	if err != nil {
		return nil, errors.Join(err, box.close())
	}
	sources := agent.Stage{Name: "sources"}
	made := map[string]hal.Source{}
	for _, c := range cfg.Sources {
		src := a.hardware.source(c)
		made[c.Name] = src
		a.feeds[c.Name] = pipeline.NewFeed(src, pipeline.FeedConfig{
			Name: c.Name, Planned: c.Replay != nil, Lossless: lossless(c), Ledger: box.spool, Clock: d.clock, Logger: d.log,
		})
		sources.Tasks = append(sources.Tasks, agent.Spec{Task: a.feeds[c.Name]})
	}
	pipelines := agent.Stage{Name: "pipelines"}
	for _, c := range cfg.Pipelines {
		open := a.stock.open(c.Name, use{
			ref: manifest.Ref(c.Model), source: made[c.Source], rate: rateOf(cfg, c.Source), threshold: c.Threshold, hold: c.Hold,
			options:  optionsOf(c),
			isolated: c.Isolated, limit: c.Limit, log: d.log.With("pipeline", c.Name),
		})
		a.pipelines[c.Name] = pipeline.New(a.pipelineConfig(c), a.feeds[c.Source], open, box.spool)
		if err := a.stock.keep(c.Name, a.pipelines[c.Name]); err != nil {
			return nil, errors.Join(err, box.close())
		}
		pipelines.Tasks = append(pipelines.Tasks, agent.Spec{Task: a.pipelines[c.Name]})
	}
	a.supervisor = agent.NewSupervisor(agent.Config{Clock: d.clock, Logger: d.log},
		a.serviceStage(), a.stock.stage(), sources, pipelines, box.uplinkStage(), a.localStage(), box.spoolStage())
	return a, nil
}

// serviceStage tells systemd; it comes first, so that "stopping" is said before anything stops.
func (a *daemon) serviceStage() agent.Stage {
	cfg := notify.Config{Logger: a.log, Settled: func(ctx context.Context) error { return a.supervisor.WaitSettled(ctx, "pipelines") }}
	for _, name := range a.pipelineNames() {
		cfg.Pipelines = append(cfg.Pipelines, a.pipelines[name])
	}
	return agent.Stage{Name: "service", Tasks: []agent.Spec{{Task: notify.New(cfg)}}}
}

func (a *daemon) pipelineConfig(c config.PipelineConfig) pipeline.Config {
	report := pipeline.Changes
	if c.Report == config.ReportAll {
		report = pipeline.All
	}
	out := pipeline.Config{
		Name: c.Name, Model: c.Model.Name, Version: strconv.Itoa(c.Model.Version),
		Report: report, Off: !c.On, Limit: c.Limit, Ledger: a.outbox.spool, Clock: a.clock, Logger: a.log,
	}
	if a.onDecision != nil {
		out.OnDecision = func(d pipeline.Decision) { a.onDecision(c.Name, d) }
	}
	return out
}

// localStage is the API on the Unix socket.
func (a *daemon) localStage() agent.Stage {
	server := control.New(a, control.Config{Socket: a.cfg.Socket, Models: a.stock, Logger: a.log})
	return agent.Stage{Name: "control", Tasks: []agent.Spec{{Task: server}}}
}
