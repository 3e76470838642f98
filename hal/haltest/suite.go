package haltest

import (
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hal"
)

// patience is how long the suite waits for what must happen at once; a busy machine is slow, not wrong.
const patience = 10 * time.Second

// Subject makes one kind of source in every situation of the contract. Each call makes a new source.
type Subject struct {
	// Endless emits blocks until it is cancelled, at least 20 within a second.
	Endless func(t *testing.T) hal.Source
	// Finite emits some blocks and ends with hal.End; nil for sources that never end.
	Finite func(t *testing.T) hal.Source
	// Broken emits some blocks and then breaks; nil for sources that cannot be made to.
	Broken func(t *testing.T) hal.Source
	// Absent reads something that is not there.
	Absent func(t *testing.T) hal.Source
	// Channels of every source above; nil when their samples are pictures.
	Channels []hal.Channel
	// Picture is the form of the pictures of every source above; zero when their samples have channels.
	Picture hal.Picture
}

// values is how many values a sample has.
func (s Subject) values() int {
	if s.Picture != (hal.Picture{}) {
		return s.Picture.Values()
	}
	return len(s.Channels)
}

// Run runs the contract.
func Run(t *testing.T, s Subject) {
	tests := []struct {
		name string
		test func(*testing.T, Subject)
		when bool
	}{
		{"blocks are well formed", wellFormed, true},
		{"time grows by the period", timeGrows, true},
		{"emit is never concurrent", oneAtATime, true},
		{"values hold still during emit", valuesHoldStill, true},
		{"cancel returns nil at once", cancelled, true},
		{"cancelled before it starts", cancelledBefore, true},
		{"runs again", runsAgain, true},
		{"tells its channels", describes, true},
		{"health", health, true},
		{"an end is an end", ends, s.Finite != nil},
		{"a break is an error", breaks, s.Broken != nil},
		{"absent is not broken", absent, true},
	}
	for _, c := range tests {
		if !c.when {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			c.test(t, s)
		})
	}
}

func ends(t *testing.T, s Subject) {
	blocks, err := untilItEnds(t, s.Finite(t), nil)
	if !errors.Is(err, hal.End) {
		t.Errorf("Run returned %v, want hal.End", err)
	}
	if len(blocks) == 0 {
		t.Error("no block before the end")
	}
}

func breaks(t *testing.T, s Subject) {
	src := s.Broken(t)
	blocks, err := untilItEnds(t, src, nil)
	var gone *hal.AbsentError
	if err == nil || errors.Is(err, hal.End) || errors.As(err, &gone) {
		t.Errorf("Run returned %v, want an error that is neither an end nor absence", err)
	}
	if len(blocks) == 0 {
		t.Error("no block before the break")
	}
	wantState(t, src, hal.Failed)
}

func absent(t *testing.T, s Subject) {
	src := s.Absent(t)
	blocks, err := untilItEnds(t, src, nil)
	var gone *hal.AbsentError
	if !errors.As(err, &gone) {
		t.Fatalf("Run returned %v, want an *hal.AbsentError", err)
	}
	if gone.What == "" || gone.Fix == "" {
		t.Errorf("absence without what (%q) or a fix (%q)", gone.What, gone.Fix)
	}
	if len(blocks) != 0 {
		t.Errorf("%d blocks of something that is not there", len(blocks))
	}
	wantState(t, src, hal.Absent)
}
