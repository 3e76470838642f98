package uplink_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/sync/uplink"
	"github.com/dunlin-iot/dunlin/sync/uplink/uplinktest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestBirthWillAndGoodbye(t *testing.T) {
	bubble(t, nil, func(t *testing.T, w *world) {
		after(0)
		w.broker.Cut()
		after(2 * time.Second)
		w.stop(t)
		got := w.hub.States()
		want := []wire.Phase{wire.Ready, wire.Lost, wire.Ready, wire.Disconnected}
		if len(got) != len(want) {
			t.Fatalf("states %+v, want %v", got, want)
		}
		for i, s := range got {
			if s.Phase != want[i] || s.Boot != 7 || s.Version != "1.2.3" || len(s.Conn) < 20 {
				t.Errorf("state %d is %+v, want %s", i, s, want[i])
			}
		}
		if got[0].Conn != got[1].Conn || got[2].Conn != got[3].Conn || got[0].Conn == got[2].Conn {
			t.Errorf("names of connections: %+v", got)
		}
	})
}

func TestEverythingUnansweredIsSentAgainAfterAConnection(t *testing.T) {
	bubble(t, func(w *world, c *uplink.Config) {
		c.Batch.Records = 10
		w.broker.Publish = func(topic string, p []byte) []uplinktest.Answer { return nil }
		w.box.AddCopies(wire.Results, 500, []byte("x"))
	}, func(t *testing.T, w *world) {
		after(time.Second)
		w.broker.Change(func(s *uplinktest.Script) { s.Publish = w.answers })
		w.broker.Cut()
		after(2 * time.Second)
		w.wantAcked(t, wire.Results, 500)
		if s := w.up.Status(); s.Reconnects() != 1 {
			t.Errorf("status %+v", s)
		}
	})
}

// Waits grow to two minutes and stay there: about 30 attempts in the second hour of an outage, never a burst.
func TestBackoffGrows(t *testing.T) {
	bubble(t, func(w *world, _ *uplink.Config) { w.broker.Down = true }, func(t *testing.T, w *world) {
		after(time.Hour)
		early := w.broker.Dials()
		after(time.Hour)
		n := w.broker.Dials() - early
		if n < 35 || n > 110 { // 60 expected: the mean wait is one minute
			t.Errorf("%d attempts in an hour, want about 60", n)
		}
		if s := w.up.Status(); s.State != uplink.Waiting && s.State != uplink.Connecting || !strings.Contains(s.Reason, "refused") {
			t.Errorf("status %+v", s)
		}
		w.broker.Change(func(s *uplinktest.Script) { s.Down = false })
		after(2*time.Minute + time.Second)
		if s := w.up.Status(); s.State != uplink.Ready {
			t.Errorf("status %+v", s)
		}
	})
}

// A broker that drops each connection after a second is treated like one that is away.
func TestShortConnectionsDoNotResetTheBackoff(t *testing.T) {
	bubble(t, nil, func(t *testing.T, w *world) {
		for range 1800 {
			after(2 * time.Second)
			w.broker.Cut()
		}
		if n := w.broker.Dials(); n > 120 {
			t.Errorf("%d connections in an hour", n)
		}
		after(5 * time.Minute)
		w.broker.Cut()
		after(1100 * time.Millisecond)
		if s := w.up.Status(); s.State != uplink.Ready {
			t.Errorf("after a long connection the next comes within a second: status %+v", s)
		}
	})
}

func TestRefusedIsRetried(t *testing.T) {
	bubble(t, func(w *world, _ *uplink.Config) { w.broker.Code = 5 }, func(t *testing.T, w *world) {
		after(10 * time.Minute)
		if s := w.up.Status(); s.State != uplink.Refused || !strings.Contains(s.Reason, "code 5") {
			t.Errorf("status %+v", s)
		}
		w.broker.Change(func(s *uplinktest.Script) { s.Code = 0 })
		after(2*time.Minute + time.Second)
		if s := w.up.Status(); s.State != uplink.Ready || s.Reason != "" {
			t.Errorf("status %+v", s)
		}
	})
}

func TestBrokenBrokers(t *testing.T) {
	for name, c := range map[string]struct {
		is     func(*uplinktest.Script)
		reason string
	}{
		"never says a word":        {func(s *uplinktest.Script) { s.Mute = true }, "connect"},
		"refuses the subscription": {func(s *uplinktest.Script) { s.SubCode = 0x80 }, "refused"},
		"is away":                  {func(s *uplinktest.Script) { s.Down = true }, "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(w *world, _ *uplink.Config) { c.is(w.broker) }, func(t *testing.T, w *world) {
				seen := false
				for range 240 {
					after(time.Second)
					s := w.up.Status()
					if s.State == uplink.Ready {
						t.Fatalf("status %+v", s)
					}
					seen = seen || s.State == uplink.Waiting && strings.Contains(s.Reason, c.reason)
				}
				if !seen || w.broker.Dials() < 3 {
					t.Errorf("reason seen: %v, dials %d, status %+v", seen, w.broker.Dials(), w.up.Status())
				}
			})
		})
	}
}

// A half-open connection is noticed by its pings: keep-alive, the checking interval and the ping's own timeout.
func TestUnansweredPingEndsTheConnection(t *testing.T) {
	bubble(t, func(w *world, _ *uplink.Config) { w.broker.NoPings = true }, func(t *testing.T, w *world) {
		after(25 * time.Second)
		if s := w.up.Status(); s.State != uplink.Ready {
			t.Fatalf("status %+v", s)
		}
		after(30 * time.Second)
		if n := w.broker.Dials(); n < 2 {
			t.Errorf("%d connections after 55 s without pings, want another", n)
		}
	})
}

func TestStopWhileConnecting(t *testing.T) {
	bubble(t, func(w *world, _ *uplink.Config) { w.broker.Mute = true }, func(t *testing.T, w *world) {
		after(time.Second)
		began := time.Now()
		w.stop(t)
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("stopping took %v", d)
		}
	})
}

func TestConfigThatCannotWork(t *testing.T) {
	for _, c := range []uplink.Config{
		{URL: "http://hub", Base: device},
		{URL: "mqtt://", Base: device},
		{URL: "%", Base: device},
		{URL: "mqtt://hub", Base: wire.Base{Tenant: "A", Device: "d"}},
		{URL: "mqtt://hub"},
	} {
		if err := uplink.New(uplinktest.NewBox(), c).Run(t.Context()); err == nil {
			t.Errorf("%+v: ran", c)
		}
	}
}
