package evaluate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// Latency is how long a session takes, measured as MLPerf Inference measures a single stream: one query after the
// other, at least Runs of them and for at least Time.
type Latency struct {
	Init  time.Duration `json:"init_ns"`  // loading the model
	First time.Duration `json:"first_ns"` // the first inference
	P50   time.Duration `json:"p50_ns"`
	P90   time.Duration `json:"p90_ns"`
	P99   time.Duration `json:"p99_ns"`
	Max   time.Duration `json:"max_ns"`
	Runs  int           `json:"runs"`
}

// Stream says how long a measurement of latency goes on. Zero fields mean MLPerf's: 1,024 runs and 60 s.
type Stream struct {
	Runs int
	Time time.Duration
}

// Measure loads a session and runs it. Inputs hold what load left in them: latency does not depend on values.
func Measure(ctx context.Context, load func() (engine.Session, error), cfg Stream) (*Latency, error) {
	if cfg.Runs <= 0 {
		cfg.Runs = 1024
	}
	if cfg.Time <= 0 {
		cfg.Time = time.Minute
	}
	began := time.Now()
	s, err := load()
	if err != nil {
		return nil, fmt.Errorf("measure latency: %w", err)
	}
	defer s.Close()
	init := time.Since(began)
	all := make([]time.Duration, 0, cfg.Runs)
	for start := time.Now(); len(all) < cfg.Runs || time.Since(start) < cfg.Time; {
		began := time.Now()
		if err := s.Invoke(); err != nil {
			return nil, fmt.Errorf("measure latency: %w", err)
		}
		all = append(all, time.Since(began))
		if ctx.Err() != nil {
			return nil, fmt.Errorf("measure latency: %w", ctx.Err())
		}
	}
	return LatencyOf(init, all), nil
}

// LatencyOf sums up one or more runs, the first of a session first; it sorts them.
func LatencyOf(init time.Duration, all []time.Duration) *Latency {
	l := &Latency{Init: init, First: all[0], Runs: len(all)}
	slices.Sort(all)
	l.P50, l.P90, l.P99, l.Max = rank(all, 0.5), rank(all, 0.9), rank(all, 0.99), all[len(all)-1]
	return l
}

// rank is the smallest value that at least a share q of all values do not exceed.
func rank(sorted []time.Duration, q float64) time.Duration {
	i := int(q*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}
