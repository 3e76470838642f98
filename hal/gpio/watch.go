package gpio

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// alive is how often a line with edges is asked for its level. The library keeps it to itself when a chip is gone (a
// USB bridge that was pulled out) and reads in a loop from then on; asking finds it out and ends that.
const alive = time.Second

var errNoEvents = errors.New("no more events")

// watch is a source of edges: one sample for each, or their number in each interval.
type watch struct {
	what  string
	cfg   Config
	pulse *hal.Pulse
}

func newWatch(what string, cfg Config) *watch {
	return &watch{what: what, cfg: cfg, pulse: hal.NewPulse(cfg.Clock)}
}

func (w *watch) String() string { return w.what }

// Channels are those of the mode.
func (w *watch) Channels() []hal.Channel {
	if w.cfg.Mode == Counter {
		return []hal.Channel{{Name: "count", Unit: "1"}, {Name: "rate", Unit: "Hz"}}
	}
	return []hal.Channel{{Name: "level", Unit: "1"}}
}

// Health is how the line is now.
func (w *watch) Health() hal.Health { return w.pulse.Health() }

// Run requests the line and emits until ctx is cancelled or the line is gone.
func (w *watch) Run(ctx context.Context, emit func(hal.Block)) error {
	w.pulse.Begin()
	return w.pulse.Finish(ctx, w.run(ctx, emit))
}

func (w *watch) run(ctx context.Context, emit func(hal.Block)) error {
	if ctx.Err() != nil {
		return nil
	}
	line, err := open(w.cfg)
	if err != nil {
		return err
	}
	out := func(b hal.Block) { w.pulse.Emit(emit, b) }
	stamps := &stamps{boot: w.cfg.Clock.Boot, monotonic: w.cfg.Host.Monotonic}
	if w.cfg.Mode == Counter {
		err = w.count(ctx, line, newCounter(w.cfg.Every, w.cfg.Clock.Boot(), w.pulse, out), stamps)
	} else {
		err = w.follow(ctx, line, &edges{pulse: w.pulse, emit: out, block: hal.Block{Channels: 1, Values: make([]float32, 1)}}, stamps)
	}
	if closeErr := line.Close(); closeErr != nil {
		w.cfg.Logger.Debug("close line", "source", w.what, "reason", closeErr)
	}
	return err
}

// follow emits every edge.
func (w *watch) follow(ctx context.Context, line Line, e *edges, stamps *stamps) error {
	check := time.NewTicker(alive)
	defer check.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case ev, ok := <-line.Events():
			if !ok {
				return fmt.Errorf("read %s: %w", w.what, errNoEvents)
			}
			stamps.measure()
			e.take(stamps.time(ev.At), ev)
		case <-check.C:
			if _, err := line.Value(); err != nil {
				return fmt.Errorf("read %s: %w", w.what, err)
			}
		}
	}
	return nil
}

// count emits at the end of every interval.
func (w *watch) count(ctx context.Context, line Line, c *counter, stamps *stamps) error {
	check := time.NewTicker(alive)
	defer check.Stop()
	stamps.measure()
	end := time.NewTimer(c.end - w.cfg.Clock.Boot())
	defer end.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case ev, ok := <-line.Events():
			if !ok {
				return fmt.Errorf("read %s: %w", w.what, errNoEvents)
			}
			c.take(ctx, stamps.time(ev.At), ev)
		case <-end.C:
			if stamps.measure() {
				c.resume(w.cfg.Clock.Boot())
			}
			c.drain(ctx, line.Events(), stamps)
			c.roll(ctx, w.cfg.Clock.Boot())
			end.Reset(c.end - w.cfg.Clock.Boot())
		case <-check.C:
			if _, err := line.Value(); err != nil {
				return fmt.Errorf("read %s: %w", w.what, err)
			}
		}
	}
	return nil
}
