package uplink_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/uplink"
	"github.com/dunlin-iot/dunlin/sync/uplink/uplinktest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// The real spool through the real uplink: everything appended arrives once, through cuts, and the spool ends empty.
func TestRealSpool(t *testing.T) {
	hub := &uplinktest.Hub{}
	b := startEmbedded(t, hub)
	proxy, err := uplinktest.NewProxy(b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	s, err := spool.Open(t.TempDir(), spool.Config{Every: 10 * time.Millisecond, Quiet: 10 * time.Millisecond, Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	up := uplink.New(s, uplink.Config{
		URL: "mqtt://" + proxy.Addr(), Base: device, BackoffMin: 10 * time.Millisecond, BackoffMax: 50 * time.Millisecond, AckTimeout: 200 * time.Millisecond,
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- s.Run(ctx) }()
	go func() { done <- up.Run(ctx) }()
	for round := range 10 {
		for i := range 2000 {
			if err := s.Append(wire.Results, clock.System{}.Boot(), fmt.Appendf(nil, "record %d of %d", i, round)); err != nil {
				t.Fatal(err)
			}
		}
		eventually(t, "delivery", func() bool { n, _ := hub.Delivered(wire.Results); return n >= 2000*(round+1)-1000 })
		proxy.Cut()
	}
	eventually(t, "an empty spool", func() bool { return waiting(s) == 0 })
	cancel()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n, _ := hub.Delivered(wire.Results); n != 20_000 {
		t.Errorf("the hub has %d records, want 20000", n)
	}
	if bad := hub.Faults(); len(bad) > 0 {
		t.Errorf("the hub got what no device should send: %v", bad)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func waiting(s *spool.Spool) (n uint64) {
	for _, st := range s.Stats().Streams {
		n += st.Waiting
	}
	return n
}
