package main

import (
	"fmt"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// tellRebuilt sends up that the state of the shelf was damaged or lost.
func (s *stock) tellRebuilt() {
	err := s.shelf.TellRebuilt(func(facts map[string]any) error {
		return s.event(wire.EventShelfRebuilt, facts)
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
	return fmt.Sprintf("the state of the models' shelf was made anew from %d whole folders, because %s: what pipelines used, and which versions had failed, is forgotten; "+
		"they use what the configuration names: activate what they are to use", r.Versions, r.Reason)
}
