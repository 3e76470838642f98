package uplink_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/sync/uplink"
	"github.com/dunlin-iot/dunlin/sync/uplink/uplinktest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Garbage from the hub's side is counted, said once, and changes nothing.
func TestGarbageIsCountedAndSaidOnce(t *testing.T) {
	var log bytes.Buffer
	bubble(t, func(_ *world, c *uplink.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) }, func(t *testing.T, w *world) {
		after(0)
		for _, topic := range []string{
			device.Ack(wire.Results), device.Ack("unknown"), device.Desired(), "x", "", "dunlin/v1/acme/d1/down/cmd/7",
			wire.Base{Tenant: "acme", Device: "d2"}.Ack(wire.Results),
		} {
			w.broker.Send(topic, []byte("\xff\x00garbage"))
			after(0)
		}
		if s := w.up.Status(); s.Undecodable != 7 || s.State != uplink.Ready {
			t.Errorf("status %+v", s)
		}
		if n := strings.Count(log.String(), "makes no sense"); n != 1 {
			t.Errorf("%d lines, want 1:\n%s", n, log.String())
		}
		w.box.AddCopies(wire.Results, 5, []byte("x"))
		after(0)
		w.wantAcked(t, wire.Results, 5)
	})
}

// An answer that decodes may still lie: about another epoch, another life, or a number that was never sent.
func TestLyingAnswers(t *testing.T) {
	bubble(t, func(w *world, c *uplink.Config) {
		w.broker.Publish = nil
		w.box.AddCopies(wire.Results, 10, []byte("x"))
	}, func(t *testing.T, w *world) {
		after(0)
		for _, a := range []wire.Ack{
			{Epoch: wire.Epoch{9}, Life: w.box.Life, UpTo: 10},
			{Epoch: w.box.Epoch, Life: wire.Life{9}, UpTo: 10},
			{Epoch: w.box.Epoch, Life: w.box.Life, UpTo: 0},
		} {
			p, err := wire.EncodeAck(nil, a)
			if err != nil {
				t.Fatal(err)
			}
			w.broker.Send(device.Ack(wire.Results), p)
			after(0)
			if s := w.up.Status(); s.Inflight != 1 {
				t.Fatalf("after %+v: %d batches under way, want 1", a, s.Inflight)
			}
			w.wantAcked(t, wire.Results, 0)
		}
	})
}

// TestHubOfAnotherDevice: a hub that answers every batch, for an hour, with what is not about it proves neither that it is
// there nor that a record is what it cannot take: nothing is refused, and it does not fill the log.
func TestHubOfAnotherDevice(t *testing.T) {
	for name, lie := range map[string]wire.Ack{
		"another epoch": {Epoch: wire.Epoch{9}, Life: wire.Life{9}, UpTo: 10},
		"another life":  {Epoch: wire.Epoch{0xe1}, Life: wire.Life{9}, UpTo: 10},
		"a rewind":      {Epoch: wire.Epoch{9}, Life: wire.Life{9}, Rewind: &wire.Life{8}},
	} {
		t.Run(name, func(t *testing.T) {
			payload, err := wire.EncodeAck(nil, lie)
			if err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			bubble(t, func(w *world, c *uplink.Config) {
				c.Logger = slog.New(slog.NewTextHandler(&log, nil))
				w.broker.Publish = func(topic string, _ []byte) []uplinktest.Answer {
					if topic == device.State() {
						return nil
					}
					return []uplinktest.Answer{{Topic: device.Ack(wire.Results), Payload: payload}, {Topic: device.Ack(wire.Events), Payload: payload}}
				}
				w.box.AddCopies(wire.Results, 4, []byte("x"))
				w.box.AddCopies(wire.Events, 4, []byte("x"))
			}, func(t *testing.T, w *world) {
				after(time.Hour)
				for _, s := range []wire.Stream{wire.Results, wire.Events} {
					if r := w.box.Refused(s); len(r) > 0 {
						t.Errorf("%s: refused %v", s, r)
					}
				}
				if n := w.up.Status().Batches; n > 200 {
					t.Errorf("%d batches were sent in vain", n)
				}
				if n := strings.Count(log.String(), "\n"); n > 10 {
					t.Errorf("%d lines in the log, such as %.600s", n, log.String())
				}
				w.broker.Change(func(s *uplinktest.Script) { s.Publish = w.answers })
				after(5 * time.Minute)
				w.wantDelivered(t, wire.Results, 4)
				w.wantAcked(t, wire.Events, 4)
			})
		})
	}
}

// FuzzAnswers sends any bytes as an acknowledgement while records are under way: the uplink stays up, and afterwards
// everything is delivered.
func FuzzAnswers(f *testing.F) {
	seed := func(a wire.Ack) {
		p, err := wire.EncodeAck(nil, a)
		if err != nil {
			f.Fatal(err)
		}
		f.Add("results", p)
	}
	seed(wire.Ack{Epoch: wire.Epoch{0xe1}, Life: wire.Life{0x11}, UpTo: 3})
	seed(wire.Ack{Epoch: wire.Epoch{0xe1}, Life: wire.Life{0x11}, UpTo: wire.MaxNumber})
	seed(wire.Ack{Epoch: wire.Epoch{0xe1}, Life: wire.Life{0x11}, Rewind: &wire.Life{1}})
	f.Add("events", []byte{})
	f.Add("../x", []byte{0xa1})
	f.Fuzz(func(t *testing.T, stream string, payload []byte) {
		if len(stream) > 1000 || len(payload) > wire.MaxMessage {
			return
		}
		bubble(t, func(w *world, c *uplink.Config) {
			w.broker.Publish = nil
			c.Batch.Records = 2
			w.box.AddCopies(wire.Results, 10, []byte("x"))
		}, func(t *testing.T, w *world) {
			after(0)
			w.broker.Send(device.Ack(wire.Stream(stream)), payload)
			after(0)
			acked := w.box.Acked(wire.Results)
			if w.box.Rewinds() == 0 {
				w.broker.Change(func(s *uplinktest.Script) { s.Publish = w.answers })
			}
			w.broker.Cut()
			after(2_000_000_000)
			if s := w.up.Status(); s.State != uplink.Ready {
				t.Fatalf("status %+v", s)
			}
			if got := w.box.Acked(wire.Results); w.box.Rewinds() == 0 && acked == 0 && got != 10 {
				t.Fatalf("acknowledged up to %d, want 10", got)
			}
		})
	})
}
