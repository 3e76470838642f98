package enginetest

import (
	"cmp"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
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

// testMemory loads, runs and closes the model, hundreds of times.
func testMemory(t *testing.T, cfg Config, m Model) {
	Rest(t, cmp.Or(cfg.Loads, loads), cmp.Or(cfg.Growth, maxGrowth), func() { loadOnce(t, cfg, m) })
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

func wantText(t *testing.T, err error, says string) {
	t.Helper()
	if !strings.Contains(err.Error(), says) {
		t.Errorf("%q does not say %q", err, says)
	}
}
