package shelf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// mostFailures is how many trials of one version may fail before it is only tried again by force.
const mostFailures = 2

// Request is what a pipeline is asked to use.
type Request struct {
	Pipeline string
	Base     string       // what the configuration names for it: "motions@1"
	Model    manifest.Ref // of a verified version, or Base
	Attempts int          // starts that the trial may have; zero means 3
	Force    bool         // also when it has failed before
}

// Settle drops the slot of a pipeline whose configuration now names another base: the person's word is the newer one.
// How the last trial ended stays until it has been told. It reports whether there was such a slot.
func (s *Shelf) Settle(pipeline, base string) (dropped bool, err error) {
	slot, ok := s.Slot(pipeline)
	if !ok || slot.Base == base {
		return false, nil
	}
	return true, s.update("settled", func(st *state) error {
		delete(st.Slots, pipeline)
		if slot.Last != nil && !slot.Last.Told {
			st.Slots[pipeline] = &Slot{Pipeline: pipeline, Base: base, Last: slot.Last}
		}
		return nil
	})
}

// Activate says that a pipeline is to use a version: it waits from now on. One that waits already gives way; one that is
// on trial does not.
func (s *Shelf) Activate(r Request) error {
	err := s.update("waiting", func(st *state) error {
		slot := st.Slots[r.Pipeline]
		if slot == nil {
			slot = &Slot{Pipeline: r.Pipeline, Base: r.Base}
			st.Slots[r.Pipeline] = slot
		}
		try, err := st.try(r)
		if err != nil {
			return err
		}
		switch {
		case slot.Next != nil && slot.Next.State != Waiting:
			return refusal("pipeline %s has %s on trial: wait for its end, or revert it first", r.Pipeline, slot.Next.Model)
		case slot.Next != nil && slot.Active == try.Folder:
			return refusal("pipeline %s uses %s already, and %s waits: revert that first", r.Pipeline, r.Model, slot.Next.Model)
		case slot.Next == nil && slot.Active == try.Folder:
			return nothing("pipeline %s uses %s already", r.Pipeline, r.Model)
		}
		slot.Next = try
		return nil
	})
	if err == nil {
		s.restored()
	}
	return err
}

// try looks the version up.
func (st *state) try(r Request) (*Try, error) {
	if r.Attempts <= 0 {
		r.Attempts = manifest.StandardTrial().Attempts
	}
	t := &Try{Model: r.Model.String(), State: Waiting, Attempts: r.Attempts, Left: r.Attempts}
	if t.Model == r.Base {
		return t, nil
	}
	for i := range st.Versions {
		v := &st.Versions[i]
		if v.State != Verified || v.Ref() != t.Model {
			continue
		}
		if v.Failures >= mostFailures && !r.Force {
			return nil, refusal("%s failed its trial %d times on this device: force it if you know why", t.Model, v.Failures)
		}
		v.Reason, v.Code = "", "" // whoever activates it has asked again
		t.Folder = v.Folder()
		return t, nil
	}
	return nil, fmt.Errorf("model %s: %w; import its bundle first", t.Model, ErrUnknown)
}

// change changes a slot that has something to try.
func (s *Shelf) change(point, pipeline string, change func(*state, *Slot) error) error {
	return s.update(point, func(st *state) error {
		slot := st.Slots[pipeline]
		if slot == nil || slot.Next == nil {
			return nothing("pipeline %s has no version on trial", pipeline)
		}
		return change(st, slot)
	})
}

// Begin takes one attempt away and says that the version is being opened. When none is left the version is reverted and
// the error wraps ErrSpent.
func (s *Shelf) Begin(pipeline string) error {
	slot, _ := s.Slot(pipeline)
	if n := slot.Next; n != nil && n.Left <= 0 {
		reason := fmt.Sprintf("the agent ended without saying why in %d of %d attempts", n.Attempts, n.Attempts)
		if err := s.Revert(pipeline, reason); err != nil {
			return err
		}
		return fmt.Errorf("try %s on pipeline %s: %s: %w", n.Model, pipeline, reason, ErrSpent)
	}
	return s.change("activating", pipeline, func(_ *state, slot *Slot) error {
		slot.Next.State = Activating
		slot.Next.Left--
		return nil
	})
}

// Try says that the version is about to decide.
func (s *Shelf) Try(pipeline string) error {
	return s.change("trial", pipeline, func(_ *state, slot *Slot) error {
		slot.Next.State = Trial
		return nil
	})
}

// Pause gives the attempt back that Begin took: the agent stops in order, which says nothing about the version. It waits
// again. Without a version that is being opened or on trial nothing happens.
func (s *Shelf) Pause(pipeline string) error {
	if slot, _ := s.Slot(pipeline); slot.Next == nil || slot.Next.State == Waiting {
		return nil
	}
	return s.change("paused", pipeline, func(_ *state, slot *Slot) error {
		slot.Next.State = Waiting
		slot.Next.Left = min(slot.Next.Left+1, slot.Next.Attempts)
		return nil
	})
}

