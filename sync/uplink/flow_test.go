package uplink_test

import (
	"errors"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/sync/uplink"
	"github.com/dunlin-iot/dunlin/sync/uplink/uplinktest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestDrainsAndThenSendsAtEachCommit(t *testing.T) {
	bubble(t, func(w *world, _ *uplink.Config) {
		w.box.AddCopies(wire.Results, 20_000, []byte("result"))
		w.box.AddCopies(wire.Events, 3, []byte("event"))
	}, func(t *testing.T, w *world) {
		after(0)
		w.wantDelivered(t, wire.Results, 20_000)
		w.wantAcked(t, wire.Results, 20_000)
		w.wantAcked(t, wire.Events, 3)
		for i := range 5 {
			w.box.AddCopies(wire.Results, 1, []byte("one more"))
			after(0) // no time passes: the commit itself wakes the uplink
			w.wantAcked(t, wire.Results, uint64(20_001+i))
		}
		if s := w.up.Status(); s.State != uplink.Ready || s.Inflight != 0 || s.Repeated != 0 || s.LastAck.IsZero() || s.Sent == 0 || s.Received == 0 {
			t.Errorf("status %+v", s)
		}
	})
}

// The most important stream goes first, and no stream waits for another to be empty.
func TestOrderOfStreams(t *testing.T) {
	var order []wire.Stream
	bubble(t, func(w *world, c *uplink.Config) {
		c.Batch.Records = 10
		for _, s := range w.box.Streams() {
			w.box.AddCopies(s, 30, []byte("x"))
		}
		w.broker.Publish = func(topic string, p []byte) []uplinktest.Answer {
			if at, err := wire.ParseTopic("", topic); err == nil && at.Kind == wire.KindData {
				order = append(order, at.Stream)
			}
			return w.answers(topic, p)
		}
	}, func(t *testing.T, w *world) {
		after(0)
		if len(order) != 9 {
			t.Fatalf("%d batches, want 9: %v", len(order), order)
		}
		for i, s := range order {
			if want := w.box.Streams()[i%3]; s != want {
				t.Fatalf("batch %d is of %s, want %s: %v", i, s, want, order)
			}
		}
	})
}

func TestWindowIsBounded(t *testing.T) {
	bubble(t, func(w *world, c *uplink.Config) {
		c.Window, c.Batch.Records = 3, 10
		w.box.AddCopies(wire.Results, 1000, []byte("x"))
		w.broker.Publish = func(topic string, p []byte) []uplinktest.Answer { w.hub.Take(topic, p); return nil }
	}, func(t *testing.T, w *world) {
		after(0)
		if s := w.up.Status(); s.Inflight != 3 || w.hub.Batches() != 3 {
			t.Fatalf("%d batches under way, %d arrived, want 3", s.Inflight, w.hub.Batches())
		}
	})
}

func TestLostAnswerIsAskedForAgain(t *testing.T) {
	lose := 1
	bubble(t, func(w *world, c *uplink.Config) {
		c.Batch.Records = 10
		w.box.AddCopies(wire.Results, 10, []byte("x"))
		w.broker.Publish = func(topic string, p []byte) []uplinktest.Answer {
			a := w.answers(topic, p)
			if len(a) > 0 && lose > 0 {
				lose--
				return nil
			}
			return a
		}
	}, func(t *testing.T, w *world) {
		after(2 * time.Second)
		w.wantAcked(t, wire.Results, 0)
		after(3 * time.Second)
		w.wantAcked(t, wire.Results, 10)
		if _, twice := w.hub.Delivered(wire.Results); twice != 10 {
			t.Errorf("%d records were repeated, want 10", twice)
		}
	})
}

// Eight lost batches come back one answer after the other, not one timeout after the other.
func TestManyLostBatchesRecoverTogether(t *testing.T) {
	lost := 0
	bubble(t, func(w *world, c *uplink.Config) {
		c.Batch.Records = 10
		w.box.AddCopies(wire.Results, 80, []byte("x"))
		w.broker.Publish = func(topic string, p []byte) []uplinktest.Answer {
			if at, _ := wire.ParseTopic("", topic); at.Kind == wire.KindData && lost < 8 {
				lost++
				return nil
			}
			return w.answers(topic, p)
		}
	}, func(t *testing.T, w *world) {
		after(8 * time.Second)
		w.wantAcked(t, wire.Results, 80)
	})
}

