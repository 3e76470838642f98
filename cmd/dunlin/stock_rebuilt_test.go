package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/agent/config"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// notes keeps what it is given; with a fault it keeps nothing.
type notes struct {
	fault  error
	events []wire.Event
}

func (n *notes) Append(s wire.Stream, _ time.Duration, record []byte) error {
	if n.fault != nil {
		return n.fault
	}
	v, err := wire.DecodeRecord(record)
	if e, ok := v.(wire.Event); ok && s == wire.Events {
		n.events = append(n.events, e)
	}
	return err
}

// TestRebuiltShelfIsTold: that the state of the shelf was lost is an event, told once, and again while nobody has heard it.
func TestRebuiltShelfIsTold(t *testing.T) {
	dir := t.TempDir()
	n := &notes{fault: errors.New("the spool is full")}
	open := func() *stock {
		t.Helper()
		s, err := newStock(&config.Config{State: dir}, deps{clock: clock.System{}, log: slog.New(slog.DiscardHandler)}, &library{}, n)
		if err != nil {
			t.Fatal(err)
		}
		s.tellRebuilt()
		return s
	}
	if s := open(); s.rebuilt() != "" {
		t.Errorf("of a new shelf: %s", s.rebuilt())
	}
	if err := os.WriteFile(filepath.Join(dir, "models", "state.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	open()
	n.fault = nil
	if s := open(); len(n.events) != 1 || !strings.Contains(s.rebuilt(), "state.json was damaged: unexpected end of JSON input") {
		t.Errorf("told %+v, status %q", n.events, s.rebuilt())
	}
	if s := open(); s.rebuilt() != "" || len(n.events) != 1 {
		t.Errorf("after a start without damage: %+v, status %q", n.events, s.rebuilt())
	}
	if e := n.events[0]; e.Name != wire.EventShelfRebuilt || e.Facts["versions"] != int64(0) || e.Facts["reason"] != "state.json was damaged: unexpected end of JSON input" {
		t.Errorf("event %+v", e)
	}
}