// Commit makes the version on trial the pipeline's own.
func (s *Shelf) Commit(pipeline, reason string) error {
	return s.change("committed", pipeline, func(st *state, slot *Slot) error {
		n := slot.Next
		if n.State != Trial {
			return nothing("%s on pipeline %s is %s, not on trial", n.Model, pipeline, n.State)
		}
		slot.Last = &Outcome{Model: n.Model, State: Committed, Phase: n.State, Reason: reason, Attempts: n.Attempts - n.Left}
		slot.Previous, slot.Active, slot.Next, slot.Shunned = slot.Active, n.Folder, nil, false
		if v := st.at(n.Folder); v != nil {
			v.Failures, v.Failed = 0, ""
		}
		return nil
	})
}

// Revert gives the version up that waits, is being opened or is on trial, because it does not do.
func (s *Shelf) Revert(pipeline, reason string) error { return s.giveUp(pipeline, reason, 1) }

// Withdraw gives it up for another reason than its own: it does not count as a failure.
func (s *Shelf) Withdraw(pipeline, reason string) error { return s.giveUp(pipeline, reason, 0) }

func (s *Shelf) giveUp(pipeline, reason string, failures int) error {
	return s.change("reverted", pipeline, func(st *state, slot *Slot) error {
		n := slot.Next
		slot.Last = &Outcome{
			Model: n.Model, Instead: st.modelOf(slot, slot.Active), State: Reverted, Phase: n.State, Reason: reason, Attempts: n.Attempts - n.Left,
		}
		if v := st.at(n.Folder); v != nil && n.State != Waiting && failures > 0 {
			v.Failures, v.Failed = v.Failures+failures, reason
		}
		slot.Next = nil
		return nil
	})
}

// Back makes the version before the pipeline's own again, because a person says so, and the present one the version
// before: going back once more undoes it, and nothing else falls back to it as long as there is another.
func (s *Shelf) Back(pipeline, reason string) error {
	slot, _ := s.Slot(pipeline)
	return s.fall(pipeline, slot.Previous, reason, true)
}

// Fall makes another of the folders that Uses names the pipeline's own, because the present one does not do. That says
// nothing against a version that is to follow.
func (s *Shelf) Fall(pipeline, folder, reason string) error {
	return s.fall(pipeline, folder, reason, false)
}

func (s *Shelf) fall(pipeline, folder, reason string, shun bool) error {
	return s.update("back", func(st *state) error {
		slot := st.Slots[pipeline]
		if slot == nil || slot.Active == folder {
			return nothing("pipeline %s has no version to go back to", pipeline)
		}
		slot.Last = &Outcome{
			Model: st.modelOf(slot, slot.Active), Instead: st.modelOf(slot, folder), State: Reverted, Phase: Committed, Reason: reason,
		}
		slot.Active, slot.Previous, slot.Shunned = folder, slot.Active, shun
		if slot.Next != nil && slot.Next.Folder == folder {
			slot.Next = nil // it has come to be used
		}
		return nil
	})
}

// modelOf is the name of what a folder of a slot holds.
func (st *state) modelOf(slot *Slot, folder string) string {
	if folder == "" {
		return slot.Base
	}
	name, rest, _ := strings.Cut(folder, "/")
	version, _, _ := strings.Cut(rest, "-")
	return name + "@" + version
}

// Next is the folder of the version that waits, is being opened or is on trial; an empty one stands for what the
// configuration names.
func (s *Shelf) Next(pipeline string) (folder string, ok bool) {
	slot, _ := s.Slot(pipeline)
	if slot.Next == nil {
		return "", false
	}
	return slot.Next.Folder, true
}

// Tell calls tell with the end of a pipeline's last trial, unless that is known where it should be: the facts of an
// event. When tell returns nil it is known. A crash between the two tells it twice, never not at all.
func (s *Shelf) Tell(pipeline string, tell func(committed bool, facts map[string]any) error) error {
	slot, _ := s.Slot(pipeline)
	o := slot.Last
	if o == nil || o.Told {
		return nil
	}
	facts := map[string]any{"pipeline": pipeline, "model": o.Model, "reason": o.Reason, "phase": string(o.Phase), "attempts": int64(o.Attempts)}
	if o.Instead != "" {
		facts["instead"] = o.Instead
	}
	if err := tell(o.State == Committed, facts); err != nil {
		return err
	}
	return s.update("told", func(st *state) error {
		if slot := st.Slots[pipeline]; slot != nil && slot.Last != nil && *slot.Last == *o {
			slot.Last.Told = true
		}
		return nil
	})
}

// Uses are the folders that a pipeline may start with, best first; an empty one stands for what the configuration names.
// The version that is on trial is not among them.
func (s *Shelf) Uses(pipeline string) []string {
	slot, ok := s.Slot(pipeline)
	if !ok {
		return []string{""}
	}
	others := []string{slot.Previous, ""}
	if slot.Shunned {
		others = []string{"", slot.Previous}
	}
	out := []string{slot.Active}
	for _, f := range others {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// Find is the folder of a version; the error wraps ErrUnknown.
func (s *Shelf) Find(ref manifest.Ref) (folder string, err error) {
	best := 0
	s.read(func(st *state) {
		for _, v := range st.Versions {
			if v.State == Verified && v.Name == ref.Name && (ref.Version == 0 && v.Version > best || v.Version == ref.Version) {
				folder, best = v.Folder(), v.Version
			}
		}
	})
	if folder == "" {
		return "", fmt.Errorf("model %s: %w", ref, ErrUnknown)
	}
	return folder, nil
}
