package broker_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/hub/broker"
)

func TestSubject(t *testing.T) {
	for _, c := range []struct{ topic, subject string }{
		{"dunlin/v1/acme/d1/up/state", "dunlin.v1.acme.d1.up.state"},
		{"dunlin/v1/acme/d.1/up/state", "dunlin.v1.acme.d//1.up.state"},
		{"dunlin/v1/a-b/0/down/ack/results", "dunlin.v1.a-b.0.down.ack.results"},
	} {
		if got := broker.Subject(c.topic); got != c.subject {
			t.Errorf("Subject(%q) = %q, want %q", c.topic, got, c.subject)
		}
		if got := broker.Topic(c.subject); got != c.topic {
			t.Errorf("Topic(%q) = %q, want %q", c.subject, got, c.topic)
		}
	}
	if got := broker.Subject("dunlin/v1/+/+/up/#"); got != "dunlin.v1.*.*.up.>" {
		t.Errorf("filter became %q", got)
	}
}

// Levels with dots come back as they were.
func TestSubjectAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topic := rapid.StringMatching(`[a-z0-9.-]{1,8}(/[a-z0-9.-]{1,8}){0,6}`).Draw(t, "topic")
		if got := broker.Topic(broker.Subject(topic)); got != topic {
			t.Fatalf("%q came back as %q", topic, got)
		}
	})
}
