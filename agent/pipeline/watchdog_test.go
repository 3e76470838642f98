package pipeline_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/models/engine"
)

// stuck is a session whose third call hangs until it is released.
type stuck struct {
	*session
	calls   int
	release chan error
}

func newStuck() *stuck {
	s := &stuck{release: make(chan error, 1)}
	s.session = newSession(1, 1, 3, func(_, out []float32) error {
		out[1] = 1
		if s.calls++; s.calls == 3 {
			return <-s.release
		}
		return nil
	})
	return s
}

// obedient is one that can be cancelled.
type obedient struct{ *stuck }

func (o obedient) Cancel() error { o.release <- engine.ErrLost; return nil }

// limited is one that says how long its calls may take.
type limited struct{ *stuck }

func (limited) Limit() time.Duration { return time.Hour }

func watched(t *testing.T, s engine.Session, cfg pipeline.Config) (r *rig, ended <-chan struct{}) {
	r = newRig(samples(8), pipeline.FeedConfig{Lossless: true}, cfg, pipeline.Model{Framer: framer(t, 1, 1), Session: s})
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.run(t)
	}()
	return r, done
}

// after waits for a moment of the bubble's clock.
func after(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// TestWatchdogCancels: a call that hangs is noticed when its limit is over, reported, and ended.
func TestWatchdogCancels(t *testing.T) {
	for name, c := range map[string]struct{ set, limit time.Duration }{
		"learned": {0, time.Second}, "configured": {100 * time.Millisecond, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, ended := watched(t, obedient{newStuck()}, pipeline.Config{Limit: c.set})
				after(c.limit - time.Millisecond)
				if st := r.pipe.Status(); st.State != agent.Running || st.Windows != 2 {
					t.Errorf("before the limit: %+v", st)
				}
				began := time.Now()
				<-ended
				if took := time.Since(began); took != time.Millisecond {
					t.Errorf("it took %s beyond the limit", took)
				}
				if want := []string{"pipeline_started", "pipeline_degraded", "pipeline_recovered"}; !slices.Equal(r.book.events(), want) {
					t.Errorf("events %q, want %q", r.book.events(), want)
				}
				st := r.pipe.Status()
				if st.Windows != 8 || st.Decisions != 7 || st.Drops["invoke_lost"] != 1 || r.book.losses["pipeline/activity invoke_lost"] != 1 {
					t.Errorf("status %+v, losses %v", st, r.book.losses)
				}
			})
		})
	}
}

// TestWatchdogWithoutCancel: a call that nobody can end is reported with that, and the service manager learns of it; a
// late answer is an answer.
func TestWatchdogWithoutCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStuck()
		r, ended := watched(t, s, pipeline.Config{})
		watch := agent.NewWatch(15*time.Second, r.pipe)
		after(999 * time.Millisecond)
		if names := watch.Stuck(time.Now()); len(names) != 0 || !r.pipe.Progress().Timed {
			t.Errorf("stuck within the limit: %q", names)
		}
		after(time.Millisecond)
		const says = "a call of the model does not end within 1s; nothing can end it"
		if st := r.pipe.Status(); st.State != agent.Degraded || st.Reason != says {
			t.Errorf("status %q, %q; want %q", st.State, st.Reason, says)
		}
		if want := []string{"pipeline_started", "pipeline_degraded"}; !slices.Equal(r.book.events(), want) {
			t.Errorf("events %q, want %q", r.book.events(), want)
		}
		if names := watch.Stuck(time.Now()); len(names) != 0 {
			t.Errorf("stuck at once: %q", names)
		}
		after(16 * time.Second)
		if names := watch.Stuck(time.Now()); !slices.Equal(names, []string{"pipeline activity"}) {
			t.Errorf("stuck: %q", names)
		}
		s.release <- nil
		<-ended
		if st := r.pipe.Status(); st.Decisions != 8 || len(st.Drops) != 0 || r.book.events()[2] != "pipeline_recovered" {
			t.Errorf("status %+v, events %q", st, r.book.events())
		}
	})
}

// TestWatchdogLeavesTime: a session that ends its own calls is given the time that it asks for.
func TestWatchdogLeavesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStuck()
		r, ended := watched(t, limited{s}, pipeline.Config{})
		after(time.Hour)
		if st := r.pipe.Status(); st.State != agent.Running || !r.pipe.Progress().Timed {
			t.Errorf("within its limit: %+v", st)
		}
		after(time.Second)
		if st := r.pipe.Status(); st.State != agent.Degraded || !strings.Contains(st.Reason, "1h0m1s") {
			t.Errorf("beyond it: %+v", st)
		}
		s.release <- errors.New("op 3 failed")
		<-ended
	})
}

// TestLostCall: one call that was ended from outside makes a pipeline degraded, with the reason; three answers heal it.
func TestLostCall(t *testing.T) {
	var states []agent.State
	n := 0
	var r *rig
	r = newRig(samples(6), pipeline.FeedConfig{Lossless: true}, pipeline.Config{OnDecision: func(pipeline.Decision) {
		states = append(states, r.pipe.Status().State)
		if st := r.pipe.Status(); st.State == agent.Degraded && !strings.Contains(st.Reason, "signal: killed") {
			t.Errorf("reason %q", st.Reason)
		}
	}}, pipeline.Model{Framer: framer(t, 1, 1), Session: newSession(1, 1, 3, func(_, out []float32) error {
		out[1] = 1
		if n++; n == 2 {
			return errors.Join(errors.New("the process died: signal: killed"), engine.ErrLost)
		}
		return nil
	})})
	r.run(t)
	d, u := agent.Degraded, agent.Running
	if want := []agent.State{u, d, d, u, u}; !slices.Equal(states, want) {
		t.Errorf("states %v, want %v", states, want)
	}
	if st := r.pipe.Status(); st.Drops["invoke_lost"] != 1 || st.Windows != st.Decisions+1 {
		t.Errorf("status %+v", st)
	}
}

// TestWatchdogOnOpening: a model that does not come up is told too, and the service manager's watchdog is not fed.
func TestWatchdogOnOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan error, 1)
		feed := pipeline.NewFeed(samples(1), pipeline.FeedConfig{Name: "imu"})
		p := pipeline.New(pipeline.Config{Name: "activity"}, feed, func(context.Context) (*pipeline.Model, error) { return nil, <-release }, newBook())
		done := make(chan error, 1)
		go func() { done <- p.Run(t.Context()) }()
		watch := agent.NewWatch(15*time.Second, p)
		after(10*time.Minute - time.Second)
		if names := watch.Stuck(time.Now()); len(names) != 0 || p.Status().State != agent.Starting {
			t.Errorf("stuck %q, state %s", names, p.Status().State)
		}
		after(2 * time.Second)
		watch.Stuck(time.Now())
		after(16 * time.Second)
		if names := watch.Stuck(time.Now()); len(names) != 1 || p.Status().State != agent.Degraded {
			t.Errorf("not stuck; state %s", p.Status().State)
		}
		release <- engine.ErrModel
		if err := <-done; !errors.Is(err, engine.ErrModel) || p.Status().State != agent.Failed {
			t.Errorf("%v, state %s", err, p.Status().State)
		}
	})
}
