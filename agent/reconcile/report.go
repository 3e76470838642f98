package reconcile

import (
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// settle is how long an event may take to the disk: the spool commits within a second. The slot believes that it has told
// only afterwards, so that a power cut between the two tells it twice, never not at all.
const settle = 3 * time.Second

var errSettles = errors.New("the event is on its way to the disk")

// report tells how the last trial ended, if that has not been told.
func (k *Keeper) report() error {
	err := k.slots.Tell(k.cfg.Pipeline, k.tell)
	switch {
	case errors.Is(err, errSettles):
		return nil
	case err == nil:
		k.said = "" // until then it is not said a second time, however long the disk refuses that it was
	}
	return err
}

// tell makes an event of the end of a trial.
func (k *Keeper) tell(committed bool, facts map[string]any) error {
	key := fmt.Sprint(committed, facts)
	if k.said == key {
		if time.Since(k.saidAt) < settle {
			return errSettles
		}
		return nil
	}
	name := wire.EventModelReverted
	if committed {
		name = wire.EventModelCommitted
	}
	k.cfg.Logger.Info("trial ended", "event", name, "model", facts["model"], "reason", facts["reason"])
	if err := k.event(name, facts); err != nil {
		return err
	}
	k.said, k.saidAt = key, time.Now()
	return errSettles
}

// event records what happened.
func (k *Keeper) event(name string, facts map[string]any) error {
	record, err := wire.EventRecord(name, facts)
	if err != nil {
		return err
	}
	return k.rec.Append(wire.Events, k.cfg.Clock.Boot(), record)
}
