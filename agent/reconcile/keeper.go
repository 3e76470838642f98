package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/models/engine"
)

// Slots say which version a pipeline is to use; the shelf. Each verb is on the disk when it returns nil.
type Slots interface {
	Trials
	// Uses are the folders that the pipeline may start with, best first; an empty one is what the configuration names.
	Uses(pipeline string) []string
	// Next is the folder of the version that is to follow.
	Next(pipeline string) (folder string, ok bool)
	// Tell hands over the end of the last trial until tell has returned nil once.
	Tell(pipeline string, tell func(committed bool, facts map[string]any) error) error
}

// Trials are the steps of one version on its way. Begin takes an attempt; when none is left it reverts and fails.
type Trials interface {
	Begin(pipeline string) error
	Try(pipeline string) error
	Pause(pipeline string) error // gives the attempt back when the agent stops in order
	Commit(pipeline, reason string) error
	Revert(pipeline, reason string) error
}

// Version is an open version of a model.
type Version struct {
	Model  *pipeline.Model // verified against its golden vectors
	Guards pipeline.Guards
	Facts  map[string]any // what else is told when its trial begins; each a string or an int64
}

// Memory is what the process holds and what it may still take, in bytes; zero means unknown.
type Memory struct {
	Resident, Free uint64
	Busy           bool // with something that takes memory and has nothing to do with a trial: a bundle, another pipeline's model
}

// Config of a keeper.
type Config struct {
	Pipeline string
	Open     func(ctx context.Context, folder string) (Version, error) // required
	May      func(ctx context.Context, folder string) error            // whether a version may be committed still; nil: every one may
	Memory   func() Memory                                             // nil: two sessions always fit, and memory is not watched
	Every    time.Duration                                             // between two looks at the guards; zero means 1 s
	Clock    clock.Clock                                               // nil means the system's
	Logger   *slog.Logger                                              // nil discards
}

// Keeper keeps one pipeline at the version that it is to use.
type Keeper struct {
	cfg   Config
	pipe  *pipeline.Pipeline
	slots Slots
	rec   pipeline.Recorder
	wake  chan struct{}
	ready chan struct{}

	trying string // folder of the version that this process has on trial
	tries  bool
	spent  bool // this process has taken an attempt
	guards pipeline.Guards
	memory pipeline.Memory
	apart  engine.Apart // the session on trial, when it has a process of its own
	said   string       // the end of a trial that is an event, and perhaps not on the disk yet
	saidAt time.Time    //

	mu      sync.Mutex
	running string // folder that the pipeline's opener has opened
	session uint64 // bytes that its session takes
	opened  bool
	avoid   string // folder that did not open when it was to be gone back to
	avoids  bool
	note    string // what stands in the way, for the status
}

// New makes the keeper of a pipeline.
func New(cfg Config, pipe *pipeline.Pipeline, slots Slots, rec pipeline.Recorder) *Keeper {
	if cfg.Memory == nil {
		cfg.Memory = func() Memory { return Memory{} }
	}
	if cfg.May == nil {
		cfg.May = func(context.Context, string) error { return nil }
	}
	if cfg.Every <= 0 {
		cfg.Every = time.Second
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Logger = cfg.Logger.With("pipeline", cfg.Pipeline)
	k := &Keeper{cfg: cfg, pipe: pipe, slots: slots, rec: rec, wake: make(chan struct{}, 1), ready: make(chan struct{})}
	close(k.ready)
	return k
}

// Ready is closed from the start.
func (k *Keeper) Ready() <-chan struct{} { return k.ready }

func (k *Keeper) String() string { return "models of " + k.cfg.Pipeline }

// Wake has the keeper look at its slot at once.
func (k *Keeper) Wake() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// Opened tells what the pipeline's own opener has opened, and how much memory that took; zero means unknown.
func (k *Keeper) Opened(folder string, bytes uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.running, k.session, k.opened = folder, bytes, true
}

// Running is the folder that the pipeline has open for good; an empty one stands for what the configuration names. False
// when none has been opened yet.
func (k *Keeper) Running() (folder string, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.running, k.opened
}

// Note is what keeps the wanted version from being used; empty when nothing does.
func (k *Keeper) Note() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.note
}

