package store

import (
	"context"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// EventRow is one event of a device.
type EventRow struct {
	Stamp
	Name  string
	Facts map[string]any // each a string or an int64
}

// Events returns the last limit events of a device, the newest first.
func (s *Store) Events(ctx context.Context, dev Device, limit int) ([]EventRow, error) {
	id, err := s.id(ctx, dev)
	if err != nil {
		return nil, err
	}
	raw, err := s.latest(ctx, id, wire.Events, KindEvent, limit)
	if err != nil {
		return nil, fmt.Errorf("read events of %v: %w", dev, err)
	}
	all := make([]EventRow, 0, len(raw))
	for _, r := range raw {
		v, err := wire.DecodeRecord(r.data)
		if err != nil {
			return nil, fmt.Errorf("read events of %v: %w", dev, err)
		}
		if e, ok := v.(wire.Event); ok {
			all = append(all, EventRow{r.Stamp, e.Name, e.Facts})
		}
	}
	return all, nil
}

// CounterRow is one ledger counter, summed over the device's epochs: how often Owner met Cause.
type CounterRow struct {
	Owner string
	Cause string
	Total uint64
}

// Ledger lists the counters of a device by owner and cause. An unknown device has none.
func (s *Store) Ledger(ctx context.Context, dev Device) ([]CounterRow, error) {
	all, err := scanAll(counterOf)(s.read.QueryContext(ctx, `SELECT l.owner, l.cause, SUM(l.value)
		FROM ledger l JOIN devices d ON d.id = l.device WHERE d.tenant = $1 AND d.name = $2
		GROUP BY l.owner, l.cause ORDER BY l.owner, l.cause`, dev.Tenant, dev.Name))
	if err != nil {
		return nil, fmt.Errorf("read ledger of %v: %w", dev, err)
	}
	return all, nil
}

func counterOf(row scanner) (c CounterRow, err error) {
	err = row.Scan(&c.Owner, &c.Cause, &c.Total)
	return c, err
}

// GaugeRow is the newest value of one gauge. The unit is part of the name.
type GaugeRow struct {
	Owner    string
	Name     string
	Value    float64
	Received time.Time
}

// Gauges lists the gauges of a device by owner and name. An unknown device has none.
func (s *Store) Gauges(ctx context.Context, dev Device) ([]GaugeRow, error) {
	all, err := scanAll(gaugeOf)(s.read.QueryContext(ctx, `SELECT g.owner, g.name, g.value, g.received_us
		FROM gauges g JOIN devices d ON d.id = g.device WHERE d.tenant = $1 AND d.name = $2
		ORDER BY g.owner, g.name`, dev.Tenant, dev.Name))
	if err != nil {
		return nil, fmt.Errorf("read gauges of %v: %w", dev, err)
	}
	return all, nil
}

func gaugeOf(row scanner) (g GaugeRow, err error) {
	var received int64
	err = row.Scan(&g.Owner, &g.Name, &g.Value, &received)
	g.Received = fromMicros(received)
	return g, err
}
