package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// fallen is a session whose process falls in every call, and is not started again before an hour is over.
type fallen struct{ in, out []engine.Tensor }

func (f *fallen) Inputs() []engine.Tensor  { return f.in }
func (f *fallen) Outputs() []engine.Tensor { return f.out }
func (*fallen) Report() engine.Report      { return engine.Report{} }
func (*fallen) Invoke() error              { return fmt.Errorf("invoke: %w", engine.ErrLost) }
func (*fallen) Pause() time.Duration       { return time.Hour }
func (*fallen) Close() error               { return nil }

func formed(all []manifest.Tensor) (out []engine.Tensor) {
	for _, t := range all {
		f := t.Form()
		f.Data, f.Quant = make([]byte, t.Bytes()), t.Quant
		out = append(out, f)
	}
	return out
}

// TestStopWhileAProcessFalls: the agent stops when it is told to, not when the last try is over.
func TestStopWhileAProcessFalls(t *testing.T) {
	b, err := manifest.Open(os.DirFS(fixture.Path(t, "examples", "models", "motions", "1")))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := verify(ctx, b, &fallen{formed(b.Inputs), formed(b.Outputs)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("verify: %v", err)
	}
}

// stuck is a session whose calls end when somebody cancels them, or after longer than any test waits.
type stuck struct {
	fallen
	ended chan struct{}
}

func (s *stuck) Cancel() error        { close(s.ended); return nil }
func (s *stuck) Pause() time.Duration { return 0 }
func (s *stuck) Invoke() error {
	select {
	case <-s.ended:
		return fmt.Errorf("invoke: it was cancelled: %w", engine.ErrLost)
	case <-time.After(5 * time.Second):
		return errors.New("nobody cancelled it")
	}
}

// TestStopWhileAModelHangs: golden vectors of a new version run beside the pipeline, where no watchdog looks.
func TestStopWhileAModelHangs(t *testing.T) {
	b, err := manifest.Open(os.DirFS(fixture.Path(t, "examples", "models", "motions", "1")))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	s := &stuck{fallen{formed(b.Inputs), formed(b.Outputs)}, make(chan struct{})}
	if _, err := verify(ctx, b, s); err == nil || strings.Contains(err.Error(), "nobody") {
		t.Errorf("verify: %v", err)
	}
}