// Run works until ctx is cancelled. It fails only when a state cannot be written; then nothing was done that it would
// have announced.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(k.cfg.Every)
	defer tick.Stop()
	for {
		err := k.step(ctx)
		if ctx.Err() == nil && err != nil {
			return fmt.Errorf("keep models of %s: %w", k.cfg.Pipeline, err)
		}
		select {
		case <-ctx.Done():
			return k.rest()
		case <-k.wake:
		case <-tick.C:
		}
	}
}

// rest ends a trial that goes on when the agent starts again.
func (k *Keeper) rest() error {
	if k.said != "" { // what stops after this puts the event on the disk
		k.saidAt = time.Time{}
		if err := k.report(); err != nil {
			return fmt.Errorf("keep models of %s: %w", k.cfg.Pipeline, err)
		}
	}
	if !k.spent {
		return nil
	}
	if err := k.slots.Pause(k.cfg.Pipeline); err != nil {
		return fmt.Errorf("keep models of %s: %w", k.cfg.Pipeline, err)
	}
	return nil
}

// step does what is due now. How the last trial ended is told before anything else.
func (k *Keeper) step(ctx context.Context) error {
	if err := k.report(); err != nil {
		return err
	}
	next, wanted := k.slots.Next(k.cfg.Pipeline)
	if k.tries && (!wanted || next != k.trying) {
		return k.takeBack(ctx) // a person has reverted it
	}
	switch {
	case k.tries:
		return k.watch(ctx)
	case wanted:
		return k.attempt(ctx, next)
	}
	return k.align(ctx)
}

// waiting stands as long as a pipeline is off, or its source silent: then no window tells how the new version does.
const waiting = "the new version waits for its first full window of samples"

// watch looks at the guards.
func (k *Keeper) watch(ctx context.Context) error {
	if k.pipe.Waits() {
		k.say(waiting)
		return nil
	}
	k.unsay(waiting)
	t, ok := k.pipe.Trial()
	if !ok { // the pipeline has failed and starts again, with the version before
		k.tries = false
		return nil
	}
	k.weigh()
	v := k.guards.Judge(t, k.memory, k.cfg.Clock.Boot())
	if v.Passed != "" {
		if err := k.cfg.May(ctx, k.trying); err != nil {
			v = pipeline.Verdict{Breach: err.Error()}
		}
	}
	switch {
	case v.Breach != "":
		if err := k.slots.Revert(k.cfg.Pipeline, v.Breach); err != nil {
			return err
		}
		return k.takeBack(ctx)
	case v.Passed != "":
		if err := k.slots.Commit(k.cfg.Pipeline, v.Passed); err != nil {
			return err
		}
		k.done(k.trying)
		return errors.Join(k.gone(k.pipe.Keep(ctx)), k.report())
	}
	return nil
}

// weigh looks at the memory that the trial can have taken: this process's, and that of the version's own where it has one.
// While that one is dead, nothing can be said.
func (k *Keeper) weigh() {
	m := k.cfg.Memory()
	if k.apart != nil {
		child := k.apart.Resident()
		m.Resident, m.Busy = m.Resident+child, m.Busy || child == 0
	}
	if m.Busy {
		k.memory = pipeline.Memory{}
		return
	}
	k.memory.Now = m.Resident
	k.memory.Then = cmp.Or(k.memory.Then, m.Resident)
}

// done notes that the pipeline uses a folder for good.
func (k *Keeper) done(folder string) {
	k.tries = false
	k.mu.Lock()
	defer k.mu.Unlock()
	k.running, k.note, k.avoids = folder, "", false
}

// takeBack gives the pipeline the version before, which the slot names already.
func (k *Keeper) takeBack(ctx context.Context) error {
	k.tries = false
	k.unsay(k.Note())
	err := k.pipe.Back(ctx)
	if err != nil { // its session was closed for the new one's; perhaps no model is open at all now
		err = k.gone(k.replace(ctx, k.slots.Uses(k.cfg.Pipeline)[0], true))
	}
	return errors.Join(err, k.report())
}

// gone forgives a pipeline that does not run: it will start with what the slot says.
func (k *Keeper) gone(err error) error {
	if errors.Is(err, pipeline.ErrNotRunning) {
		return nil
	}
	return err
}

// runs reports whether the pipeline has a model that can be exchanged, and whether it has failed to open one.
func (k *Keeper) runs() (running, failed bool) {
	switch k.pipe.Status().State {
	case agent.Absent, agent.Failed:
		return false, true
	}
	return k.pipe.Opened(), false
}
