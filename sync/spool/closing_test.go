package spool_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// loseFile ends the epoch of a spool that is not open.
func loseFile(t *testing.T, dir string) {
	t.Helper()
	if err := os.Truncate(filepath.Join(dir, "spool.db"), 8192); err != nil {
		t.Fatal(err)
	}
}

// checkClosed opens what a crash or a stop left: it tells once that e ended.
func checkClosed(t *testing.T, dir string, e wire.Epoch) {
	t.Helper()
	s := open(t, dir, config())
	flush(t, s)
	if got := only(t, events(t, s), wire.EventEpochClosed); got.Facts["epoch"] != e.String() {
		t.Errorf("epoch %v is closed, want %v", got.Facts["epoch"], e)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCrashWhileMakingRoom: the first commit of a new epoch finds the file full; a crash at any point of making room
// and of the commit that follows must not silence the end of the epoch before.
func TestCrashWhileMakingRoom(t *testing.T) {
	dir, e := filled(t)
	loseFile(t, dir)
	var crashes []string
	cfg := spool.WithFail(config(), func(point string) {
		if point == "commit.before" || point == "commit.after" {
			crashes = append(crashes, copyDir(t, dir))
		}
	})
	evictions, refusals := 0, 0
	cfg = spool.WithRefusals(cfg, func(evicting bool) error {
		if evicting {
			evictions++
		} else if refusals == 0 {
			refusals++
			return bbolterrors.ErrMaxSizeReached
		}
		return nil
	})
	s := open(t, dir, cfg)
	put(t, s, wire.Results, 1, 3)
	flush(t, s)
	if evictions != 1 || refusals != 1 || len(crashes) < 6 {
		t.Fatalf("%d evictions, %d refusals, %d points", evictions, refusals, len(crashes))
	}
	for _, crashed := range crashes {
		checkClosed(t, crashed, e)
	}
	if diff := cmp.Diff(numbers(1, 3), contents(t, s, wire.Results)); diff != "" {
		t.Error(diff)
	}
	only(t, events(t, s), wire.EventEpochClosed)
}

// TestCloseFindsDamage: Peek saw the damage, and the ordered stop is what replaces the file.
func TestCloseFindsDamage(t *testing.T) {
	dir, e := filled(t)
	var crashes []string
	s := open(t, dir, spool.WithFail(config(), func(point string) {
		if point != "epoch.created" { // before the side file, the old epoch is still to be closed: the next opening does
			crashes = append(crashes, copyDir(t, dir))
		}
	}))
	loseFile(t, dir)
	put(t, s, wire.Results, 1, 3) // so that the stop commits into the new file
	if _, _, _, err := s.Peek(wire.Results, wire.Cursor{}, wire.Limit{}); err == nil {
		t.Fatal("a file without its pages was read")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	checkClosed(t, dir, e)
	for _, crashed := range crashes {
		checkClosed(t, crashed, e)
	}
}

// TestTwoEpochsEnd: the second file breaks before any commit could tell of the first.
func TestTwoEpochsEnd(t *testing.T) {
	dir, first := filled(t)
	loseFile(t, dir)
	broken := errors.New("input/output error")
	refusals := 1
	s := open(t, dir, spool.WithRefusals(config(), func(bool) error {
		if refusals--; refusals == 0 {
			return broken
		}
		return nil
	}))
	second := s.Stats().Epoch
	put(t, s, wire.Results, 1, 3)
	flush(t, s)
	var closed []any
	for _, e := range events(t, s) {
		if e.Name == wire.EventEpochClosed {
			closed = append(closed, e.Facts["epoch"])
		}
	}
	if diff := cmp.Diff([]any{first.String(), second.String()}, closed); diff != "" {
		t.Error(diff)
	}
}

// TestRefuseLostEpoch: the hub will not have the gap of a lost epoch; the ledger counts its numbers, once, and a
// warning is logged.
func TestRefuseLostEpoch(t *testing.T) {
	dir, e := filled(t)
	loseFile(t, dir)
	var log bytes.Buffer
	cfg := config()
	cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	s := open(t, dir, cfg)
	gap := drain(t, s, wire.Results, wire.Limit{})[0].Gaps[0]
	for _, epoch := range []wire.Epoch{{1}, e, e} {
		if err := s.Refuse(wire.Results, epoch, gap.Last); err != nil {
			t.Fatal(err)
		}
	}
	flush(t, s)
	crashed := open(t, copyDir(t, dir), config())
	want := []wire.Counter{{Owner: "spool/results", Cause: "epoch_lost_untold", Total: gap.Last}}
	for _, s := range []*spool.Spool{s, crashed} {
		if diff := cmp.Diff(want, s.Ledger()); diff != "" || s.Stats().Lost != 0 {
			t.Errorf("%d lost epochs; %s", s.Stats().Lost, diff)
		}
	}
	if n := strings.Count(log.String(), "level=WARN msg=\"gap of a lost epoch refused"); n != 1 {
		t.Errorf("%d warnings in %s", n, log.String())
	}
}
