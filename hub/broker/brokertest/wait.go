package brokertest

import (
	"bytes"
	"testing"
	"time"
)

// want takes the next message the hub received: it must be this one.
func want(t *testing.T, in <-chan Message, topic string, payload []byte) {
	t.Helper()
	select {
	case m := <-in:
		if m.Topic != topic || !bytes.Equal(m.Payload, payload) {
			t.Fatalf("received %s %.40q, want %s %.40q", m.Topic, m.Payload, topic, payload)
		}
	case <-time.After(Patience):
		t.Fatalf("nothing received, want %s", topic)
	}
}

func wantDown(t *testing.T, d *Device, topic, payload string) {
	t.Helper()
	select {
	case m := <-d.Down:
		if m.Topic() != topic || string(m.Payload()) != payload {
			t.Fatalf("device got %s %.40q, want %s %.40q", m.Topic(), m.Payload(), topic, payload)
		}
	case <-time.After(Patience):
		t.Fatalf("device got nothing, want %s", topic)
	}
}

func gone(t *testing.T, d *Device) {
	t.Helper()
	select {
	case <-d.Lost:
	case <-time.After(Patience):
		t.Fatal("the connection is still up")
	}
}
