package fleettest

import (
	"context"
	"crypto/sha256"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/fleet"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// World is a store, a fleet over it and the time both see.
type World struct {
	Fleet *fleet.Fleet
	Store *store.Store

	t   testing.TB
	mu  sync.Mutex
	now time.Time
}

// New opens a world at 2026-11-24 08:00 UTC; it ends with the test.
func New(t testing.TB) *World {
	t.Helper()
	st, err := store.Open(context.Background(), store.Config{Path: filepath.Join(t.TempDir(), "hub.db"), NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &World{Store: st, t: t, now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}
	w.Restart()
	return w
}

// Restart is a new run of the hub over the same store.
func (w *World) Restart() { w.Fleet = fleet.New(w.Store, fleet.Config{Now: w.Now}) }

// Now is the world's time.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// Pass lets time pass.
func (w *World) Pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// Key is the device named name of the tenant dev.
func Key(name string) fleet.Key { return fleet.Key{Tenant: "dev", Name: name} }

// Say is a message of the device's state topic.
func (w *World) Say(name string, phase wire.Phase, conn string) {
	w.t.Helper()
	p, err := wire.EncodeState(wire.State{Phase: phase, Boot: 1, Conn: conn, Version: "0.1.0"})
	if err == nil {
		err = w.Fleet.HandleState(context.Background(), Key(name), p)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// Put stores records with the next numbers of the device's stream, all made and received now.
func (w *World) Put(name string, st wire.Stream, records ...[]byte) {
	w.t.Helper()
	w.put(name, st, w.sinceBoot(), records)
}

// Late stores one result that was made some time ago and is received now.
func (w *World) Late(name string, age time.Duration, record []byte) {
	w.t.Helper()
	w.put(name, wire.Results, w.sinceBoot()-age, [][]byte{record})
}

func (w *World) put(name string, st wire.Stream, at time.Duration, records [][]byte) {
	w.t.Helper()
	w.change(name, st, func(ctx context.Context, tx *store.Tx, r *store.Receipt) error {
		rows := make([]store.Row, len(records))
		for i, data := range records {
			n := r.Union().Last() + 1
			rows[i] = store.Row{Number: n, Boot: 1, At: at, Kind: store.Kind(data[1]), Data: data}
			r.Delivered.Add(run(n, n))
			if err := w.fact(ctx, tx, r, rows[i]); err != nil {
				return err
			}
		}
		return tx.Insert(ctx, r, rows)
	})
}

// boot is the moment the devices of a world started.
func boot() time.Time { return time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC) }

func (w *World) sinceBoot() time.Duration { return w.Now().Sub(boot()) }

// fact keeps besides the record what ingest keeps of it.
func (w *World) fact(ctx context.Context, tx *store.Tx, r *store.Receipt, row store.Row) error {
	v, err := wire.DecodeRecord(row.Data)
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case wire.Definition:
		return tx.Define(ctx, r, row.Data)
	case wire.Counter:
		return tx.Count(ctx, r, v)
	case wire.Gauge:
		return tx.Measure(ctx, r, row, v)
	}
	return nil
}

// Lose gives the next n numbers of a stream to a gap.
func (w *World) Lose(name string, st wire.Stream, n uint64, cause wire.Cause) {
	w.t.Helper()
	w.change(name, st, func(_ context.Context, _ *store.Tx, r *store.Receipt) error {
		first := r.Union().Last() + 1
		set := r.Gaps[cause]
		set.Add(run(first, first+n-1))
		r.Gaps[cause] = set
		return nil
	})
}

// Wait makes n more numbers known that have not come.
func (w *World) Wait(name string, st wire.Stream, n uint64) {
	w.t.Helper()
	w.save(name, st, n, func(context.Context, *store.Tx, *store.Receipt) error { return nil })
}

func (w *World) change(name string, st wire.Stream, do func(context.Context, *store.Tx, *store.Receipt) error) {
	w.t.Helper()
	w.save(name, st, 0, do)
	w.Fleet.Changed(Key(name))
}

func (w *World) save(name string, st wire.Stream, waiting uint64, do func(context.Context, *store.Tx, *store.Receipt) error) {
	w.t.Helper()
	ctx, sum := context.Background(), sha256.Sum256([]byte(name))
	err := w.Store.Write(ctx, w.Now(), func(tx *store.Tx) error {
		r, err := tx.Receipt(ctx, Key(name), wire.Epoch(sum[:16]), st, 1)
		if err == nil {
			err = do(ctx, tx, r)
		}
		if err != nil {
			return err
		}
		r.UpTo = r.Union().Prefix()
		return tx.Save(ctx, r, []wire.Span{{Life: wire.Life(sum[16:24]), From: 1, Head: r.Union().Last() + waiting}})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
