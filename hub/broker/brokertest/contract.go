package brokertest

import (
	"bytes"
	"context"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Broker is what the hub needs of one.
type Broker interface {
	Publish(topic string, payload []byte) error
	Receive(ctx context.Context, handle func(topic string, payload []byte)) error
	Kick(tenant, device string) (int, error)
	Addr() string
	Close(ctx context.Context) error
}

// Message is what Receive handed over.
type Message struct {
	Topic   string
	Payload []byte
}

// Start makes a broker that listens on addr (host:port, port 0 for any).
type Start func(addr string) (Broker, error)

const anyPort = "127.0.0.1:0"

// Contract runs every obligation against brokers made by start.
func Contract(t *testing.T, start Start) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Broker, <-chan Message)
	}{
		{"up and down", upAndDown},
		{"foreign publish is dropped", foreignPublish},
		{"foreign subscribe is refused", foreignSubscribe},
		{"oversize closes the connection", oversize},
		{"the largest message passes", largest},
		{"a client id belongs to its device", borrowedClientID},
		{"bad names are refused", badNames},
		{"a clone takes over", clone},
		{"retained state reaches the hub", retainedState},
		{"last will", lastWill},
		{"kick", kick},
		{"mosquitto's clients", mosquittoClients},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := begin(t, start, anyPort)
			c.test(t, b, receive(t, b))
		})
	}
	t.Run("restart on the same port", func(t *testing.T) { restart(t, start) })
	t.Run("messages before Receive are kept", func(t *testing.T) { early(t, begin(t, start, anyPort)) })
}

func begin(t *testing.T, start Start, addr string) Broker {
	t.Helper()
	b, err := start(addr)
	if err != nil {
		t.Fatalf("start on %s: %v", addr, err)
	}
	t.Cleanup(func() { end(t, b) })
	return b
}

func end(t *testing.T, b Broker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		t.Errorf("close: %v", err)
	}
}

// receive runs Receive until the test ends.
func receive(t *testing.T, b Broker) <-chan Message {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, done := make(chan Message, 1024), make(chan error, 1)
	go func() {
		done <- b.Receive(ctx, func(topic string, payload []byte) { out <- Message{topic, payload} })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("receive: %v", err)
		}
	})
	return out
}

func upAndDown(t *testing.T, b Broker, in <-chan Message) {
	d := Connect(t, b.Addr(), "acme", "d-1")
	if got := d.Subscribe(t, d.Downs()); got != 0 {
		t.Fatalf("subscribe %s: granted %#x, want 0", d.Downs(), got)
	}
	for _, qos := range []byte{0, 1} {
		d.Publish(t, d.Data(wire.Results), qos, false, []byte{qos, 'u'})
		want(t, in, d.Data(wire.Results), []byte{qos, 'u'})
	}
	if err := b.Publish(d.Ack(wire.Results), []byte("ack")); err != nil {
		t.Fatal(err)
	}
	wantDown(t, d, d.Ack(wire.Results), "ack")
}

// foreignPublish: the broker may answer a refused QoS 1 publish with PUBACK all the same; only the hub must not see it.
func foreignPublish(t *testing.T, b Broker, in <-chan Message) {
	d := Connect(t, b.Addr(), "acme", "d1")
	other := wire.Base{Tenant: "acme", Device: "d2"}
	for _, topic := range []string{
		other.Data(wire.Results), other.State(), d.Ack(wire.Results), "dunlin/v1/acme/hub/cmd/1",
		wire.Base{Tenant: "other", Device: "d1"}.State(), "$MQTT/sess/x", "$SYS/x", "elsewhere",
	} {
		token := d.Client.Publish(topic, 0, false, []byte("lie"))
		token.WaitTimeout(Patience)
	}
	d.Publish(t, d.State(), 1, false, []byte("truth"))
	want(t, in, d.State(), []byte("truth"))
}

func foreignSubscribe(t *testing.T, b Broker, _ <-chan Message) {
	d := Connect(t, b.Addr(), "acme", "d1")
	other := wire.Base{Tenant: "acme", Device: "d2"}
	for _, filter := range []string{other.Downs(), other.Ups(), d.Ups(), "dunlin/v1/acme/+/down/#", "#", "$SYS/#"} {
		if got := d.Subscribe(t, filter); got != 0x80 {
			t.Errorf("subscribe %s: granted %#x, want 0x80", filter, got)
		}
	}
	if got := d.Subscribe(t, d.Downs()); got != 0 {
		t.Errorf("subscribe %s: granted %#x, want 0", d.Downs(), got)
	}
}

func oversize(t *testing.T, b Broker, in <-chan Message) {
	d := Connect(t, b.Addr(), "acme", "d1")
	d.Client.Publish(d.Data(wire.Samples), 0, false, make([]byte, 300<<10))
	gone(t, d)
	again := Connect(t, b.Addr(), "acme", "d1")
	again.Publish(t, again.State(), 1, false, []byte("back"))
	want(t, in, again.State(), []byte("back"))
}

func largest(t *testing.T, b Broker, in <-chan Message) {
	d := Connect(t, b.Addr(), "acme", "d1")
	d.Subscribe(t, d.Downs())
	p := bytes.Repeat([]byte{0xa5}, wire.MaxMessage)
	d.Publish(t, d.Data(wire.Samples), 0, false, p)
	want(t, in, d.Data(wire.Samples), p)
	if err := b.Publish(d.Ack(wire.Samples), p); err != nil {
		t.Fatal(err)
	}
	wantDown(t, d, d.Ack(wire.Samples), string(p))
}

func lastWill(t *testing.T, b Broker, in <-chan Message) {
	base := wire.Base{Tenant: "acme", Device: "d1"}
	will := func(o *mqtt.ClientOptions) { o.SetBinaryWill(base.State(), []byte("lost"), 1, true) }
	d := Connect(t, b.Addr(), "acme", "d1", will)
	if _, err := b.Kick("acme", "d1"); err != nil {
		t.Fatal(err)
	}
	gone(t, d)
	want(t, in, base.State(), []byte("lost"))

	foreign := func(o *mqtt.ClientOptions) { o.SetBinaryWill(base.State(), []byte("lie"), 1, true) }
	liar := Connect(t, b.Addr(), "acme", "d2", foreign)
	if _, err := b.Kick("acme", "d2"); err != nil {
		t.Fatal(err)
	}
	gone(t, liar)
	d = Connect(t, b.Addr(), "acme", "d3")
	d.Publish(t, d.State(), 1, false, []byte("truth"))
	want(t, in, d.State(), []byte("truth"))
}
