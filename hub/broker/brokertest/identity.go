package brokertest

import (
	"strings"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

const notAuthorised = 5

func borrowedClientID(t *testing.T, b Broker, _ <-chan Message) {
	victim := Connect(t, b.Addr(), "acme", "d1")
	_, code, err := TryConnect(Options(b.Addr(), "acme", "d2").SetClientID("acme:d1"))
	if err == nil || code != notAuthorised {
		t.Fatalf("d2 with the client id of d1: code %d, err %v; want code 5", code, err)
	}
	if !victim.Client.IsConnectionOpen() {
		t.Fatal("d2 threw d1 out by its client id")
	}
}

func badNames(t *testing.T, b Broker, _ <-chan Message) {
	long := strings.Repeat("x", 65)
	for _, user := range []string{"", "acme", "acme/", "/d1", "acme/D1", "acme/d.1", "acme/*", "acme/>", "acme/d1/d2", "acme/" + long, long + "/d1"} {
		o := Options(b.Addr(), "acme", "d1").SetUsername(user).SetClientID(strings.Replace(user, "/", ":", 1))
		if c, _, err := TryConnect(o); err == nil {
			c.Disconnect(0)
			t.Errorf("user name %q was let in", user)
		}
	}
}

// clone: the newer connection of one device wins.
func clone(t *testing.T, b Broker, in <-chan Message) {
	old := Connect(t, b.Addr(), "acme", "d1")
	young := Connect(t, b.Addr(), "acme", "d1")
	gone(t, old)
	young.Publish(t, young.State(), 1, true, []byte("young"))
	want(t, in, young.State(), []byte("young"))
}

func kick(t *testing.T, b Broker, _ <-chan Message) {
	d, other := Connect(t, b.Addr(), "acme", "d1"), Connect(t, b.Addr(), "acme", "d2")
	if n, err := b.Kick("acme", "d1"); err != nil || n != 1 {
		t.Fatalf("kick: %d connections, err %v; want 1", n, err)
	}
	gone(t, d)
	if !other.Client.IsConnectionOpen() {
		t.Fatal("kick cut off another device")
	}
	if n, err := b.Kick("acme", "nobody"); err != nil || n != 0 {
		t.Fatalf("kick of nobody: %d connections, err %v; want 0", n, err)
	}
}

func retainedState(t *testing.T, b Broker, in <-chan Message) {
	d := Connect(t, b.Addr(), "acme", "d1")
	d.Publish(t, d.State(), 1, true, []byte(`{"s":"ready"}`))
	want(t, in, d.State(), []byte(`{"s":"ready"}`))
	d.Publish(t, d.State(), 1, true, nil) // an empty one deletes
	want(t, in, d.State(), nil)
}

// early: a device that connects before the hub is ready to handle loses nothing.
func early(t *testing.T, b Broker) {
	d := Connect(t, b.Addr(), "acme", "d1")
	d.Publish(t, d.State(), 1, true, []byte("early"))
	want(t, receive(t, b), d.State(), []byte("early"))
}

func restart(t *testing.T, start Start) {
	first := begin(t, start, anyPort)
	addr := first.Addr()
	for range 3 {
		d := Connect(t, addr, "acme", "d1")
		end(t, first)
		gone(t, d)
		if _, _, err := TryConnect(Options(addr, "acme", "d1")); err == nil {
			t.Fatal("the broker is closed and a device could connect")
		}
		first = begin(t, start, addr)
	}
	d := Connect(t, addr, "acme", "d1", func(o *mqtt.ClientOptions) { o.SetCleanSession(true) })
	d.Publish(t, d.State(), 1, true, []byte("back"))
	want(t, receive(t, first), wire.Base{Tenant: "acme", Device: "d1"}.State(), []byte("back"))
}
