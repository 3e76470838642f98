package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// worker keeps one task alive.
type worker struct {
	spec  Spec
	pause Pause
	clock clock.Clock
	log   *slog.Logger

	settle  sync.Once
	settled chan struct{} // closed when the task was ready, or failed, for the first time

	gone atomic.Bool // run has returned

	mu     sync.Mutex
	status TaskStatus
}

func newWorker(spec Spec, stage string, cfg *Config) *worker {
	w := &worker{
		spec: spec, pause: cfg.Pause.withDefaults(), clock: cfg.Clock,
		log: cfg.Logger.With("task", spec.Task.String()), settled: make(chan struct{}),
	}
	w.status = TaskStatus{Name: spec.Task.String(), Stage: stage, State: Starting, Since: MicrosOf(cfg.Clock.Boot())}
	return w
}

// run restarts the task until ctx is cancelled or the task has ended. Its error ends the agent.
func (w *worker) run(ctx context.Context) error {
	for failures := 0; ; {
		began := time.Now()
		err := w.once(ctx)
		if ctx.Err() != nil {
			return w.stopped(err)
		}
		if err == nil {
			err = errors.New("returned without being asked to stop")
		}
		if errors.Is(err, hal.End) {
			w.set(Ended, "")
			w.log.Info("task ended")
			return nil
		}
		if w.spec.Critical || errors.Is(err, ErrBroken) {
			w.set(Failed, err.Error())
			return fmt.Errorf("run %s: %w", w.spec.Task, err)
		}
		if time.Since(began) >= w.pause.Calm {
			failures = 0
		}
		failures++
		if !w.wait(ctx, err, failures) {
			return w.stopped(nil)
		}
	}
}

// once runs the task once and notes when it becomes ready.
func (w *worker) once(ctx context.Context) error {
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-w.spec.Task.Ready():
			w.set(Running, "")
			w.settle.Do(func() { close(w.settled) })
		case <-done:
		}
	})
	err := w.spec.Task.Run(ctx)
	close(done)
	watch.Wait()
	w.settle.Do(func() { close(w.settled) })
	return err
}

// wait notes the failure and waits before the next try; false means that ctx ended.
func (w *worker) wait(ctx context.Context, err error, failures int) bool {
	d := w.pause.after(failures)
	state, reason := StateOf(err), err.Error()
	before := w.set(state, reason)
	w.mu.Lock()
	w.status.RetryAt = MicrosOf(w.clock.Boot() + d)
	w.mu.Unlock()
	level := slog.LevelDebug
	if failures == 1 || !sameReason(before.Reason, reason) && before.State != Running {
		level = slog.LevelWarn // the edge; repetitions are counted in the status
	}
	w.log.Log(ctx, level, "task failed", "state", state, "reason", reason, "failures", failures, "retry_in", d)
	if !clock.Wait(ctx, d) {
		return false
	}
	w.mu.Lock()
	w.status.Restarts++
	w.status.RetryAt = 0
	w.mu.Unlock()
	return true
}

// localPort is the port of our own end, as package net writes it into errors: the kernel gives each try another.
var localPort = regexp.MustCompile(`:\d+->`)

// sameReason reports whether two failures differ in nothing that tells a person more.
func sameReason(a, b string) bool {
	return a == b || localPort.ReplaceAllString(a, ":->") == localPort.ReplaceAllString(b, ":->")
}

// stopped passes on the last words of a critical task: a spool that could not commit must not pass for a clean stop.
func (w *worker) stopped(err error) error {
	if err == nil || errors.Is(err, hal.End) {
		w.set(Stopped, "")
		return nil
	}
	w.set(Failed, err.Error())
	w.log.Warn("task failed while stopping", "reason", err)
	if w.spec.Critical {
		return fmt.Errorf("stop %s: %w", w.spec.Task, err)
	}
	return nil
}

// set changes the state and returns what it was.
func (w *worker) set(s State, reason string) TaskStatus {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.status
	if before.State != s {
		w.status.Since = MicrosOf(w.clock.Boot())
	}
	w.status.State, w.status.Reason = s, reason
	return before
}

func (w *worker) read() TaskStatus {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status
}
