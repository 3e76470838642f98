package uplink_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/sync/uplink"
	"github.com/dunlin-iot/dunlin/sync/uplink/uplinktest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// world is a device, a scripted broker and a hub, in a bubble of fake time.
type world struct {
	box    *uplinktest.Box
	broker *uplinktest.Script
	hub    *uplinktest.Hub
	up     *uplink.Uplink
	cancel context.CancelFunc
	done   chan error
}

var device = wire.Base{Tenant: "acme", Device: "d1"}

// bubble runs test in fake time with an uplink that is running; it ends when the uplink has stopped.
func bubble(t *testing.T, prepare func(*world, *uplink.Config), test func(*testing.T, *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			box: uplinktest.NewBox(wire.Events, wire.Results, wire.Metrics), broker: &uplinktest.Script{}, hub: &uplinktest.Hub{},
			done: make(chan error, 1),
		}
		w.broker.Publish = w.answers
		cfg := uplink.Config{URL: "mqtt://hub", Base: device, Boot: 7, Version: "1.2.3", Dial: w.broker.Dial}
		if prepare != nil {
			prepare(w, &cfg)
		}
		w.up = uplink.New(w.box, cfg)
		ctx, cancel := context.WithCancel(t.Context())
		w.cancel = cancel
		go func() { w.done <- w.up.Run(ctx) }()
		test(t, w)
		w.stop(t)
	})
}

func (w *world) answers(topic string, payload []byte) []uplinktest.Answer {
	if a, ok := w.hub.Take(topic, payload); ok {
		return []uplinktest.Answer{a}
	}
	return nil
}

func (w *world) stop(t *testing.T) {
	t.Helper()
	w.cancel()
	if err := <-w.done; err != nil {
		t.Errorf("run: %v", err)
	}
	if f := w.hub.Faults(); len(f) > 0 {
		t.Errorf("the hub got what no device should send: %v", f)
	}
	w.done <- nil
}

// after lets fake time pass.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (w *world) wantDelivered(t *testing.T, s wire.Stream, n int) {
	t.Helper()
	if got, _ := w.hub.Delivered(s); got != n {
		t.Fatalf("%s: the hub has %d records, want %d; status %+v", s, got, n, w.up.Status())
	}
}

func (w *world) wantAcked(t *testing.T, s wire.Stream, n uint64) {
	t.Helper()
	if got := w.box.Acked(s); got != n {
		t.Fatalf("%s: acknowledged up to %d, want %d; status %+v", s, got, n, w.up.Status())
	}
}
