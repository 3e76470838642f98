package haltest

import (
	"context"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// promptly is how soon Run must return after a cancel.
const promptly = 2 * time.Second

func cancelled(t *testing.T, s Subject) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var asked time.Time
	after := 0
	err := s.Endless(t).Run(ctx, func(hal.Block) {
		if !asked.IsZero() {
			after++
			return
		}
		asked = time.Now()
		cancel()
	})
	if err != nil {
		t.Errorf("Run returned %v after a cancel, want nil", err)
	}
	if took := time.Since(asked); asked.IsZero() || took > promptly {
		t.Errorf("Run returned %s after the cancel, want %s or less", took, promptly)
	}
	if after > 1 {
		t.Errorf("%d blocks came after the cancel", after)
	}
}

func cancelledBefore(t *testing.T, s Subject) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Endless(t).Run(ctx, func(hal.Block) {}); err != nil {
		t.Errorf("Run returned %v under a cancelled context, want nil", err)
	}
}

func runsAgain(t *testing.T, s Subject) {
	src := s.Endless(t)
	first, _ := Collect(t, src, 3, nil)
	again, _ := Collect(t, src, 3, nil)
	if !again[0].Discont {
		t.Error("the first block of the second run has no Discont")
	}
	if again[0].At < first[0].At {
		t.Errorf("the second run begins at %v, before the first one at %v", again[0].At, first[0].At)
	}
}

// health: sources that tell how they are tell it the same way.
func health(t *testing.T, s Subject) {
	src := s.Endless(t)
	h, ok := src.(hal.Healther)
	if !ok {
		return
	}
	wantState(t, src, hal.Starting)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var samples uint64
	if err := src.Run(ctx, func(b hal.Block) {
		samples += uint64(b.Samples())
		wantState(t, src, hal.Running)
		if got := h.Health().Samples; got != samples {
			t.Errorf("health counts %d samples, %d were emitted", got, samples)
		}
		if samples >= 20 {
			cancel()
		}
	}); err != nil {
		t.Errorf("Run: %v", err)
	}
	if s.Finite == nil {
		return
	}
	finite := s.Finite(t)
	if _, err := untilItEnds(t, finite, nil); err == nil {
		t.Error("a finite source ended with nil")
	}
	wantState(t, finite, hal.Ended)
}

func wantState(t *testing.T, src hal.Source, want hal.State) {
	t.Helper()
	h, ok := src.(hal.Healther)
	if !ok {
		return
	}
	got := h.Health()
	if got.State != want {
		t.Errorf("state %v (%s), want %v", got.State, got.Reason, want)
	}
	if tells := got.Reason != ""; tells != (want == hal.Absent || want == hal.Failed || want == hal.Degraded) {
		t.Errorf("state %v with reason %q", got.State, got.Reason)
	}
}
