package reconcile_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/agent/reconcile"
)

// left is what the slot says of the version that is to follow.
func (d *device) left(attempts int) {
	d.t.Helper()
	slot, _ := d.shelf.Slot("activity")
	if slot.Next == nil || slot.Next.Left != attempts {
		d.t.Errorf("the version that is to follow is %+v, want %d attempts left; events %q", slot.Next, attempts, d.book.names())
	}
}

// TestPipelineThatIsOff gives the new version no window: the trial waits for one, however long that takes, and costs one
// attempt.
func TestPipelineThatIsOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": turns})
		d.after(time.Second)
		d.pipe.SetOn(false)
		d.ask(2)
		d.after(2 * time.Minute)
		d.left(2)
		if note := d.keeper.Note(); !strings.Contains(note, "window") {
			t.Errorf("note %q", note)
		}
		d.pipe.SetOn(true)
		d.after(10 * time.Second)
		d.expect("2", 1900, "trial", "swapped", "committed")
		if note := d.keeper.Note(); note != "" {
			t.Errorf("note %q", note)
		}
		d.end()
	})
}

// TestPipelineThatIsOffAndStarts: a pipeline that is switched off and opens its own version still, which may take minutes
// where an accelerator is proved, costs the next version nothing.
func TestPipelineThatIsOffAndStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": turns})
		d.end()
		if err := d.shelf.Activate(request(2)); err != nil {
			t.Fatal(err)
		}
		d.off, d.slow = true, time.Minute
		d.start()
		d.after(50 * time.Second)
		d.left(3)
		d.pipe.SetOn(true)
		d.after(15 * time.Second)
		if s := d.pipe.Status(); s.Version != "2" {
			t.Errorf("the pipeline uses version %s (%s), want 2; events %q", s.Version, s.State, d.book.names())
		}
		d.end()
	})
}

// TestRevertBeforeTheFirstWindow: where memory held one session only, the old one is gone; a person who takes the swap
// back before it has happened gets it again.
func TestRevertBeforeTheFirstWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": turns})
		d.holds(reconcile.Memory{Resident: 100 << 20, Free: 20 << 20})
		d.after(time.Second)
		d.pipe.SetOn(false)
		d.ask(2)
		d.after(3 * time.Second)
		if err := d.shelf.Withdraw("activity", "a person asked"); err != nil {
			t.Fatal(err)
		}
		d.keeper.Wake()
		d.after(3 * time.Second)
		d.pipe.SetOn(true)
		d.after(2 * time.Second)
		d.expect("1", 550, "trial", "reverted", "swapped")
		d.end()
	})
}
