package main

import (
	"context"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// onDisk is how long an event may take to the disk: the spool commits within a second.
const onDisk = 3 * time.Second

// tellRebuilt sends up that the state of the shelf was damaged or lost. The shelf believes that it has told when the event
// is on the disk, or ctx ends and what stops after this puts it there: what damages a state may come again at once.
func (s *stock) tellRebuilt(ctx context.Context) {
	err := s.shelf.TellRebuilt(func(facts map[string]any) error {
		err := s.event(wire.EventShelfRebuilt, facts)
		if err == nil {
			clock.Wait(ctx, onDisk)
		}
		return err
	})
	if err != nil {
		s.log.Error("event is not recorded", "event", wire.EventShelfRebuilt, "err", err)
	}
}

// event records what happened to the models.
func (s *stock) event(name string, facts map[string]any) error {
	record, err := wire.EventRecord(name, facts)
	if err != nil {
		return err
	}
	return s.rec.Append(wire.Events, s.clock.Boot(), record)
}

// rebuilt is the same for people, as long as nobody has activated a version since; empty otherwise.
func (s *stock) rebuilt() string {
	r, ok := s.shelf.Rebuilt()
	if !ok {
		return ""
	}
	return fmt.Sprintf("the state of the models' shelf was made anew (whole folders found: %d), because %s: what pipelines used, and which versions had failed, is forgotten; "+
		"they use what the configuration names: activate what they are to use", r.Versions, r.Reason)
}
