package spool_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// TestBoots: the boot is counted by the kernel's name for it.
func TestBoots(t *testing.T) {
	dir := t.TempDir()
	for i, id := range []string{"a", "a", "b", "a", "a"} {
		cfg := config()
		cfg.BootID = id
		s := open(t, dir, cfg)
		put(t, s, wire.Events, 1, 1)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if got, want := s.Stats().Boot, []uint64{1, 1, 2, 3, 3}[i]; got != want {
			t.Errorf("opening %d in boot %q: %d, want %d", i, id, got, want)
		}
	}
}

// TestManyLives: a device that is switched off every minute without a link must not outgrow a batch.
func TestManyLives(t *testing.T) {
	dir := quickDir(t)
	for n := range uint64(wire.MaxLives/2 + 10) {
		s := open(t, dir, config())
		put(t, s, wire.Results, n+1, n+1)
		flush(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, dir, config())
	flush(t, s)
	if diff := cmp.Diff(numbers(1, wire.MaxLives/2+10), contents(t, s, wire.Results)); diff != "" {
		t.Error(diff)
	}
	only(t, events(t, s), wire.EventRewound)
}
