package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Config of a supervisor.
type Config struct {
	Pause  Pause         // between restarts of one task
	Stop   time.Duration // for all stages together; zero means 5 s
	Clock  clock.Clock   // nil means the system's
	Logger *slog.Logger  // nil discards
}

// Supervisor runs the agent's tasks, restarts those that fail, and stops them in the order of the data.
type Supervisor struct {
	cfg    Config
	stages []*stage
	broken chan error // room for one error of every task
}

// stage is the running form of a Stage.
type stage struct {
	name    string
	workers []*worker
	cancel  context.CancelFunc
	left    atomic.Int32  // tasks that still run
	done    chan struct{} // closed when none does
}

// NewSupervisor lists the stages in the order of the data.
func NewSupervisor(cfg Config, stages ...Stage) *Supervisor {
	if cfg.Stop <= 0 {
		cfg.Stop = 5 * time.Second
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Supervisor{cfg: cfg}
	n := 0
	for _, st := range stages {
		run := &stage{name: st.Name, done: make(chan struct{})}
		for _, spec := range st.Tasks {
			run.workers = append(run.workers, newWorker(spec, st.Name, &cfg))
		}
		n += len(run.workers)
		s.stages = append(s.stages, run)
	}
	s.broken = make(chan error, n)
	return s
}

// Run starts every stage, the last one first so that nobody writes into a stage that is not there yet. It returns when
// ctx is cancelled, nil if every stage stopped in time; or when a critical task failed, with that error. Then it has
// stopped the stages one after the other. Run is called once.
//
// A task that does not stop in time is named in the error and left behind: the process is about to end.
func (s *Supervisor) Run(ctx context.Context) error {
	for i := len(s.stages) - 1; i >= 0; i-- {
		s.stages[i].start(context.WithoutCancel(ctx), s.broken)
	}
	var errs []error
	select {
	case <-ctx.Done():
	case err := <-s.broken:
		errs = append(errs, err)
	}
	errs = append(errs, s.stop()...)
	for {
		select {
		case err := <-s.broken:
			errs = append(errs, err)
		default:
			return errors.Join(errs...)
		}
	}
}

// stop cancels the stages one after the other. Each may take its equal share of the time that is left, so that a
// pipeline that hangs cannot keep the spool from its last commit.
func (s *Supervisor) stop() []error {
	var errs []error
	deadline := time.Now().Add(s.cfg.Stop)
	for i, st := range s.stages {
		st.cancel()
		share := time.Until(deadline) / time.Duration(len(s.stages)-i)
		t := time.NewTimer(share)
		select {
		case <-st.done:
		case <-t.C:
			errs = append(errs, fmt.Errorf("stop %s: %s still runs after %s", st.name, st.running(), share.Round(time.Millisecond)))
		}
		t.Stop()
	}
	return errs
}

func (st *stage) start(ctx context.Context, broken chan<- error) {
	ctx, st.cancel = context.WithCancel(ctx)
	st.left.Store(int32(len(st.workers)))
	if len(st.workers) == 0 {
		close(st.done)
	}
	for _, w := range st.workers {
		go func() {
			if err := w.run(ctx); err != nil {
				broken <- err
			}
			w.gone.Store(true)
			if st.left.Add(-1) == 0 {
				close(st.done)
			}
		}()
	}
}

// running names the tasks that have not stopped.
func (st *stage) running() string {
	var names []string
	for _, w := range st.workers {
		if !w.gone.Load() {
			names = append(names, w.read().Name)
		}
	}
	return strings.Join(names, ", ")
}

// Tasks is the status of every task, in the order of the stages.
func (s *Supervisor) Tasks() []TaskStatus {
	var out []TaskStatus
	for _, st := range s.stages {
		for _, w := range st.workers {
			out = append(out, w.read())
		}
	}
	return out
}

// WaitSettled waits until every task of the named stage was ready, or has failed or turned out absent, once. It returns
// the context's error when that ends first. An unknown stage is settled.
func (s *Supervisor) WaitSettled(ctx context.Context, name string) error {
	for _, st := range s.stages {
		if st.name != name {
			continue
		}
		for _, w := range st.workers {
			select {
			case <-w.settled:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}
