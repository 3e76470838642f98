package ingest_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// TestDamageDoesNotPause: with an hour's pause after a failed database, a healthy device gets its acknowledgement right
// after the batches of damaged ones, be they alone in their transactions or together in one.
func TestDamageDoesNotPause(t *testing.T) {
	const delivered = `UPDATE receipts SET delivered = x'00'`
	for name, c := range map[string]struct {
		damage  string
		records int // in one transaction
	}{
		"delivered, alone": {delivered, 1},
		"gaps, alone":      {`UPDATE receipts SET gaps = x'ff'`, 1},
		"up to, alone":     {`UPDATE receipts SET upto = 'many'`, 1},
		"lives, alone":     {`UPDATE lives SET life = x'00'`, 1},
		"constraint, alone": {`CREATE TRIGGER no BEFORE UPDATE ON receipts WHEN old.device <= 2
			BEGIN SELECT RAISE(ABORT, 'no'); END`, 1},
		"delivered, together": {delivered, 2}, // the damaged two fill a group; the healthy one is the next
	} {
		t.Run(name, func(t *testing.T) {
			path := dbPath(t)
			db, pub, log := openStore(t, path), newRadio(), newNotes()
			take(t, ingest.New(db, pub, ingest.Config{}), pub, 2, "broken-1", "broken-2")
			damage(t, path, c.damage)
			in := ingest.New(db, pub, ingest.Config{Retry: time.Hour, Gather: time.Hour, Records: c.records, Logger: slog.New(log)})
			for _, dev := range []string{"broken-1", "broken-2"} {
				in.Handle(t.Context(), from(dev), wire.Results, encode(t, batch(2, 1, span(1, 1, 9))))
			}
			take(t, in, pub, 1, "watch-1", "watch-1")
			if s := in.Stats(); s.Refused != 2 || s.Deferred != 0 || log.count("database away, nothing acknowledged") != 0 {
				t.Errorf("stats are %+v, logged %v", s, log.said)
			}
		})
	}
}

// take sends one batch for each device and runs in until n are acknowledged.
func take(t *testing.T, in *ingest.Ingest, pub *radio, n int, devices ...string) {
	t.Helper()
	for _, dev := range devices {
		in.Handle(t.Context(), from(dev), wire.Results, encode(t, batch(1, 1, span(1, 1, 9))))
	}
	defer start(t, in)()
	for range n {
		select {
		case <-pub.out:
		case <-time.After(10 * time.Second):
			t.Fatalf("no acknowledgement: %+v", in.Stats())
		}
	}
}
