package wire_test

import (
	"testing"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestTopics(t *testing.T) {
	b := wire.Base{Tenant: "acme", Device: "pump-17"}
	for got, want := range map[string]string{
		b.State():          "dunlin/v1/acme/pump-17/up/state",
		b.Data("results"):  "dunlin/v1/acme/pump-17/up/data/results",
		b.Ack("results"):   "dunlin/v1/acme/pump-17/down/ack/results",
		b.Acks():           "dunlin/v1/acme/pump-17/down/ack/+",
		b.Desired():        "dunlin/v1/acme/pump-17/down/twin/desired",
		b.Reported():       "dunlin/v1/acme/pump-17/up/twin/reported",
		b.Ups():            "dunlin/v1/acme/pump-17/up/#",
		b.Downs():          "dunlin/v1/acme/pump-17/down/#",
		wire.UpFilter(""):  "dunlin/v1/+/+/up/#",
		wire.UpFilter("x"): "x/+/+/up/#",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestParseTopic(t *testing.T) {
	for _, prefix := range []string{"", "site/north/v2"} {
		b := wire.Base{Prefix: prefix, Tenant: "acme", Device: "pump-17"}
		for topic, want := range map[string]wire.Topic{
			b.State():       {Base: b, Kind: wire.KindState},
			b.Data("s-1"):   {Base: b, Kind: wire.KindData, Stream: "s-1"},
			b.Ack("events"): {Base: b, Kind: wire.KindAck, Stream: "events"},
			b.Desired():     {Base: b, Kind: wire.KindDesired},
			b.Reported():    {Base: b, Kind: wire.KindReported},
		} {
			if got, err := wire.ParseTopic(prefix, topic); err != nil || got != want {
				t.Errorf("%s: got %+v, %v", topic, got, err)
			}
		}
	}
	for _, topic := range []string{
		"", "dunlin/v1", "dunlin/v1/a/b", "dunlin/v1/a/b/", "dunlin/v2/a/b/up/state", "dunlin/v1/A/b/up/state", "dunlin/v1/a/b.c/up/state",
		"dunlin/v1/a/+/up/state", "dunlin/v1/a/b/up/data/", "dunlin/v1/a/b/up/data/x/y", "dunlin/v1/a/b/up/data/#", "dunlin/v1/a/b/up/dance",
		"dunlin/v1//b/up/state", "/dunlin/v1/a/b/up/state",
	} {
		if got, err := wire.ParseTopic("", topic); err == nil {
			t.Errorf("%q: got %+v", topic, got)
		}
	}
}

func TestBaseCheck(t *testing.T) {
	for _, b := range []wire.Base{{Tenant: "a"}, {Device: "b"}, {Tenant: "a", Device: "b", Prefix: "x//y"}, {Tenant: "a", Device: "b", Prefix: "#"}} {
		if b.Check() == nil {
			t.Errorf("%+v passes", b)
		}
	}
	if err := (wire.Base{Tenant: "a", Device: "b"}).Check(); err != nil {
		t.Error(err)
	}
}

func FuzzParseTopic(f *testing.F) {
	f.Add("dunlin/v1/acme/pump-17/up/data/results")
	f.Add("dunlin/v1/acme/pump-17/down/ack/events")
	f.Add("dunlin/v1/acme/pump-17/up/state")
	f.Fuzz(func(t *testing.T, topic string) {
		p, err := wire.ParseTopic("", topic)
		if err != nil {
			return
		}
		back := map[wire.Kind]string{wire.KindState: p.State(), wire.KindData: p.Data(p.Stream), wire.KindAck: p.Ack(p.Stream),
			wire.KindDesired: p.Desired(), wire.KindReported: p.Reported()}[p.Kind]
		if back != topic {
			t.Fatalf("%q became %q", topic, back)
		}
	})
}
