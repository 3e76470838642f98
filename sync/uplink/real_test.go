package uplink_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/sync/uplink"
	"github.com/dunlin-iot/dunlin/sync/uplink/uplinktest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// field is a device on a real network with a real broker.
type field struct {
	box    *uplinktest.Box
	hub    *uplinktest.Hub
	broker realBroker
	proxy  *uplinktest.Proxy
	up     *uplink.Uplink
	stop   func()
}

// onBrokers runs test once for each broker, and checks that nothing is left running.
func onBrokers(t *testing.T, change func(*uplink.Config), test func(*testing.T, *field)) {
	for _, b := range brokers {
		t.Run(b.name, func(t *testing.T) {
			t.Cleanup(func() { goleak.VerifyNone(t, goleak.IgnoreCurrent()) })
			f := &field{box: uplinktest.NewBox(wire.Events, wire.Results, wire.Samples), hub: &uplinktest.Hub{}}
			f.broker = b.start(t, f.hub)
			var err error
			if f.proxy, err = uplinktest.NewProxy(f.broker.Addr()); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(f.proxy.Close)
			f.run(t, change)
			test(t, f)
			f.stop()
			if bad := f.hub.Faults(); len(bad) > 0 {
				t.Errorf("the hub got what no device should send: %v", bad)
			}
		})
	}
}

func (f *field) run(t *testing.T, change func(*uplink.Config)) {
	cfg := uplink.Config{
		URL: "mqtt://" + f.proxy.Addr(), Base: device, Boot: 1, Version: "test",
		BackoffMin: 10 * time.Millisecond, BackoffMax: 100 * time.Millisecond, AckTimeout: 200 * time.Millisecond, AckTimeoutMax: 2 * time.Second,
	}
	if change != nil {
		change(&cfg)
	}

	f.up = uplink.New(f.box, cfg)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.up.Run(ctx) }()
	stopped := false
	f.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	}
	t.Cleanup(f.stop)
}

func (f *field) ready(t *testing.T) {
	t.Helper()
	eventually(t, "ready", func() bool { return f.up.Status().State == uplink.Ready })
}

func (f *field) drained(t *testing.T, s wire.Stream, n int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d records of %s acknowledged", n, s), func() bool { return f.box.Acked(s) == uint64(n) })
	if got, _ := f.hub.Delivered(s); got != n {
		t.Fatalf("%s: the hub has %d records, want %d", s, got, n)
	}
}

func TestRealBrokers(t *testing.T) {
	onBrokers(t, nil, func(t *testing.T, f *field) {
		f.ready(t)
		f.box.AddCopies(wire.Results, 50_000, []byte("twenty bytes of data"))
		f.box.AddCopies(wire.Samples, 40, make([]byte, 60<<10))
		f.box.AddCopies(wire.Events, 10, []byte("event"))
		f.drained(t, wire.Events, 10)
		f.drained(t, wire.Results, 50_000)
		f.drained(t, wire.Samples, 40)
		f.stop()
		eventually(t, "goodbye", func() bool {
			s := f.hub.States()
			return len(s) == 2 && s[0].Phase == wire.Ready && s[1].Phase == wire.Disconnected
		})
	})
}

func TestBrokerRestarts(t *testing.T) {
	onBrokers(t, nil, func(t *testing.T, f *field) {
		n := 0
		for range 4 {
			f.ready(t)
			f.box.AddCopies(wire.Results, 5000, []byte("x"))
			n += 5000
			eventually(t, "the first batch", func() bool { return f.hub.Batches() > 0 })
			f.broker.Stop()
			f.box.AddCopies(wire.Results, 100, []byte("x"))
			n += 100
			eventually(t, "loss noticed", func() bool { return f.up.Status().State != uplink.Ready })
			f.broker.Start()
		}
		f.drained(t, wire.Results, n)
	})
}

func TestCutConnections(t *testing.T) {
	onBrokers(t, nil, func(t *testing.T, f *field) {
		f.box.AddCopies(wire.Results, 200_000, []byte("twenty bytes of data"))
		for range 20 {
			before := f.hub.Batches()
			eventually(t, "progress", func() bool { return f.hub.Batches() > before || f.box.Acked(wire.Results) == 200_000 })
			f.proxy.Cut()
		}
		f.drained(t, wire.Results, 200_000)
	})
}

// The link goes dead without a word. Pings find it, a new connection heals it.
func TestDeadLinks(t *testing.T) {
	quick := func(c *uplink.Config) { c.KeepAlive, c.PingTimeout = time.Second, 500*time.Millisecond }
	for name, kill := range map[string]func(*uplinktest.Proxy){"half open": (*uplinktest.Proxy).HalfOpen, "black hole": (*uplinktest.Proxy).BlackHole} {
		t.Run(name, func(t *testing.T) {
			onBrokers(t, quick, func(t *testing.T, f *field) {
				f.ready(t)
				kill(f.proxy)
				f.box.AddCopies(wire.Results, 1000, []byte("x"))
				eventually(t, "dead link noticed", func() bool { return f.up.Status().State != uplink.Ready })
				f.proxy.Heal()
				f.drained(t, wire.Results, 1000)
			})
		})
	}
}

// On a slow link nothing is repeated without end, and an event does not wait for the samples before it.
func TestSlowLink(t *testing.T) {
	onBrokers(t, nil, func(t *testing.T, f *field) {
		f.ready(t)
		f.proxy.Slow(100 << 10)
		f.box.AddCopies(wire.Samples, 300, make([]byte, 1024))
		eventually(t, "samples under way", func() bool { return f.up.Status().Inflight > 0 })
		f.box.AddCopies(wire.Events, 1, []byte("event"))
		f.drained(t, wire.Events, 1)
		if f.box.Acked(wire.Samples) == 300 {
			t.Error("the event came after all the samples")
		}
		f.drained(t, wire.Samples, 300)
		if s := f.up.Status(); s.Reconnects() > 0 || s.Sent > 3*300<<10 {
			t.Errorf("300 kB took %d bytes, %d reconnects", s.Sent, s.Reconnects())
		}
	})
}
