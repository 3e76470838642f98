package pipeline

import (
	"errors"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// patience is how many windows in a row must fail before a pipeline calls itself degraded, and how many must succeed
// before it calls itself well again. A call that was lost is enough for the former.
const patience = 3

// eventRecovered follows pipeline_degraded when the model answers again.
const eventRecovered = "pipeline_recovered"

// trouble turns single failures into edges.
type trouble struct {
	degraded bool
	row      int // failures in a row while well, successes in a row while degraded
}

func (t *trouble) bad(w *path, err error) {
	if t.degraded {
		t.row = 0
		return
	}
	if t.row++; t.row < patience && !errors.Is(err, engine.ErrLost) {
		return
	}
	t.degraded, t.row = true, 0
	w.p.stats.state(agent.Degraded, err.Error())
	w.p.cfg.Logger.Warn("pipeline is degraded", "reason", err)
	w.lane.journal.event(wire.EventPipelineDegraded, map[string]any{"reason": err.Error()})
}

// late takes over what the watchdog has reported.
func (t *trouble) late() { t.degraded, t.row = true, 0 }

func (t *trouble) good(w *path) {
	if !t.degraded {
		t.row = 0
		return
	}
	if t.row++; t.row < patience {
		return
	}
	t.degraded, t.row = false, 0
	w.p.stats.opened(w.lane.model) // a session that was started again may run in another way
	w.p.stats.state(agent.Running, "")
	w.p.cfg.Logger.Info("pipeline has recovered")
	w.lane.journal.event(eventRecovered, map[string]any{})
}
