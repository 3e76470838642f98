package agent_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// task does what its function says.
type task struct {
	name  string
	run   func(ctx context.Context, n int) error // n counts runs from 1
	ready chan struct{}
	once  sync.Once
	runs  int
}

func newTask(name string, run func(ctx context.Context, n int) error) *task {
	return &task{name: name, run: run, ready: make(chan struct{})}
}

func (t *task) Run(ctx context.Context) error {
	t.runs++
	return t.run(ctx, t.runs)
}
func (t *task) Ready() <-chan struct{} { return t.ready }
func (t *task) String() string         { return t.name }
func (t *task) up()                    { t.once.Do(func() { close(t.ready) }) }

func one(t agent.Task) agent.Stage { return agent.Stage{Name: "s", Tasks: []agent.Spec{{Task: t}}} }

// bubble is the clock of a synctest bubble.
type bubble struct{ began time.Time }

func (b bubble) Boot() time.Duration { return time.Since(b.began) }
func (b bubble) Wall() time.Time     { return time.Now() }

func config() agent.Config { return agent.Config{Clock: bubble{time.Now()}} }

// start runs a supervisor inside a bubble.
func start(t *testing.T, s *agent.Supervisor) (stop func() error) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	synctest.Wait()
	return func() error {
		cancel()
		return <-done
	}
}

// TestRestarts: pauses double from half a second to a minute, each up to a quarter shorter, and a calm run resets them.
func TestRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var starts []time.Time
		tk := newTask("flaky", func(ctx context.Context, n int) error {
			starts = append(starts, time.Now())
			if n == 12 {
				time.Sleep(2 * time.Minute)
			}
			return errors.New("bus gone")
		})
		s := agent.NewSupervisor(config(), one(tk))
		stop := start(t, s)
		time.Sleep(10 * time.Minute)
		if err := stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
		for i := 1; i < 14; i++ {
			pause, most := starts[i].Sub(starts[i-1]), min(500*time.Millisecond<<(i-1), time.Minute)
			if i == 12 {
				pause, most = pause-2*time.Minute, 500*time.Millisecond
			}
			if i == 13 {
				most = time.Second
			}
			if pause > most || pause < most*3/4 {
				t.Errorf("pause %d is %v, want %v to %v", i, pause, most*3/4, most)
			}
		}
	})
}

func TestStatusOfARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tk *task
		tk = newTask("imu", func(ctx context.Context, n int) error {
			if n < 3 {
				return &hal.AbsentError{What: "bus i2c-1", Fix: "switch it on"}
			}
			tk.up()
			<-ctx.Done()
			return nil
		})
		s := agent.NewSupervisor(config(), one(tk))
		stop := start(t, s)
		got := s.Tasks()[0]
		if got.State != agent.Absent || got.Reason != "bus i2c-1 is absent; switch it on" || got.RetryAt <= 0 || got.Stage != "s" {
			t.Errorf("after the first try: %+v", got)
		}
		time.Sleep(5 * time.Second)
		if got := s.Tasks()[0]; got.State != agent.Running || got.Restarts != 2 || got.Reason != "" || got.RetryAt != 0 || got.Since == 0 {
			t.Errorf("after the third: %+v", got)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		if got := s.Tasks()[0].State; got != agent.Stopped {
			t.Errorf("state %s after the stop", got)
		}
	})
}

func TestStateOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		want agent.State
	}{
		{hal.End, agent.Ended},
		{fmt.Errorf("run: %w", hal.End), agent.Ended},
		{fmt.Errorf("run: %w", &hal.AbsentError{What: "x"}), agent.Absent},
		{fmt.Errorf("open library: %w", engine.ErrRuntime), agent.Absent},
		{errors.New("broke"), agent.Failed},
	} {
		if got := agent.StateOf(c.err); got != c.want {
			t.Errorf("StateOf(%v) = %s, want %s", c.err, got, c.want)
		}
	}
}

