package enginetest

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// testOwnCopy overwrites the caller's bytes after Load: the session must not notice.
func testOwnCopy(t *testing.T, cfg Config, m Model) {
	file := slices.Clone(m.File)
	s := load(t, cfg, file, engine.Options{})
	clear(file)
	if err := runOnce(s, m.Runs[0], m.Tolerance); err != nil {
		t.Error(err)
	}
}

// testTwoSessions runs two sessions of one model at once, each with its own input.
func testTwoSessions(t *testing.T, cfg Config, m Model) {
	var wait sync.WaitGroup
	for i := range 2 {
		s := load(t, cfg, m.File, engine.Options{})
		run := m.Runs[i%len(m.Runs)]
		wait.Go(func() {
			for range 50 {
				if err := runOnce(s, run, m.Tolerance); err != nil {
					t.Errorf("session %d: %v", i, err)
					return
				}
			}
		})
	}
	wait.Wait()
}

// testClose closes twice and uses the session afterwards.
func testClose(t *testing.T, cfg Config, m Model) {
	s, err := cfg.Engine.Load(m.File, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if err := s.Invoke(); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("invoke after close says %v, want %v", err, engine.ErrClosed)
	}
	if len(s.Inputs()) != 0 || len(s.Outputs()) != 0 {
		t.Error("a closed session hands out tensors")
	}
}

// testTruncated loads the file cut at every 64 bytes: each is an error, none a crash.
func testTruncated(t *testing.T, cfg Config, m Model) {
	for n := 0; n < len(m.File); n += 64 {
		s, err := cfg.Engine.Load(m.File[:n:n], engine.Options{})
		if err == nil {
			s.Close()
			t.Errorf("%d of %d bytes load", n, len(m.File))
			continue
		}
		if !errors.Is(err, engine.ErrModel) {
			t.Errorf("%d of %d bytes: %v does not wrap ErrModel", n, len(m.File), err)
		}
	}
}

// testRefuse loads what is no usable model.
func testRefuse(t *testing.T, cfg Config) {
	for name, bad := range cfg.Bad {
		t.Run(name, func(t *testing.T) {
			for _, way := range cfg.Ways {
				s, err := cfg.Engine.Load(bad.File, engine.Options{Delegates: way})
				if err == nil {
					s.Close()
					t.Fatal("it loads")
				}
				if !errors.Is(err, engine.ErrModel) {
					t.Errorf("%v does not wrap ErrModel", err)
				}
				wantText(t, err, bad.Says)
			}
		})
	}
}
