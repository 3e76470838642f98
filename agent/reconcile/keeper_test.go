package reconcile_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/agent/reconcile"
)

type answers = map[string]func(int, []float32) error

func (d *device) expect(version string, windows uint64, events ...string) {
	d.t.Helper()
	s := d.pipe.Status()
	if s.Version != version || s.Windows < windows {
		d.t.Errorf("pipeline uses version %s after %d windows (%s %s), want %s after %d", s.Version, s.Windows, s.State, s.Reason, version, windows)
	}
	if got := d.book.names(); !slices.Equal(got, events) {
		d.t.Errorf("events %q, want %q", got, events)
	}
}

func TestTrialThatPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": turns})
		d.after(2 * time.Second)
		d.expect("1", 390)
		d.ask(2)
		d.after(2 * time.Second)
		d.expect("2", 700, "swapped", "trial")
		d.after(8 * time.Second)
		d.expect("2", 2300, "swapped", "trial", "committed")
		if f := d.book.last("model_committed"); f["model"] != "motions@2" || !strings.Contains(fmt.Sprint(f["reason"]), "without a breach") {
			t.Errorf("facts %v", f)
		}
		if got := d.shelf.Uses("activity")[0]; !strings.HasPrefix(got, "motions/2-") {
			t.Errorf("the slot names %q", got)
		}
		if err := d.shelf.Back("activity", "a person asked"); err != nil {
			t.Fatal(err)
		}
		d.after(2 * time.Second)
		d.expect("1", 2700, "swapped", "trial", "committed", "reverted", "swapped")
		if len(d.book.losses) != 0 {
			t.Errorf("lost: %v", d.book.losses)
		}
		d.end()
	})
}

// TestBreach: whatever goes wrong on trial, the old version decides again within two seconds, and the reason is told.
func TestBreach(t *testing.T) {
	for name, c := range map[string]struct {
		bad    func(int, []float32) error
		reason string
	}{
		"fails": {func(n int, out []float32) error {
			if n > 300 {
				return errors.New("delegate lost")
			}
			return turns(n, out)
		}, "of the windows failed"},
		"no number": {func(n int, out []float32) error {
			_ = turns(n, out)
			if n > 300 {
				out[0] = float32(math.NaN())
			}
			return nil
		}, "no number"},
		"slow":            {func(n int, out []float32) error { time.Sleep(2 * time.Millisecond); return turns(n, out) }, "95th percentile"},
		"one answer only": {func(_ int, out []float32) error { return turns(0, out) }, "PSI"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				old := func(n int, out []float32) error { time.Sleep(time.Millisecond / 2); return turns(n, out) }
				d := newDevice(t, answers{"1": old, "2": c.bad})
				d.after(time.Second)
				d.ask(2)
				d.after(5 * time.Second)
				d.expect("1", 1100, "swapped", "trial", "swapped", "reverted")
				if f := d.book.last("model_reverted"); !strings.Contains(fmt.Sprint(f["reason"]), c.reason) || f["instead"] != "motions@1" || f["phase"] != "trial" {
					t.Errorf("facts %v", f)
				}
				d.end()
			})
		})
	}
}

func TestMemoryGrowth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": turns})
		d.holds(reconcile.Memory{Resident: 100 << 20})
		d.after(time.Second)
		d.ask(2)
		d.after(2 * time.Second)
		d.holds(reconcile.Memory{Resident: 121 << 20})
		d.after(2 * time.Second)
		d.expect("1", 900, "swapped", "trial", "swapped", "reverted")
		d.end()
	})
}

// TestVersionThatDoesNotOpen changes nothing but the record.
func TestVersionThatDoesNotOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": nil})
		d.after(time.Second)
		d.ask(2)
		d.after(time.Second)
		d.expect("1", 380, "reverted")
		if f := d.book.last("model_reverted"); !strings.Contains(fmt.Sprint(f["reason"]), "golden vectors differ") || f["phase"] != "activating" {
			t.Errorf("facts %v", f)
		}
		d.end()
	})
}

