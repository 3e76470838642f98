package evaluate_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/evaluate"
)

// session takes as long as its script says, then as long as the script's last entry.
type session struct {
	engine.Session
	script []time.Duration
	n      int
	err    error
}

func (s *session) Invoke() error {
	time.Sleep(s.script[min(s.n, len(s.script)-1)])
	s.n++
	return s.err
}

func (s *session) Close() error { return nil }

func TestLatencyOfASingleStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &session{script: []time.Duration{80 * time.Millisecond}}
		for i := range 1023 { // 1 to 1,023 us
			s.script = append(s.script, time.Duration(i+1)*time.Microsecond)
		}
		l, err := evaluate.Measure(t.Context(), func() (engine.Session, error) {
			time.Sleep(3 * time.Millisecond)
			return s, nil
		}, evaluate.Stream{Time: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		want := evaluate.Latency{
			Init: 3 * time.Millisecond, First: 80 * time.Millisecond, P50: 512 * time.Microsecond,
			P90: 922 * time.Microsecond, P99: 1014 * time.Microsecond, Max: 80 * time.Millisecond, Runs: 1024,
		}
		if *l != want {
			t.Errorf("%+v, want %+v", *l, want)
		}
	})
}

func TestLatencyGoesOnForItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &session{script: []time.Duration{time.Millisecond}}
		l, err := evaluate.Measure(t.Context(), func() (engine.Session, error) { return s, nil }, evaluate.Stream{})
		if err != nil || l.Runs != 60_000 {
			t.Errorf("%+v, %v; want 60,000 runs of 1 ms in a minute", l, err)
		}
	})
}

func TestLatencyOfABrokenModel(t *testing.T) {
	broken := errors.New("no luck")
	load := func() (engine.Session, error) { return &session{script: []time.Duration{0}, err: broken}, nil }
	if _, err := evaluate.Measure(t.Context(), load, evaluate.Stream{}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := evaluate.Measure(t.Context(), func() (engine.Session, error) { return nil, broken }, evaluate.Stream{}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fine := func() (engine.Session, error) { return &session{script: []time.Duration{0}}, nil }
	if _, err := evaluate.Measure(ctx, fine, evaluate.Stream{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
