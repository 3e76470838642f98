package fleet

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// ErrUnknown is what reads of one device wrap when the hub never heard of it.
var ErrUnknown = store.ErrUnknownDevice

// Config of a Fleet; the zero value is usable.
type Config struct {
	Now    func() time.Time // nil: time.Now
	Logger *slog.Logger     // nil: nothing is logged
}

// Fleet answers what an operator asks. It may be used by many goroutines at once.
type Fleet struct {
	store    *store.Store
	cfg      Config
	started  time.Time
	watchers *watchers
	dates    *dates
	glance   glance

	mu    sync.Mutex
	heard map[Key]wire.State // what each device said since this hub started
}

// New makes a Fleet over an open store, which stays the caller's.
func New(st *store.Store, cfg Config) *Fleet {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Fleet{store: st, cfg: cfg, started: cfg.Now(), watchers: newWatchers(), dates: newDates(),
		heard: map[Key]wire.State{}}
}

// Changed tells the watchers of a device that records of it were committed.
func (f *Fleet) Changed(k Key) { f.watchers.signal(k) }

// Watch returns a channel that receives after something of the device has changed, and a function that ends it. The
// channel is never closed.
func (f *Fleet) Watch(k Key) (<-chan struct{}, func()) { return f.watchers.add(k) }

// Devices lists all devices by tenant and name.
func (f *Fleet) Devices(ctx context.Context) ([]Device, error) {
	rows, err := f.store.Devices(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Device, 0, len(rows))
	for _, row := range rows {
		d, err := f.summary(ctx, row)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

func (f *Fleet) summary(ctx context.Context, row store.DeviceRow) (Device, error) {
	streams, err := f.Streams(ctx, row.Device)
	if err != nil {
		return Device{}, err
	}
	last, err := f.Decisions(ctx, row.Device, "", 1)
	if err != nil {
		return Device{}, err
	}
	d := f.device(row, streams)
	if len(last) > 0 {
		d.Last = &last[0]
	}
	return d, nil
}

// device puts together what is known at a glance, all but the last decision.
func (f *Fleet) device(row store.DeviceRow, streams []Stream) Device {
	state, said := f.state(row)
	d := Device{Tenant: row.Tenant, Name: row.Name, State: state, Since: row.StateAt, Seen: row.LastSeen,
		Version: said.Version, Boot: said.Boot}
	d.Stale = state == Ready && f.cfg.Now().Sub(row.LastSeen) > stale
	for _, s := range streams {
		d.Delivered += s.Delivered
		d.Missing += s.Missing()
		d.Waiting += s.Waiting
	}
	d.Problem = problem(d, f.cfg.Now(), streams)
	return d
}
