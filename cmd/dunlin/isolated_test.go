package main

import (
	"context"
	"errors"
	"fmt"
	"os"
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
