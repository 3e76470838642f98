package pipeline

import (
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// cause is why a pipeline lost something.
type cause int

const (
	wrongShape     cause = iota // samples with another number of channels than the model's
	windowRefused               // a window with a sample that is not a number
	invokeFailed                // the engine returned an error
	invokeLost                  // the call was ended from outside, or the process that worked on it is gone
	outputRefused               // the model's answer is not a number
	recordRefused               // the spool did not take a record
	swapPause                   // a window fell due while no model was open: memory does not hold two
	numberOfCauses              //
)

var causeNames = [numberOfCauses]string{"wrong_shape", "window_refused", "invoke_failed", "invoke_lost", "output_refused", "record_refused", "swap_pause"}

// stats is what a pipeline tells of itself. The pipeline's goroutine writes, any may read.
type stats struct {
	clock   clock.Clock
	latency latency

	mu                           sync.Mutex
	status                       agent.PipelineStatus
	windows, decisions, recorded uint64
	drops                        [numberOfCauses]uint64
	last                         Decision
	spoken                       bool // the model that is open has made last
}

func (s *stats) start(cfg *Config) {
	s.clock = cfg.Clock
	s.status = agent.PipelineStatus{Model: cfg.Model, Version: cfg.Version, State: agent.Starting, Since: agent.MicrosOf(cfg.Clock.Boot())}
}

func (s *stats) opened(m *Model) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spoken = s.spoken && s.status.Model == m.Name && s.status.Version == m.Version
	s.status.Model, s.status.Version, s.status.Engine = m.Name, m.Version, m.engineText()
	s.status.Delegates = m.Session.Report().Walks
}

// state notes a state and its reason, and reports whether the state is another than before.
func (s *stats) state(st agent.State, reason string) (changed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed = s.status.State != st
	if changed {
		s.status.Since = agent.MicrosOf(s.clock.Boot())
	}
	s.status.State, s.status.Reason = st, reason
	return changed
}

func (s *stats) invoked(d time.Duration) {
	s.latency.add(d)
	s.mu.Lock()
	s.windows++
	s.mu.Unlock()
}

func (s *stats) decided(d *Decision, recorded bool) {
	s.mu.Lock()
	s.decisions++
	if recorded {
		s.recorded++
	}
	s.last, s.spoken = *d, true
	s.mu.Unlock()
}

func (s *stats) dropped(c cause, n uint64) {
	s.mu.Lock()
	s.drops[c] += n
	s.mu.Unlock()
}

func (s *stats) read() agent.PipelineStatus {
	var c counts
	s.latency.read(&c)
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.status
	out.Windows, out.Decisions, out.Recorded = s.windows, s.decisions, s.recorded
	out.Invoke = agent.LatencyStatus{
		P50: micros(c.quantile(0.5)), P95: micros(c.quantile(0.95)), P99: micros(c.quantile(0.99)), Max: micros(time.Duration(s.latency.max.Load())),
	}
	if s.spoken {
		out.Last = &agent.DecisionStatus{Label: s.last.Name, Score: s.last.Score, At: agent.MicrosOf(s.last.At), Held: s.last.Held}
	}
	out.Drops = s.dropsByName()
	return out
}

func (s *stats) dropsByName() map[string]uint64 {
	var m map[string]uint64
	for c, n := range s.drops {
		if n == 0 {
			continue
		}
		if m == nil {
			m = make(map[string]uint64)
		}
		m[causeNames[c]] = n
	}
	return m
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func (s *stats) droppedSoFar(c cause) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drops[c]
}

func (s *stats) windowsSoFar() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.windows
}
