package expect_test

import (
	"context"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// script is a source that emits what it was given, once in each run, and returns then; without an end it emits on,
// one block every few milliseconds, until it is cancelled.
type script struct {
	pulse  *hal.Pulse
	late   bool // the channels are known with the first block
	met    bool
	blocks []hal.Block
	end    error
	after  func(i int, h hal.Health) // tells what it is after each block, when the taker is done with it
	health func() hal.Health         // of whom after is told
	runs   int
}

func newScript(end error, blocks ...hal.Block) *script {
	return &script{pulse: hal.NewPulse(clock.System{}), blocks: blocks, end: end}
}

// each is one block for each value of pressure, a second after the other.
func each(pressures ...float32) (list []hal.Block) {
	for i, v := range pressures {
		list = append(list, hal.Block{At: time.Duration(i+1) * time.Second, Period: time.Second, Channels: 2, Values: []float32{1, v}})
	}
	return list
}

func (s *script) String() string { return "script" }

func (s *script) Channels() []hal.Channel {
	if s.late && !s.met {
		return nil
	}
	return channels
}

func (s *script) Health() hal.Health { return s.pulse.Health() }

func (s *script) Run(ctx context.Context, emit func(hal.Block)) error {
	s.pulse.Begin()
	return s.pulse.Finish(ctx, s.run(ctx, emit))
}

func (s *script) run(ctx context.Context, emit func(hal.Block)) error {
	s.runs++
	for i, b := range s.blocks {
		if ctx.Err() != nil {
			return nil
		}
		s.met = true
		s.pulse.Emit(emit, b)
		if s.after != nil {
			s.after(i, s.health())
		}
	}
	if s.end != nil {
		return s.end
	}
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	boot := clock.System{}
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s.pulse.Emit(emit, hal.Block{At: boot.Boot(), Channels: 2, Values: []float32{nan, float32(i % 7)}})
		}
	}
}

// hands is a clock that a test moves.
type hands struct{ boot time.Duration }

func (h *hands) Boot() time.Duration { return h.boot }
func (h *hands) Wall() time.Time     { return time.Unix(0, 0) }
