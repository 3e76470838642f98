package ingest_test

import (
	"database/sql"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestAcknowledgesOnlyWhatIsCommitted(t *testing.T) {
	db := openStore(t, dbPath(t))
	pub := newRadio()
	pub.look = func() {
		all, err := db.Streams(t.Context(), store.Device{Tenant: "acme", Name: "watch-1"})
		if err != nil || len(all) != 1 || all[0].UpTo != 5 {
			t.Errorf("at the time of the acknowledgement the store holds %+v, %v", all, err)
		}
	}
	in := ingest.New(db, pub, ingest.Config{})
	defer start(t, in)()
	payload := encode(t, batch(1, 5, span(1, 1, 5)))
	for range 2 { // the second time changes nothing and is acknowledged again
		in.Handle(t.Context(), from("watch-1"), wire.Results, payload)
		got := <-pub.out
		want := wire.Ack{Epoch: wire.Epoch{9}, Life: life(1), UpTo: 5}
		if got.ack != want || got.topic != "dunlin/v1/acme/watch-1/down/ack/results" {
			t.Fatalf("acknowledged %+v on %s", got.ack, got.topic)
		}
	}
	if s := in.Stats(); s.Batches != 2 || s.Records != 5 {
		t.Errorf("stats are %+v", s)
	}
}

func TestRefusesWhatItCannotRead(t *testing.T) {
	log := newNotes()
	in := ingest.New(openStore(t, dbPath(t)), newRadio(), ingest.Config{Logger: slog.New(log)})
	good := encode(t, batch(1, 1, span(1, 1, 1)))
	in.Handle(t.Context(), from("watch-1"), wire.Results, []byte("noise"))
	in.Handle(t.Context(), from("watch-1"), wire.Results, good[:len(good)-1])
	in.Handle(t.Context(), from("No Such Name"), wire.Results, good)
	in.Handle(t.Context(), from("watch-1"), "no/stream", good)
	in.Handle(t.Context(), from("watch-1"), wire.Results, encode(t, gap(batch(1, 0, span(1, 1, 3)), 1, 3, wire.HubLost)))
	far := batch(1, 1, span(1, 1, 1))
	far.Boot = 1 << 63
	in.Handle(t.Context(), from("watch-1"), wire.Results, encode(t, far))
	if s := in.Stats(); s.Refused != 6 || s.Queued != 0 {
		t.Errorf("stats are %+v", s)
	}
	in.Handle(t.Context(), from("watch-1"), wire.Results, good)
	if n := log.count("batch refused"); n != 1 || log.count("batches accepted again") != 1 {
		t.Errorf("six refusals in a row were logged %d times", n)
	}
}

func TestQueueIsBounded(t *testing.T) {
	log := newNotes()
	pub := newRadio()
	in := ingest.New(openStore(t, dbPath(t)), pub, ingest.Config{Queue: 2, Logger: slog.New(log)})
	payload := encode(t, batch(1, 1, span(1, 1, 1)))
	for range 5 {
		in.Handle(t.Context(), from("watch-1"), wire.Results, payload)
	}
	if s := in.Stats(); s.Dropped != 3 || s.Queued != 2 {
		t.Errorf("stats are %+v", s)
	}
	stop := start(t, in)
	<-pub.out
	<-pub.out
	stop()
	in.Handle(t.Context(), from("watch-1"), wire.Results, payload)
	if log.count("queue full, batches dropped") != 1 || log.count("queue has room") != 1 {
		t.Errorf("logged %v", log.said)
	}
}

func TestDatabaseAway(t *testing.T) {
	path := dbPath(t)
	db := &flaky{Store: openStore(t, path), tried: make(chan struct{}, 1)}
	pub, log := newRadio(), newNotes()
	in := ingest.New(db, pub, ingest.Config{Retry: time.Millisecond, Gather: -1, Logger: slog.New(log)})
	defer start(t, in)()
	payload := encode(t, batch(1, 5, span(1, 1, 5)))
	db.away.Store(true)
	for range 3 {
		in.Handle(t.Context(), from("watch-1"), wire.Results, payload)
		<-db.tried
	}
	db.away.Store(false)
	in.Handle(t.Context(), from("watch-1"), wire.Results, payload)
	if got := <-pub.out; got.ack.UpTo != 5 || len(pub.out) != 0 {
		t.Errorf("acknowledged %+v, and %d more", got.ack, len(pub.out))
	}
	if s := in.Stats(); s.Deferred != 3 || s.Batches != 1 {
		t.Errorf("stats are %+v", s)
	}
	if log.count("database away, nothing acknowledged") != 1 || log.count("database back") != 1 {
		t.Errorf("logged %v", log.said)
	}
	if r := verified(t, path); !r.Clean() || r.Delivered != 5 {
		t.Errorf("verify: %+v", r)
	}
}

// TestOneDamagedReceipt: a device whose receipt cannot be read holds up no other.
func TestOneDamagedReceipt(t *testing.T) {
	path := dbPath(t)
	db := openStore(t, path)
	pub := newRadio()
	in := ingest.New(db, pub, ingest.Config{Retry: time.Millisecond})
	stop := start(t, in)
	in.Handle(t.Context(), from("broken"), wire.Results, encode(t, batch(1, 1, span(1, 1, 9))))
	<-pub.out
	stop()
	damage(t, path, `UPDATE receipts SET delivered = x'00'`)

	in = ingest.New(db, pub, ingest.Config{Retry: time.Millisecond})
	in.Handle(t.Context(), from("broken"), wire.Results, encode(t, batch(2, 1, span(1, 1, 9))))
	in.Handle(t.Context(), from("watch-1"), wire.Results, encode(t, batch(1, 3, span(1, 1, 9))))
	stop = start(t, in)
	if got := <-pub.out; got.topic != from("watch-1").Ack(wire.Results) || got.ack.UpTo != 3 {
		t.Errorf("acknowledged %+v", got)
	}
	stop()
	if s := in.Stats(); s.Refused != 1 || s.Batches != 1 {
		t.Errorf("stats are %+v", s)
	}
}

func damage(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestLinkDown(t *testing.T) {
	pub, log := newRadio(), newNotes()
	in := ingest.New(openStore(t, dbPath(t)), pub, ingest.Config{Gather: -1, Logger: slog.New(log)})
	sub, end := in.Subscribe(10)
	defer end()
	defer start(t, in)()
	payload := encode(t, batch(1, 2, span(1, 1, 2)))
	pub.down.Store(true)
	in.Handle(t.Context(), from("watch-1"), wire.Results, payload)
	if c := <-sub; len(c.Records) != 2 {
		t.Errorf("committed %d records", len(c.Records))
	}
	pub.down.Store(false)
	in.Handle(t.Context(), from("watch-1"), wire.Results, payload)
	if got := <-pub.out; got.ack.UpTo != 2 {
		t.Errorf("acknowledged %+v", got.ack)
	}
	if log.count("acknowledgement not sent") != 1 {
		t.Errorf("logged %v", log.said)
	}
}

// TestTwoHubs: two workers over one database take the same batches at the same time.
func TestTwoHubs(t *testing.T) {
	path := dbPath(t)
	pub := newRadio()
	pub.out = make(chan sent, 1000)
	hubs := []*ingest.Ingest{
		ingest.New(openStore(t, path), pub, ingest.Config{Gather: time.Millisecond}),
		ingest.New(openStore(t, path), pub, ingest.Config{Gather: -1}),
	}
	var senders sync.WaitGroup
	for _, in := range hubs {
		defer start(t, in)()
		senders.Go(func() {
			for i := range 100 {
				in.Handle(t.Context(), from("watch-1"), wire.Results, encode(t, batch(uint64(i*7+1), 10, span(1, 1, 800))))
			}
		})
	}
	senders.Wait()
	for range 200 {
		<-pub.out
	}
	if r := verified(t, path); !r.Clean() || r.Delivered != 99*7+10 {
		t.Errorf("verify: %+v", r)
	}
}