// TestPowerCuts: each start of a trial costs an attempt, the version that has worked decides meanwhile.
func TestPowerCuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": turns})
		d.end()
		d.cuts = true
		d.start()
		d.after(time.Second)
		d.ask(2)
		d.after(time.Second)
		for range 2 {
			d.end()
			d.start()
			d.after(3 * time.Second)
			if v := d.pipe.Status().Version; v != "2" {
				t.Errorf("after a start the pipeline uses %s, want the one on trial", v)
			}
		}
		d.end()
		d.start()
		d.after(3 * time.Second)
		d.expect("1", 400, "swapped", "trial", "swapped", "trial", "swapped", "trial", "reverted")
		if f := d.book.last("model_reverted"); f["attempts"] != int64(3) {
			t.Errorf("facts %v", f)
		}
		d.end()
	})
}

// TestStopsInOrder cost no attempt: a person may start the agent anew as often as they like.
func TestStopsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": turns})
		d.after(time.Second)
		d.ask(2)
		for range 4 {
			d.after(2 * time.Second)
			d.end()
			d.start()
		}
		d.after(9 * time.Second)
		if s := d.pipe.Status(); s.Version != "2" {
			t.Errorf("the pipeline uses version %s, want 2", s.Version)
		}
		if f := d.book.last("model_committed"); f["attempts"] != int64(1) {
			t.Errorf("committed with facts %v, want one attempt", f)
		}
		d.end()
	})
}

// TestRevertByHand: a person ends a trial.
func TestRevertByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": turns})
		d.after(time.Second)
		d.ask(2)
		d.after(time.Second)
		if err := d.shelf.Revert("activity", "a person asked"); err != nil {
			t.Fatal(err)
		}
		d.keeper.Wake()
		d.after(time.Second)
		d.expect("1", 500, "swapped", "trial", "reverted", "swapped")
		d.end()
	})
}

// TestTightMemory: where two sessions do not fit, the swap pauses, and says so; so does the way back.
func TestTightMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": func(n int, out []float32) error {
			if n > 300 {
				return errors.New("no answer")
			}
			return turns(n, out)
		}})
		d.holds(reconcile.Memory{Resident: 100 << 20, Free: 20 << 20})
		d.after(time.Second)
		d.ask(2)
		d.after(time.Second)
		if n := d.counted.opened.Load() - d.counted.closed.Load(); n != 1 {
			t.Errorf("%d sessions are open at once", n)
		}
		if !strings.Contains(d.keeper.Note(), "20 MiB free, 31 MiB needed") {
			t.Errorf("note %q", d.keeper.Note())
		}
		d.after(3 * time.Second)
		d.expect("1", 700, "swapped", "trial", "swapped", "reverted")
		if n := d.book.losses["pipeline/activity swap_pause"]; n == 0 || n > 8 {
			t.Errorf("%d windows counted as lost in two pauses", n)
		}
		d.end()
	})
}

// TestOnlyTheNewOneWorks: where the configured model does not open, a version that does is committed at once.
func TestOnlyTheNewOneWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": nil, "2": turns})
		d.after(time.Second)
		d.ask(2)
		d.after(3 * time.Second)
		d.expect("2", 200, "committed")
		d.end()
	})
}

// TestReasonIsToldAfterAKill: the agent died between the record of a revert and its event.
func TestReasonIsToldAfterAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": turns})
		d.after(time.Second)
		d.end()
		if err := errors.Join(d.shelf.Activate(request(2)), d.shelf.Begin("activity"), d.shelf.Revert("activity", "no answer")); err != nil {
			t.Fatal(err)
		}
		d.start()
		d.after(10 * time.Second)
		d.expect("1", 1900, "reverted")
		if f := d.book.last("model_reverted"); f["reason"] != "no answer" {
			t.Errorf("facts %v", f)
		}
		d.end()
	})
}

// TestCutWhileTheEventIsInMemory: the spool puts an event on the disk within a second. A power cut before that must not
// leave a slot that believes it told.
func TestCutWhileTheEventIsInMemory(t *testing.T) {
	for name, c := range map[string]struct {
		cut   bool
		after time.Duration
		told  int
	}{"power cut at once": {true, 500 * time.Millisecond, 2}, "power cut later": {true, 10 * time.Second, 1}, "stop in order": {false, 500 * time.Millisecond, 1}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDevice(t, answers{"1": turns, "2": nil})
				d.end()
				d.cuts = c.cut
				d.start()
				d.after(time.Second)
				d.ask(2)
				d.after(c.after)
				d.end()
				d.start()
				d.after(10 * time.Second)
				if got := d.book.names(); len(got) != c.told || got[0] != "reverted" {
					t.Errorf("events %q, want reverted told %d times", got, c.told)
				}
				d.end()
			})
		})
	}
}
