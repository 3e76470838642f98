package haltest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Silent is a source that waits for what somebody else says.
type Silent struct {
	// Make makes the source, which is to be told after so long. It must be able to run, and hear nothing until Speak.
	Make func(t *testing.T, c clock.Clock, after time.Duration) hal.Source
	// Speak says one sample. It is called again and again until the sample has come.
	Speak func()
	// Of is what does not come, and Check a part of what the source tells people to look at.
	Of, Check string
}

// strides is a clock that moves by a minute with every look.
type strides struct {
	mu  sync.Mutex
	now time.Duration
}

func (s *strides) Boot() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now += time.Minute
	return s.now
}

func (s *strides) Wall() time.Time { return time.Unix(0, 0) }

// Silence proves that a source which waits is degraded when nothing comes, the first time and later, says so in its
// own words, and is well again with the next sample.
func Silence(t *testing.T, s Silent) {
	t.Helper()
	const after = 150 * time.Second
	src := s.Make(t, &strides{}, after)
	health := src.(hal.Healther).Health
	for range 10 {
		if h := health(); h.State != hal.Starting {
			t.Fatalf("before it runs it is %v: %s", h.State, h.Reason)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	came, ran := make(chan hal.Health, 1), make(chan error, 1)
	go func() {
		ran <- src.Run(ctx, func(hal.Block) {
			select {
			case came <- health():
			default: // spoken more than once
			}
		})
	}()
	for range 2 {
		s.awaitSilence(ctx, t, health)
		select {
		case <-came: // one that was spoken once more than needed, before the silence
		default:
		}
		if h := s.awaitSample(ctx, t, came); h.State != hal.Running || h.Reason != "" {
			t.Errorf("with the next sample it is %v: %s", h.State, h.Reason)
		}
	}
	cancel()
	if err := <-ran; err != nil {
		t.Errorf("Run: %v", err)
	}
	for range 10 {
		if h := health(); h.State != hal.Starting {
			t.Fatalf("when it was stopped it is %v: %s", h.State, h.Reason)
		}
	}
}

// awaitSilence asks until the source is degraded.
func (s Silent) awaitSilence(ctx context.Context, t *testing.T, health func() hal.Health) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		h := health()
		if h.State == hal.Degraded {
			if want := "no " + s.Of + " for more than 2m30s: "; !strings.HasPrefix(h.Reason, want) || !strings.Contains(h.Reason, s.Check) {
				t.Errorf("degraded: %s; want %s… %s", h.Reason, want, s.Check)
			}
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("silent and %v: %s", h.State, h.Reason)
		}
	}
}

// awaitSample speaks until a sample has come, and gives the health at that moment.
func (s Silent) awaitSample(ctx context.Context, t *testing.T, came <-chan hal.Health) hal.Health {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		s.Speak()
		select {
		case h := <-came:
			return h
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("what was spoken did not come")
		}
	}
}
