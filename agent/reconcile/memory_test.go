package reconcile_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/agent/reconcile"
)

// apart is a session with a process of its own.
type apart struct {
	*session
	d *device
}

func (a apart) Resident() uint64 {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	return *a.d.child
}

// TestMemoryOfOthers: while the agent takes in a bundle, or opens a model for another pipeline, its memory says nothing
// about the version on trial; what it grows afterwards does.
func TestMemoryOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": turns})
		d.holds(reconcile.Memory{Resident: 100 << 20})
		d.after(time.Second)
		d.ask(2)
		d.after(time.Second)
		for _, m := range []reconcile.Memory{{Resident: 140 << 20, Busy: true}, {Resident: 130 << 20}, {Resident: 155 << 20}} {
			d.holds(m)
			d.after(1100 * time.Millisecond)
			d.expect("2", 500, "swapped", "trial")
		}
		d.holds(reconcile.Memory{Resident: 160 << 20})
		d.after(2 * time.Second)
		d.expect("1", 900, "swapped", "trial", "swapped", "reverted")
		d.end()
	})
}

// TestMemoryOfItsOwnProcess: a version with a process of its own is held to what that one holds. While it is dead, nothing
// is said, and the next one begins anew.
func TestMemoryOfItsOwnProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice(t, answers{"1": turns, "2": turns})
		small := reconcile.Memory{Resident: 20 << 20}
		d.holds(small, 80<<20)
		d.after(time.Second)
		d.ask(2)
		d.after(time.Second)
		for _, child := range []uint64{0, 120 << 20, 125 << 20} {
			d.holds(small, child)
			d.after(1100 * time.Millisecond)
			d.expect("2", 300, "swapped", "trial")
		}
		d.holds(small, 175<<20)
		d.after(2 * time.Second)
		d.expect("1", 900, "swapped", "trial", "swapped", "reverted")
		if reason := fmt.Sprint(d.book.last("model_reverted")["reason"]); !strings.Contains(reason, "memory grew from 143360 to 199680 kB") {
			t.Error(reason)
		}
		d.end()
	})
}
