package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// reserve is memory that stays free beside two sessions.
const reserve = 16 << 20

// attempt tries the version that is wanted, once. Its error is trouble with the slot; trouble with the version reverts it.
func (k *Keeper) attempt(ctx context.Context, folder string) error {
	running, failed := k.runs()
	if !running && !failed {
		return nil // the pipeline is starting: the version that has worked comes first
	}
	if err := k.slots.Begin(k.cfg.Pipeline); err != nil {
		return errors.Join(k.settled(err), k.report())
	}
	k.spent = true
	if failed {
		return k.promote(ctx, folder)
	}
	err := k.exchange(ctx, folder)
	var slot slotError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil, errors.Is(err, pipeline.ErrNotRunning):
		return nil // what is on the disk says how to go on
	case !k.wants(folder): // a person has changed their mind while it was opened
		return k.report()
	case errors.As(err, &slot): // it says nothing about the version
		return errors.Join(err, k.slots.Pause(k.cfg.Pipeline))
	}
	k.cfg.Logger.Warn("new version is given up", "folder", folder, "reason", err)
	return errors.Join(k.slots.Revert(k.cfg.Pipeline, err.Error()), k.report())
}

// slotError is trouble with the slot: nothing was done that it would have announced.
type slotError struct{ error }

// wants reports whether the slot still names a folder as the one that is to follow.
func (k *Keeper) wants(folder string) bool {
	next, wanted := k.slots.Next(k.cfg.Pipeline)
	return wanted && next == folder
}

// announce says that a version is about to decide, if it is still to.
func (k *Keeper) announce(folder string) error {
	if !k.wants(folder) {
		return errors.New("it is not wanted any more")
	}
	if err := k.slots.Try(k.cfg.Pipeline); err != nil {
		return slotError{err}
	}
	return nil
}

// settled passes on what Begin says, unless it has ended the trial.
func (k *Keeper) settled(err error) error {
	if _, still := k.slots.Next(k.cfg.Pipeline); !still {
		return nil
	}
	return err
}

// exchange opens the version beside the old one, or instead of it where memory does not hold both, and swaps.
func (k *Keeper) exchange(ctx context.Context, folder string) error {
	var v Version
	open := func(ctx context.Context) (*pipeline.Model, error) {
		var err error
		v, err = k.cfg.Open(ctx, folder)
		return v.Model, err
	}
	if why := k.tight(); why != "" {
		k.say(why)
		if err := k.announce(folder); err != nil {
			return err
		}
		if err := k.pipe.SwapPaused(ctx, open); err != nil {
			return err
		}
	} else {
		m, err := open(ctx)
		if err != nil {
			return err
		}
		if err := k.announce(folder); err != nil {
			return errors.Join(err, m.Session.Close())
		}
		if err := k.pipe.Swap(ctx, m); err != nil {
			return err
		}
	}
	k.trying, k.tries, k.guards = folder, true, v.Guards
	k.memory = pipeline.Memory{} // from the first look on
	k.apart, _ = v.Model.Session.(engine.Apart)
	facts := map[string]any{}
	maps.Copy(facts, v.Facts)
	facts["pipeline"], facts["model"] = k.cfg.Pipeline, v.Model.Name+"@"+v.Model.Version
	return k.event(wire.EventModelTrial, facts)
}

// tight says why two sessions do not fit; empty when they do, or nobody knows.
func (k *Keeper) tight() string {
	k.mu.Lock()
	need := k.session + k.session/2 + reserve
	k.mu.Unlock()
	if free := k.cfg.Memory().Free; free > 0 && free < need {
		return fmt.Sprintf("memory does not hold two sessions (%d MiB free, %d MiB needed): decisions pause during the swap", free>>20, need>>20)
	}
	return ""
}

// say notes what stands in the way; what is known already is not logged again.
func (k *Keeper) say(note string) {
	if k.Note() == note {
		return
	}
	k.cfg.Logger.Warn(note)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.note = note
}

// unsay takes a note back, if it is still that one.
func (k *Keeper) unsay(note string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.note == note {
		k.note = ""
	}
}

// promote commits a version that opens where the pipeline's own does not: it cannot be worse.
func (k *Keeper) promote(ctx context.Context, folder string) error {
	v, err := k.cfg.Open(ctx, folder)
	var shut error
	if err == nil {
		shut = v.Model.Session.Close() // the pipeline opens it again when it starts
	}
	switch {
	case ctx.Err() != nil, !k.wants(folder):
		return errors.Join(shut, k.report())
	case err != nil:
		return errors.Join(k.slots.Revert(k.cfg.Pipeline, err.Error()), k.report())
	}
	reason := "it opens and passes its golden vectors; the pipeline's version before does not run here: " + k.pipe.Status().Reason
	return errors.Join(shut, k.slots.Try(k.cfg.Pipeline), k.slots.Commit(k.cfg.Pipeline, reason), k.report())
}

// align exchanges a pipeline's version for the one that its slot names, when a person went back to it.
func (k *Keeper) align(ctx context.Context) error {
	want := k.slots.Uses(k.cfg.Pipeline)[0]
	k.mu.Lock()
	same := !k.opened || k.running == want || k.avoids && k.avoid == want
	k.mu.Unlock()
	if running, _ := k.runs(); same || !running {
		return nil
	}
	return k.gone(k.replace(ctx, want, k.tight() != ""))
}

// replace swaps to a folder that has worked before, without a trial; paused when its session has no room, or nothing
// to stand beside. One that does not open is not tried again until the pipeline starts anew; the pipeline goes on with
// what it has.
func (k *Keeper) replace(ctx context.Context, folder string, paused bool) error {
	open := func(ctx context.Context) (*pipeline.Model, error) {
		v, err := k.cfg.Open(ctx, folder)
		return v.Model, err
	}
	var err error
	if paused {
		err = k.pipe.SwapPaused(ctx, open)
	} else {
		var m *pipeline.Model
		if m, err = open(ctx); err == nil {
			err = k.pipe.Swap(ctx, m)
		}
	}
	if err == nil {
		k.done(folder)
		return k.pipe.Keep(ctx)
	}
	if ctx.Err() != nil || errors.Is(err, pipeline.ErrNotRunning) {
		return err
	}
	k.mu.Lock()
	k.avoid, k.avoids = folder, !errors.Is(err, engine.ErrRuntime)
	k.mu.Unlock()
	k.say(fmt.Sprintf("the version to go back to does not open, the present one goes on: %v", err))
	return nil
}
