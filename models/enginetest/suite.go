package enginetest

import (
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// Config is what an engine's own test hands to Run. All fields but Loads and Growth are required.
type Config struct {
	Engine engine.Engine
	Ways   [][]string        // values of Options.Delegates that the engine offers; each runs the golden inputs
	Models []Model           // models that load
	Loads  int               // loads in an interval of the memory test; zero means 100
	Growth int               // bytes that an interval of them may grow by; zero means 128 kB
	Bad    map[string]Refuse // files that must be refused, by test name: no model, unknown operator, wrong shapes
}

// Model is one model that loads, with what is known of it from elsewhere.
type Model struct {
	Name    string
	File    []byte
	Inputs  []engine.Tensor // expected name, type, shape and quantisation; Data is not looked at
	Outputs []engine.Tensor
	Runs    []Golden
	// Tolerance is how far an output element may be from the golden one: quantisation steps for integer types, a real
	// number for floats. Kernels differ by design.
	Tolerance float64
}

// Golden is one inference: raw elements of each tensor in model order, little-endian.
type Golden struct{ Inputs, Outputs [][]byte }

// Refuse is a file that must be refused with a sentence that contains Says.
type Refuse struct {
	File []byte
	Says string
}

// Run runs the whole contract.
func Run(t *testing.T, cfg Config) {
	t.Helper()
	if cfg.Engine == nil || len(cfg.Models) == 0 || len(cfg.Bad) == 0 || len(cfg.Ways) == 0 {
		t.Fatal("enginetest.Config is incomplete")
	}
	if cfg.Engine.Name() == "" || cfg.Engine.Version() == "" {
		t.Error("the engine has no name or no version")
	}
	for _, m := range cfg.Models {
		t.Run(m.Name, func(t *testing.T) { testModel(t, cfg, m) })
	}
	t.Run("refuse", func(t *testing.T) { testRefuse(t, cfg) })
}

func testModel(t *testing.T, cfg Config, m Model) {
	t.Run("form", func(t *testing.T) { testForm(t, cfg, m) })
	for _, way := range cfg.Ways {
		t.Run("golden", func(t *testing.T) { testGolden(t, cfg, m, way) })
	}
	t.Run("tensors", func(t *testing.T) { testTensors(t, cfg, m) })
	t.Run("own copy", func(t *testing.T) { testOwnCopy(t, cfg, m) })
	t.Run("two sessions", func(t *testing.T) { testTwoSessions(t, cfg, m) })
	t.Run("close", func(t *testing.T) { testClose(t, cfg, m) })
	t.Run("truncated", func(t *testing.T) { testTruncated(t, cfg, m) })
	t.Run("allocations", func(t *testing.T) { testAllocations(t, cfg, m) })
	t.Run("memory", func(t *testing.T) { testMemory(t, cfg, m) })
}

// load makes a session that the test closes.
func load(t *testing.T, cfg Config, file []byte, opts engine.Options) engine.Session {
	t.Helper()
	s, err := cfg.Engine.Load(file, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
