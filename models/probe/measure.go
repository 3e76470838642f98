package probe

import (
	"slices"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
)

const (
	enoughTime = 500 * time.Millisecond // of measuring, both ways together
	enoughRuns = 200
	fewestRuns = 5
)

// measure takes the median times of the delegate and of the fastest CPU way, in turns, so that a busy or throttled
// machine is the same for both.
func measure(p *engine.Parity, s, fast engine.Session) error {
	var with, without []time.Duration
	start := time.Now()
	for len(with) < fewestRuns || len(with) < enoughRuns && time.Since(start) < enoughTime {
		took, err := timed(s)
		if err != nil {
			return err
		}
		with = append(with, took)
		if fast == nil {
			continue
		}
		if took, err = timed(fast); err != nil {
			return err
		}
		without = append(without, took)
	}
	p.Latency, p.CPU = median(with), median(without)
	return nil
}

func timed(s engine.Session) (time.Duration, error) {
	start := time.Now()
	err := s.Invoke()
	return time.Since(start), err
}

// median is zero of none.
func median(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)/2]
}
