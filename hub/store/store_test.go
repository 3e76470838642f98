package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/hub/store/interval"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

type run = interval.Run

// a fixed moment of receipt
func moment() time.Time { return time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC) }

func device() store.Device { return store.Device{Tenant: "acme", Name: "watch-1"} }

func open(t *testing.T) *store.Store {
	t.Helper()
	return reopen(t, filepath.Join(t.TempDir(), "hub.db"))
}

func reopen(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Path: path, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func write(t *testing.T, s *store.Store, at time.Time, do func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), at, func(tx *store.Tx) error { return do(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func receipt(ctx context.Context, t *testing.T, tx *store.Tx, e byte, st wire.Stream) *store.Receipt {
	t.Helper()
	r, err := tx.Receipt(ctx, device(), wire.Epoch{e}, st, 1)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReceiptSurvivesReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hub.db")
	s := reopen(t, path)
	spans := []wire.Span{{Life: wire.Life{1}, From: 1, Head: 40}, {Life: wire.Life{2}, From: 41, Head: 60}}
	write(t, s, moment(), func(ctx context.Context, tx *store.Tx) error {
		r := receipt(ctx, t, tx, 7, wire.Results)
		if r.UpTo != 0 || !r.Union().Empty() || len(r.Lives) != 0 {
			t.Errorf("a new receipt holds %+v", r)
		}
		r.UpTo, r.Delivered = 30, interval.Of(run{First: 1, Last: 20}, run{First: 31, Last: 33})
		r.Gaps[wire.Evicted], r.Gaps[wire.HubLost] = interval.Of(run{First: 21, Last: 29}), interval.Of(run{First: 30, Last: 30})
		return tx.Save(ctx, r, spans)
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, path)
	all, err := s.Streams(t.Context(), device())
	if err != nil || len(all) != 1 {
		t.Fatalf("streams: %v, %v", all, err)
	}
	c := all[0]
	if c.Epoch != (wire.Epoch{7}) || c.UpTo != 30 || c.Delivered != 23 || c.Head != 60 || c.Waiting != 27 || c.Lives != 2 {
		t.Errorf("completeness is %+v", c)
	}
	if c.Gaps[wire.Evicted] != 9 || c.Gaps[wire.HubLost] != 1 || !c.First.Equal(moment()) {
		t.Errorf("gaps are %v, first receipt %v", c.Gaps, c.First)
	}
	write(t, s, moment(), func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.Receipt(ctx, device(), wire.Epoch{7}, wire.Results, 42)
		if err == nil && (len(r.Lives) != 1 || r.Lives[0] != spans[1]) {
			t.Errorf("lives that reach number 42: %v", r.Lives)
		}
		return err
	})
}
