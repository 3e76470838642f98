package ingest_test

import (
	"log/slog"
	"testing"

	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestSubscribers(t *testing.T) {
	pub := newRadio()
	in := ingest.New(openStore(t, dbPath(t)), pub, ingest.Config{Gather: -1})
	stop := start(t, in)
	quick, _ := in.Subscribe(10)
	slow, _ := in.Subscribe(1)
	ended, end := in.Subscribe(1)
	end()
	end()
	if _, open := <-ended; open {
		t.Error("an ended subscription delivers")
	}
	for n := range uint64(3) {
		in.Handle(t.Context(), from("watch-1"), wire.Results, encode(t, batch(n+1, 1, span(1, 1, 9))))
		in.Handle(t.Context(), from("watch-1"), wire.Results, encode(t, batch(n+1, 1, span(1, 1, 9)))) // repeated: nothing new
		<-pub.out
		<-pub.out
		c := <-quick
		if len(c.Records) != 1 || c.Records[0].Number != n+1 || c.Device != watch() || c.Stream != wire.Results {
			t.Fatalf("committed %+v", c)
		}
		if _, ok := c.Records[0].Value.(wire.Result); !ok {
			t.Errorf("record is a %T", c.Records[0].Value)
		}
	}
	stop()
	if c, open := <-slow; !open || c.Records[0].Number != 1 {
		t.Error("the slow subscriber lost what it had room for")
	}
	if _, open := <-slow; open {
		t.Error("the slow subscriber was not dropped")
	}
	if _, open := <-quick; open {
		t.Error("a subscription outlives Run")
	}
	late, _ := in.Subscribe(1)
	if _, open := <-late; open {
		t.Error("a subscription after Run is open")
	}
	if s := in.Stats(); s.Behind != 1 {
		t.Errorf("stats are %+v", s)
	}
}

// TestRewindIsSaidOnce: a clone that does not give way repeats its batch for ever; the log does not.
func TestRewindIsSaidOnce(t *testing.T) {
	db := openStore(t, dbPath(t))
	pub, log := newRadio(), newNotes()
	in := ingest.New(db, pub, ingest.Config{Logger: slog.New(log)})
	defer start(t, in)()
	in.Handle(t.Context(), from("watch-1"), wire.Results, encode(t, batch(1, 5, span(1, 1, 5))))
	<-pub.out
	clone := encode(t, batch(4, 1, span(1, 1, 3), span(2, 4, 4)))
	for range 3 {
		in.Handle(t.Context(), from("watch-1"), wire.Results, clone)
		got := <-pub.out
		if got.ack.Rewind == nil || *got.ack.Rewind != life(2) || got.ack.UpTo != 0 || got.ack.Life != life(2) {
			t.Fatalf("answer is %+v", got.ack)
		}
	}
	if s := in.Stats(); s.Rewinds != 3 || s.Records != 5 || log.count("rewind: two lives own the same numbers") != 1 {
		t.Errorf("stats are %+v, logged %v", s, log.said)
	}
}
