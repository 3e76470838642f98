package reconcile_test

import (
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/agent/reconcile"
)

// TestRevertWhileItOpens: a large model takes a minute to open. Who takes it back meanwhile ends it, and nothing fails.
func TestRevertWhileItOpens(t *testing.T) {
	for name, opens := range map[string]func(int, []float32) error{"opens": turns, "does not open": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDevice(t, answers{"1": turns, "2": opens})
				d.opening = time.Minute
				d.after(time.Second)
				d.ask(2)
				d.after(time.Second)
				if err := d.shelf.Withdraw("activity", "a person asked for it"); err != nil {
					t.Fatal(err)
				}
				d.keeper.Wake()
				d.after(2 * time.Minute)
				d.expect("1", 20000, "reverted")
				if f := d.book.last("model_reverted"); f["reason"] != "a person asked for it" {
					t.Errorf("facts %v", f)
				}
				d.end()
			})
		})
	}
}

// TestAnotherVersionWhileOneOpens: the one that does not open says nothing against the one that was asked for meanwhile.
func TestAnotherVersionWhileOneOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": nil, "3": turns})
		d.opening = 10 * time.Second
		d.after(time.Second)
		d.ask(2)
		d.after(time.Second)
		if err := errors.Join(d.shelf.Withdraw("activity", "a person asked for it"), d.shelf.Activate(request(3))); err != nil {
			t.Fatal(err)
		}
		d.keeper.Wake()
		d.after(30 * time.Second)
		d.expect("3", 2000, "reverted", "swapped", "trial", "committed")
		for _, v := range d.shelf.Versions() {
			if v.Failures > 0 {
				t.Errorf("%s has failed: %s", v.Ref(), v.Failed)
			}
		}
		d.end()
	})
}

// worn is a shelf on a disk that refuses some writes: so many of Try, and of what Tell writes when it has told.
type worn struct {
	reconcile.Slots
	tries, tells int
}

func (w *worn) Try(pipeline string) error {
	if w.tries > 0 {
		w.tries--
		return syscall.ENOSPC
	}
	return w.Slots.Try(pipeline)
}

func (w *worn) Tell(pipeline string, tell func(bool, map[string]any) error) error {
	return w.Slots.Tell(pipeline, func(committed bool, facts map[string]any) error {
		err := tell(committed, facts)
		if err == nil && w.tells > 0 {
			w.tells--
			return syscall.ENOSPC
		}
		return err
	})
}

// TestDiskThatRefuses: it says nothing against the version, costs it no attempt, and is no reason to tell anything twice.
func TestDiskThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": turns})
		d.end()
		w := &worn{tries: 5, tells: 30}
		d.wrap = func(s reconcile.Slots) reconcile.Slots {
			w.Slots = s
			return w
		}
		d.start()
		d.after(time.Second)
		d.ask(2)
		d.after(time.Minute)
		d.expect("2", 10000, "swapped", "trial", "committed")
		if f := d.book.last("model_committed"); f["attempts"] != int64(1) {
			t.Errorf("facts %v", f)
		}
		if w.tries > 0 || w.tells > 0 {
			t.Errorf("the disk refused all but %d and %d of its writes", w.tries, w.tells)
		}
		d.end()
	})
}
