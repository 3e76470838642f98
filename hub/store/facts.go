package store

import (
	"context"
	"fmt"
	"math"

	"github.com/dunlin-iot/dunlin/hub/store/interval"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Define keeps what results of this device with the definition's id mean. data is the record's payload.
func (t *Tx) Define(ctx context.Context, r *Receipt, data []byte) error {
	id := wire.DefinitionID(data)
	if _, err := t.stmt(ctx, t.stmts.definition).ExecContext(ctx, r.device, int64(id), data); err != nil {
		return fmt.Errorf("store definition %08x of %v: %w", id, r.Device, err)
	}
	return nil
}

// Count keeps a ledger counter: absolute within the epoch, so the largest value counts and order does not matter.
func (t *Tx) Count(ctx context.Context, r *Receipt, c wire.Counter) error {
	value := int64(min(c.Total, math.MaxInt64))
	if _, err := t.stmt(ctx, t.stmts.counter).ExecContext(ctx, r.device, r.Epoch[:], c.Owner, c.Cause, value); err != nil {
		return fmt.Errorf("store counter %s %s of %v: %w", c.Owner, c.Cause, r.Device, err)
	}
	return nil
}

// Measure keeps a gauge's newest value, by boot and time since boot.
func (t *Tx) Measure(ctx context.Context, r *Receipt, w Row, g wire.Gauge) error {
	_, err := t.stmt(ctx, t.stmts.gauge).ExecContext(ctx, r.device, g.Owner, g.Name, g.Value, w.Boot, w.At.Microseconds(), t.now)
	if err != nil {
		return fmt.Errorf("store gauge %s %s of %v: %w", g.Owner, g.Name, r.Device, err)
	}
	return nil
}

// AlarmHubLost is the kind of alarm that rule H3 raises: the hub once acknowledged these numbers and lost them.
const AlarmHubLost = "hub_lost"

// Alarm notes that something is wrong with a run of numbers.
func (t *Tx) Alarm(ctx context.Context, r *Receipt, kind string, run interval.Run) error {
	if _, err := t.stmt(ctx, t.stmts.newAlarm).ExecContext(ctx, r.id, kind, run.First, run.Last, t.now); err != nil {
		return fmt.Errorf("raise alarm %s of %v %s: %w", kind, r.Device, r.Stream, err)
	}
	return nil
}
