package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/control"
	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// story is one round: a good version comes and is committed, another comes and is given up while it is on trial, a file
// that is none is refused, and the good one is gone back from. Each step looks first whether an earlier life has done it.
func (v *victim) story() error {
	good, bad := fmt.Sprint(2*v.round), fmt.Sprint(2*v.round+1)
	for _, step := range []func() error{
		func() error {
			return v.comes(good, `{"windows": 20, "attempts": 100, "p95_ratio": 1000, "memory_growth": 100}`)
		},
		func() error { return v.proves("motions@" + good) },
		func() error {
			return v.comes(bad, `{"minutes": 60, "attempts": 100, "p95_ratio": 1000, "memory_growth": 100}`)
		},
		func() error { return v.fails("motions@"+bad, "motions@"+good) },
		v.garbage,
		func() error { return v.goesBack("motions@" + good) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	v.round++
	return nil
}

// ask sends a request; what the daemon answers while it lives is no end of it.
func (v *victim) ask(do func(ctx context.Context) error) error {
	err := do(v.t.Context())
	if errors.Is(err, control.ErrForbidden) || errors.Is(err, control.ErrNotFound) {
		return nil // an earlier life has done it, as the status will tell
	}
	return err
}

func (v *victim) comes(version, trial string) error {
	data, err := versionOf(fixture.Path(v.t, "examples", "models", "motions", "1"), version, trial, false)
	if err != nil {
		v.t.Fatal(err)
	}
	got, err := v.client.ImportModel(v.t.Context(), "", bytes.NewReader(data))
	if err == nil && (got.Model != "motions@"+version || got.State != "verified") {
		v.t.Fatalf("imported as %+v", got)
	}
	return err
}

func (v *victim) activate(model string) error {
	return v.ask(func(ctx context.Context) error {
		_, err := v.client.ActivateModel(ctx, agent.ModelRequest{Model: model, Force: true})
		return err
	})
}

func (v *victim) revert() error {
	return v.ask(func(ctx context.Context) error {
		_, err := v.client.RevertModel(ctx, agent.ModelRequest{Model: "motions"})
		return err
	})
}

// over reports how the last trial of a model ended; empty while it has not.
func over(p agent.PipelineStatus, model string) string {
	if p.Swap == nil || p.Swap.Last != model || p.Swap.Model != "" {
		return ""
	}
	return p.Swap.LastState
}

func (v *victim) now() (agent.PipelineStatus, error) {
	s, err := v.client.Status(v.t.Context())
	if err != nil {
		return agent.PipelineStatus{}, err
	}
	return s.Pipelines[0], nil
}

// proves has the good version tried until it is committed, or until it is seen that an earlier life came further.
func (v *victim) proves(model string) error {
	next := fmt.Sprintf("motions@%d", 2*v.round+1)
	further := func(p agent.PipelineStatus) bool {
		w := p.Swap
		if w != nil && w.Last == model && w.LastState == "reverted" && w.LastReason != byHand {
			v.t.Fatalf("%s was given up: %s", model, w.LastReason)
		}
		return w != nil && (w.Last == model || w.Last == next || w.Model == next)
	}
	p, err := v.now()
	if err == nil && !further(p) {
		err = v.activate(model)
	}
	if err != nil {
		return err
	}
	return v.status(model+" is committed", further)
}

// fails ends the trial of a version by hand; before is what the pipeline uses then.
func (v *victim) fails(model, before string) error {
	p, err := v.now()
	if err != nil || over(p, model) == "reverted" || over(p, before) == "reverted" {
		return err
	}
	if p.Swap.Model == "" {
		if err := v.activate(model); err != nil {
			return err
		}
	}
	if err := v.status(model+" is on trial", func(p agent.PipelineStatus) bool {
		return p.Swap.State == "trial" && p.Swap.Model == model && p.Swap.Windows > 0 || over(p, model) != ""
	}); err != nil {
		return err
	}
	if err := v.revert(); err != nil {
		return err
	}
	return v.status(before+" decides again", func(p agent.PipelineStatus) bool {
		return over(p, model) == "reverted" && "motions@"+p.Version == before
	})
}

func (v *victim) garbage() error {
	_, err := v.client.ImportModel(v.t.Context(), "", bytes.NewReader(bytes.Repeat([]byte("no bundle"), 500)))
	if err == nil {
		v.t.Fatal("a file that is no bundle was imported")
	}
	if errors.Is(err, control.ErrBadRequest) {
		return nil
	}
	return err
}

// goesBack leaves the good version.
func (v *victim) goesBack(good string) error {
	p, err := v.now()
	if err != nil {
		return err
	}
	if over(p, good) != "reverted" {
		if err := v.revert(); err != nil {
			return err
		}
	}
	return v.status(good+" is left", func(p agent.PipelineStatus) bool { return over(p, good) == "reverted" && "motions@"+p.Version != good })
}
