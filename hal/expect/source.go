package expect

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/internal/spelling"
)

// Config of what is expected. Channels is required.
type Config struct {
	Channels map[string]judge.Rule // by name; channels without one are not looked at
	Reopen   bool                  // a source that is stuck ends its run: the next may cure it
	Tolerate int                   // blocks in a row that end stuck before that; zero means 5
	Clock    clock.Clock           // of the source; nil means the system's
}

// Source is a source of which something is expected.
type Source struct {
	src   hal.Source
	cfg   Config
	pulse *hal.Pulse
	look  *look // nil until the channels are known; of all runs: a source that was stuck may still be
}

// New lays expectations over a source whose samples have channels.
func New(src hal.Source, cfg Config) *Source {
	if cfg.Tolerate <= 0 {
		cfg.Tolerate = 5
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	rules := make(map[string]judge.Rule, len(cfg.Channels))
	for name, r := range cfg.Channels {
		r.Owner = true
		rules[name] = r
	}
	cfg.Channels = rules
	s := &Source{src: src, cfg: cfg, pulse: hal.NewPulse(cfg.Clock)}
	s.pulse.Silence(hal.Silence{After: math.MaxInt64}) // the source itself tells its silence
	return s
}

func (s *Source) String() string { return s.src.String() }

// Channels are those of the source.
func (s *Source) Channels() []hal.Channel {
	if d, ok := s.src.(hal.Describer); ok {
		return d.Channels()
	}
	return nil
}

// Check reports an expectation of a channel that the source does not have, as far as it knows its channels by now.
func (s *Source) Check() error {
	have := s.Channels()
	if have == nil {
		return nil
	}
	names := make([]string, len(have))
	for i, c := range have {
		names[i] = c.Name
	}
	for _, name := range slices.Sorted(maps.Keys(s.cfg.Channels)) {
		if slices.Contains(names, name) {
			continue
		}
		fix := "it has " + strings.Join(names, ", ")
		if near := spelling.Closest(name, names); near != "" {
			fix = fmt.Sprintf("did you mean %q? ", near) + fix
		}
		return fmt.Errorf("expect %s of %s: it has no such channel: %s", name, s, fix)
	}
	return nil
}

// Health is how the source is, and how its samples are. A sample that is of no use counts as skipped.
func (s *Source) Health() hal.Health {
	h := s.pulse.Health()
	of, ok := s.src.(hal.Healther)
	if !ok {
		return h
	}
	in := of.Health()
	h.Skipped += in.Skipped
	h.Dropped, h.Rate, h.Jitter = in.Dropped, in.Rate, in.Jitter
	switch {
	case h.State == in.State && h.State == hal.Degraded:
		h.Reason, h.Since = in.Reason+"; "+h.Reason, min(h.Since, in.Since)
	case h.State < hal.Degraded && in.State == hal.Degraded:
		h.State, h.Reason, h.Since = in.State, in.Reason, in.Since
	case h.State == in.State:
		h.Since = max(h.Since, in.Since)
	}
	return h
}

// Run runs the source until ctx is cancelled, the source ends or fails, or it is stuck and is to be opened anew.
func (s *Source) Run(ctx context.Context, emit func(hal.Block)) error {
	s.pulse.Begin()
	return s.pulse.Finish(ctx, s.run(ctx, emit))
}

func (s *Source) run(ctx context.Context, emit func(hal.Block)) error {
	if err := s.Check(); err != nil {
		return err
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &run{src: s, emit: emit, cancel: cancel}
	if s.look != nil {
		s.look.judge.Reset()
	}
	err := s.src.Run(inner, func(b hal.Block) { r.take(inner, b) })
	if r.err != nil {
		return r.err
	}
	return err
}
