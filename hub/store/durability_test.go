package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// TestSettings: what the promise "on disk when Write returns" stands on.
func TestSettings(t *testing.T) {
	s, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "hub.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "10000"} {
		if got, err := s.Pragma(t.Context(), name); err != nil || got != want {
			t.Errorf("%s is %q, want %q, %v", name, got, want, err)
		}
	}
}

func TestPathWithOddCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hub 50% ?mode=ro#x.db")
	s, err := store.Open(t.Context(), store.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := store.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if n, err := r.Audit(t.Context(), func(*store.Claim) error { return nil }); n != 0 || err != nil {
		t.Errorf("audit: %d, %v", n, err)
	}
}

func TestFolderMustExist(t *testing.T) {
	if _, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "no", "hub.db")}); err == nil {
		t.Error("opened a database in a folder that does not exist")
	}
}

// TestFailedWriteLeavesNothing: the first error undoes everything in its transaction.
func TestFailedWriteLeavesNothing(t *testing.T) {
	s := open(t)
	broken := errors.New("broken")
	err := s.Write(t.Context(), moment(), func(tx *store.Tx) error {
		r := receipt(t.Context(), t, tx, 1, wire.Results)
		if err := tx.Insert(t.Context(), r, []store.Row{{Number: 1, Kind: store.KindResult}}); err != nil {
			t.Error(err)
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatalf("write returned %v", err)
	}
	if all, err := s.Devices(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("devices after a failed write: %+v, %v", all, err)
	}
}

// TestWritersTakeTurns: two stores over one file lock each other's receipts, so no count is lost.
func TestWritersTakeTurns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hub.db")
	var writers sync.WaitGroup
	for _, s := range []*store.Store{reopen(t, path), reopen(t, path)} {
		writers.Go(func() {
			for range 50 {
				write(t, s, moment(), func(ctx context.Context, tx *store.Tx) error {
					r := receipt(ctx, t, tx, 1, wire.Results)
					r.UpTo++
					return tx.Save(ctx, r, nil)
				})
			}
		})
	}
	writers.Wait()
	all, err := reopen(t, path).Streams(t.Context(), device())
	if err != nil || len(all) != 1 || all[0].UpTo != 100 {
		t.Errorf("after 100 increments: %+v, %v", all, err)
	}
}
