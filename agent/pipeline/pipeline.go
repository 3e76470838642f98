package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Report says which decisions become records.
type Report uint8

const (
	All     Report = iota // every decision
	Changes               // those that change the state
)

// Config of a pipeline.
type Config struct {
	Name       string         // as in the configuration: "activity"
	Model      string         // name and version for the status of a model that does not open
	Version    string         //
	Report     Report         //
	Off        bool           // start switched off; see SetOn
	Redefine   int            // results between two copies of the definition; zero means 1,000
	Metrics    time.Duration  // between two reports of latency; zero means 30 s
	Limit      time.Duration  // of one call of the engine; zero learns it: ten times the 99th percentile, at least 1 s
	OnDecision func(Decision) // sees every decision, on the pipeline's goroutine: it must be quick; nil for none
	Ledger     Ledger         // nil counts in the status only
	Clock      clock.Clock    // nil means the system's
	Logger     *slog.Logger   // nil discards
}

func (c *Config) fill() {
	if c.Redefine <= 0 {
		c.Redefine = 1000
	}
	if c.Metrics <= 0 {
		c.Metrics = 30 * time.Second
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Logger = c.Logger.With("pipeline", c.Name)
}

// Pipeline is one model at work on one source.
type Pipeline struct {
	cfg  Config
	feed *Feed
	ring *ring
	open func(context.Context) (*Model, error)
	rec  Recorder

	once  sync.Once
	ready chan struct{}
	off   atomic.Bool

	steps atomic.Uint64 // pieces of work finished
	busy  atomic.Bool   // at a piece of work
	stats stats
	swaps swaps
	watch watchdog
}

// New makes a pipeline on a feed that does not run yet. The model is opened whenever Run begins, on the goroutine that
// uses it, and closed when Run returns: a model that cannot be opened is tried again by the supervisor.
func New(cfg Config, feed *Feed, open func(context.Context) (*Model, error), rec Recorder) *Pipeline {
	cfg.fill()
	p := &Pipeline{cfg: cfg, feed: feed, ring: feed.ring(), open: open, rec: rec, ready: make(chan struct{})}
	p.off.Store(cfg.Off)
	p.swaps.orders = make(chan order)
	p.stats.start(&cfg)
	p.watch.p = p
	return p
}

// Run opens the model and works until ctx is cancelled; then it finishes the samples that wait and returns nil. It
// returns hal.End after the last sample of a source that ended, and an error when the model cannot be opened.
func (p *Pipeline) Run(ctx context.Context) (err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p.feed.join(p.ring)
	defer p.feed.desert(p.ring)
	p.stats.state(agent.Starting, "")
	p.watch.start()
	p.watch.begin("opening the model", nil, openLimit)
	model, err := p.open(ctx)
	p.watch.end()
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		p.stats.state(agent.StateOf(err), err.Error())
		return fmt.Errorf("open model %s@%s: %w", p.cfg.Model, p.cfg.Version, err)
	}
	w, err := newPath(p, model)
	if err != nil {
		p.stats.state(agent.Failed, err.Error())
		return errors.Join(fmt.Errorf("start pipeline: %w", err), model.Session.Close())
	}
	defer func() { err = errors.Join(err, w.close()) }()
	p.swaps.begin()
	defer p.swaps.end()
	w.begin()
	p.once.Do(func() { close(p.ready) })
	return w.run(ctx)
}

// Ready is closed when the model has been opened.
func (p *Pipeline) Ready() <-chan struct{} { return p.ready }

func (p *Pipeline) String() string { return "pipeline " + p.cfg.Name }

// SetOn switches the pipeline on or off. While it is off, samples are read and thrown away; they are no loss.
func (p *Pipeline) SetOn(on bool) { p.off.Store(!on) }

// Progress tells the service manager's watchdog how far the pipeline has come.
func (p *Pipeline) Progress() agent.Progress {
	return agent.Progress{Steps: p.steps.Load(), Idle: !p.busy.Load() && !p.watch.overdueNow(), Timed: p.watch.within()}
}

// Status is how the pipeline is now.
func (p *Pipeline) Status() agent.PipelineStatus {
	s := p.stats.read()
	s.Name, s.Source = p.cfg.Name, p.feed.cfg.Name
	if p.off.Load() && s.State != agent.Absent && s.State != agent.Failed {
		s.State, s.Reason = agent.Off, ""
	}
	return s
}