// While the hub is away and the broker is not, nothing is ever refused, and repetitions become rare.
func TestSilentHubLosesNothing(t *testing.T) {
	silent := true
	bubble(t, func(w *world, _ *uplink.Config) {
		w.box.AddCopies(wire.Results, 100, []byte("x"))
		w.box.AddCopies(wire.Events, 1, []byte("x"))
		w.broker.Publish = func(topic string, p []byte) []uplinktest.Answer {
			if silent {
				return nil
			}
			return w.answers(topic, p)
		}
	}, func(t *testing.T, w *world) {
		after(time.Hour)
		s := w.up.Status()
		if s.State != uplink.Ready || s.Reconnects() != 0 {
			t.Fatalf("status %+v", s)
		}
		if s.Repeated < 50 || s.Repeated > 400 {
			t.Errorf("%d repetitions in an hour of silence, want one or two a minute for each stream", s.Repeated)
		}
		w.broker.Change(func(*uplinktest.Script) { silent = false })
		after(2 * time.Minute)
		w.wantAcked(t, wire.Results, 100)
		w.wantAcked(t, wire.Events, 1)
		if r := w.box.Refused(wire.Results); len(r) > 0 {
			t.Errorf("refused %v", r)
		}
	})
}

// Rule D7: the one record that the hub never answers becomes a gap, all others arrive.
func TestPoisonIsFoundAndRefused(t *testing.T) {
	for _, at := range []int{1, 100, 137, 256} {
		bubble(t, func(w *world, c *uplink.Config) {
			c.Batch.Records = 64
			w.hub.Poison = []byte("poison")
			w.box.AddCopies(wire.Results, at-1, []byte("x"))
			w.box.Add(wire.Results, w.hub.Poison)
			w.box.AddCopies(wire.Results, 300-at, []byte("x"))
		}, func(t *testing.T, w *world) {
			after(25 * time.Minute)
			w.wantAcked(t, wire.Results, 300)
			w.wantDelivered(t, wire.Results, 299)
			if r := w.box.Refused(wire.Results); len(r) != 1 || r[0] != uint64(at) {
				t.Fatalf("refused %v, want %d", r, at)
			}
			if c := w.hub.Gap(wire.Results, w.box.Epoch, uint64(at)); c != wire.Refused {
				t.Errorf("the gap's cause is %v", c)
			}
		})
	}
}

// A stuck stream does not hold the others.
func TestPoisonHoldsOnlyItsStream(t *testing.T) {
	bubble(t, func(w *world, c *uplink.Config) {
		w.hub.Poison = []byte("poison")
		w.box.Add(wire.Events, w.hub.Poison)
	}, func(t *testing.T, w *world) {
		for i := range 20 {
			w.box.AddCopies(wire.Results, 5000, []byte("x"))
			after(time.Second)
			w.wantAcked(t, wire.Results, uint64(5000*(i+1)))
		}
	})
}

func TestTooLargeRecordIsRefusedAtOnce(t *testing.T) {
	bubble(t, func(w *world, c *uplink.Config) {
		c.MaxMessage = 2000
		w.box.AddCopies(wire.Results, 50, make([]byte, 100))
		w.box.Add(wire.Results, make([]byte, 2001))
		w.box.AddCopies(wire.Results, 50, make([]byte, 100))
	}, func(t *testing.T, w *world) {
		after(2 * time.Second)
		w.wantAcked(t, wire.Results, 101)
		w.wantDelivered(t, wire.Results, 100)
		if r := w.box.Refused(wire.Results); len(r) != 1 || r[0] != 51 {
			t.Errorf("refused %v, want 51", r)
		}
	})
}

func TestRewindIsPassedOnAndStartsAgain(t *testing.T) {
	rewound := false
	bubble(t, func(w *world, _ *uplink.Config) {
		w.box.AddCopies(wire.Results, 10, []byte("x"))
		w.broker.Publish = func(topic string, p []byte) []uplinktest.Answer {
			b, err := wire.DecodeBatch(p)
			if err != nil || rewound {
				return w.answers(topic, p)
			}
			rewound = true
			ack, _ := wire.EncodeAck(nil, wire.Ack{Epoch: b.Epoch, Life: b.Life, Rewind: &wire.Life{9}})
			return []uplinktest.Answer{{Topic: device.Ack(wire.Results), Payload: ack}}
		}
	}, func(t *testing.T, w *world) {
		after(2 * time.Second)
		if w.box.Rewinds() != 1 {
			t.Fatalf("%d rewinds, want 1", w.box.Rewinds())
		}
		w.wantAcked(t, wire.Results, 10)
		w.wantDelivered(t, wire.Results, 10)
	})
}

func TestSpoolTroubleIsSurvived(t *testing.T) {
	bubble(t, func(w *world, _ *uplink.Config) {
		w.box.Fail(errors.New("disk"))
		w.box.AddCopies(wire.Results, 10, []byte("x"))
	}, func(t *testing.T, w *world) {
		after(time.Minute)
		w.wantAcked(t, wire.Results, 0)
		w.box.Fail(nil)
		after(2 * time.Second)
		w.wantAcked(t, wire.Results, 10)
	})
}