// TestEnd: a recording that is over is not played again, and the agent goes on.
func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tk := newTask("replay", func(context.Context, int) error { return hal.End })
		s := agent.NewSupervisor(config(), one(tk))
		stop := start(t, s)
		time.Sleep(time.Hour)
		if got := s.Tasks()[0]; got.State != agent.Ended || tk.runs != 1 {
			t.Errorf("%+v after %d runs", got, tk.runs)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatEndsTheAgent(t *testing.T) {
	cause := errors.New("disk burns")
	for name, c := range map[string]struct {
		spec agent.Spec
		ends bool
	}{
		"a critical task":    {agent.Spec{Critical: true, Task: newTask("spool", func(context.Context, int) error { return cause })}, true},
		"a broken invariant": {agent.Spec{Task: newTask("any", func(context.Context, int) error { return errors.Join(agent.ErrBroken, cause) })}, true},
		"not a plain error":  {agent.Spec{Task: newTask("any", func(context.Context, int) error { return cause })}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				other := newTask("other", func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
				s := agent.NewSupervisor(config(), one(other), agent.Stage{Name: "c", Tasks: []agent.Spec{c.spec}})
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				began := time.Now()
				err := s.Run(ctx)
				if ended := time.Since(began) < time.Minute; ended != c.ends || errors.Is(err, cause) != c.ends {
					t.Errorf("ran for %v, error %v", time.Since(began), err)
				}
				if got := s.Tasks()[0].State; got != agent.Stopped {
					t.Errorf("the other task is %s", got)
				}
			})
		})
	}
}

// TestStopOrder: a stage is not told to stop before everything upstream has handed over what it had.
func TestStopOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		say := func(what string) { mu.Lock(); defer mu.Unlock(); order = append(order, what) }
		stage := func(name string, drain time.Duration) agent.Stage {
			return agent.Stage{Name: name, Tasks: []agent.Spec{{Task: newTask(name, func(ctx context.Context, _ int) error {
				say("start " + name)
				<-ctx.Done()
				say("cancel " + name)
				time.Sleep(drain)
				say("done " + name)
				return nil
			})}}}
		}
		s := agent.NewSupervisor(config(), stage("source", 500*time.Millisecond), stage("pipeline", time.Second), stage("spool", 3*time.Second))
		stop := start(t, s)
		mu.Lock()
		order = nil
		mu.Unlock()
		if err := stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
		want := []string{"cancel source", "done source", "cancel pipeline", "done pipeline", "cancel spool", "done spool"}
		if !slices.Equal(order, want) {
			t.Errorf("order %q, want %q", order, want)
		}
	})
}

// TestHangingTask: one that hangs is named, and takes neither the others' turn nor more than the five seconds.
func TestHangingTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		hang := newTask("pipeline activity", func(context.Context, int) error { <-release; return nil })
		committed := false
		spool := newTask("spool", func(ctx context.Context, _ int) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			committed = true
			return nil
		})
		s := agent.NewSupervisor(config(), one(hang), agent.Stage{Name: "spool", Tasks: []agent.Spec{{Task: spool, Critical: true}}})
		stop := start(t, s)
		began := time.Now()
		err := stop()
		if err == nil || !strings.Contains(err.Error(), "stop s: pipeline activity still runs after 2.5s") {
			t.Errorf("error %v", err)
		}
		if took := time.Since(began); took > 5*time.Second || !committed {
			t.Errorf("took %v, committed %v", took, committed)
		}
		close(release)
		synctest.Wait()
	})
}

// TestLastWords: a spool that cannot commit on stop is no clean stop.
func TestLastWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("disk full")
		spool := newTask("spool", func(ctx context.Context, _ int) error { <-ctx.Done(); return cause })
		s := agent.NewSupervisor(config(), agent.Stage{Name: "spool", Tasks: []agent.Spec{{Task: spool, Critical: true}}})
		if err := start(t, s)(); !errors.Is(err, cause) {
			t.Errorf("error %v, want %v", err, cause)
		}
	})
}

func TestWaitSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ready *task
		ready = newTask("ready", func(ctx context.Context, _ int) error {
			time.Sleep(time.Second)
			ready.up()
			<-ctx.Done()
			return nil
		})
		absent := newTask("absent", func(context.Context, int) error { time.Sleep(2 * time.Second); return &hal.AbsentError{What: "x"} })
		slow := newTask("uplink", func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
		s := agent.NewSupervisor(config(), agent.Stage{Name: "pipelines", Tasks: []agent.Spec{{Task: ready}, {Task: absent}}}, one(slow))
		stop := start(t, s)
		began := time.Now()
		if err := s.WaitSettled(t.Context(), "pipelines"); err != nil || time.Since(began) != 2*time.Second {
			t.Errorf("settled after %v: %v", time.Since(began), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := s.WaitSettled(ctx, "s"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a task that is not ready settled: %v", err)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}
