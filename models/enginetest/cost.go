package enginetest

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	rounds    = 100
	maxGrowth = 256 << 10 // bytes that the allocators may move about; a leaked 4 kB model per round is more
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

// testMemory loads, runs and closes the model 100 times and looks at the resident memory after the first rounds, which
// fill the allocators, and at the end.
func testMemory(t *testing.T, cfg Config, m Model) {
	var start int
	for i := range rounds + rounds/4 {
		if i == rounds/4 {
			start = resident(t)
		}
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
	grown := resident(t) - start
	t.Logf("resident memory grew by %d kB in %d loads", grown>>10, rounds)
	if grown > maxGrowth {
		t.Errorf("want at most %d kB", maxGrowth>>10)
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
