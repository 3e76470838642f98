package enginetest

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	loads     = 100       // in an interval, unless the configuration says otherwise
	intervals = 4         // the first fills the allocators
	maxGrowth = 128 << 10 // bytes per interval; a model of 4 kB leaked at every load is three times that
)

// testAllocations sets the inputs, invokes and reads the outputs: nothing on the Go heap.
func testAllocations(t *testing.T, cfg Config, m Model) {
	s := load(t, cfg, m.File, engine.Options{})
	run := m.Runs[0]
	n := testing.AllocsPerRun(100, func() {
		for i, in := range s.Inputs() {
			copy(in.Data, run.Inputs[i])
		}
		if err := s.Invoke(); err != nil {
			t.Fatal(err)
		}
		_ = s.Outputs()[0].Data[0]
	})
	if n != 0 {
		t.Errorf("%g allocations per inference, want 0", n)
	}
}

// testMemory loads, runs and closes the model, four times a hundred or more. A leak grows in every interval; the
// allocators' own moves do not.
func testMemory(t *testing.T, cfg Config, m Model) {
	least, last := math.MaxInt, 0
	loads := cmp.Or(cfg.Loads, loads)
	for i := range intervals {
		for range loads {
			loadOnce(t, cfg, m)
		}
		now := resident(t)
		if i > 0 {
			least = min(least, now-last)
		}
		last = now
	}
	most := cmp.Or(cfg.Growth, maxGrowth)
	t.Logf("resident memory grows by %d kB in %d loads", least>>10, loads)
	if least > most {
		t.Errorf("want at most %d kB", most>>10)
	}
}

func loadOnce(t *testing.T, cfg Config, m Model) {
	t.Helper()
	s, err := cfg.Engine.Load(m.File, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := runOnce(s, m.Runs[0], m.Tolerance); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// resident is the process's resident memory in bytes, with the Go heap given back to the system first.
func resident(t *testing.T) int {
	t.Helper()
	runtime.GC()
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var total, pages int
	if _, err := fmt.Sscan(string(text), &total, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

func wantText(t *testing.T, err error, says string) {
	t.Helper()
	if !strings.Contains(err.Error(), says) {
		t.Errorf("%q does not say %q", err, says)
	}
}
