package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// runFacts is what a whole run tells the host.
type runFacts struct {
	Decisions uint64  `json:"decisions"`
	Recorded  uint64  `json:"recorded"`   // results that the spool was given and the hub acknowledged
	Label     string  `json:"label"`      // of the last decision
	Rate      float64 `json:"rate_hz"`    // as the agent measured it
	Pulled    string  `json:"pulled"`     // what the agent said of the pulled cable
	Refilled  float64 `json:"refilled_s"` // from the cable's return to the last sample of the first window after it
	ReadP99   string  `json:"invoke_p99"`
}

// Decisions that are waited for before the cable is pulled and after it is back; the recordings make one every 0.4 s
// once a window is full.
const (
	before = 6
	after  = 3
)

// wholeRun has the agent read a walker's wrist on the real bus, decide, and send to the hub at HOST:PORT, through a
// pulled cable. args: PORT.
func wholeRun(ctx context.Context, _ *host, args []string) (any, error) {
	if len(args) != 1 {
		return nil, errors.New("run PORT")
	}
	if err := connect(); err != nil {
		return nil, err
	}
	signal, err := walk("/recordings/walk.csv")
	if err != nil {
		return nil, err
	}
	s := newMovingSite(signal)
	if err := s.plug(ctx); err != nil {
		return nil, err
	}
	a, err := startAgent(s.cable.name(), hostAddress+":"+args[0])
	if err != nil {
		return nil, errors.Join(err, s.unplug())
	}
	facts, err := s.follow(ctx, a)
	return facts, errors.Join(err, a.stop(), s.unplug())
}

func (s *site) follow(ctx context.Context, a *theAgent) (f runFacts, err error) {
	st, err := a.until(ctx, "the first decisions", func(st agent.Status) bool { return decisions(st) >= before })
	if err != nil {
		return f, err
	}
	f.Rate, f.Label = st.Sources[0].Rate, st.Pipelines[0].Last.Label
	pulled := make(chan error, 1)
	go func() { pulled <- s.unplug() }()
	st, err = a.until(ctx, "the agent to tell of the pulled cable", func(st agent.Status) bool {
		state, reason := source(st)
		return (state == "absent" || state == "failed") && reason != ""
	})
	if err = errors.Join(err, <-pulled); err != nil {
		return f, err
	}
	state, reason := source(st)
	f.Pulled = state + ": " + reason
	had := decisions(st)
	if err := s.plug(ctx); err != nil {
		return f, err
	}
	back := clock.System{}.Boot()
	st, err = a.until(ctx, "a decision after the cable is back", func(st agent.Status) bool { return decisions(st) > had })
	if err != nil {
		return f, err
	}
	f.Refilled = (st.Pipelines[0].Last.At.Duration() - back).Seconds()
	if _, err = a.until(ctx, "more decisions", func(st agent.Status) bool { return decisions(st) >= had+after }); err != nil {
		return f, err
	}
	return f, s.settle(ctx, a, &f)
}

// settle pulls the cable again, so that no decision is added, and waits until the hub has them all.
func (s *site) settle(ctx context.Context, a *theAgent, f *runFacts) error {
	if err := s.unplug(); err != nil {
		return err
	}
	st, err := a.until(ctx, "the hub to have every result", func(st agent.Status) bool {
		state, _ := source(st)
		return state != "running" && resultsSent(st)
	})
	if err != nil {
		return err
	}
	p := st.Pipelines[0]
	f.Decisions, f.Recorded = p.Decisions, p.Recorded
	f.ReadP99 = time.Duration(p.Invoke.P99 * 1e3).String()
	if f.Recorded == 0 {
		return fmt.Errorf("the agent recorded nothing of %d decisions", f.Decisions)
	}
	return nil
}
