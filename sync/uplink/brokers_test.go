package uplink_test

import (
	"context"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/dunlin-iot/dunlin/hub/broker"
	"github.com/dunlin-iot/dunlin/sync/uplink/uplinktest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// realBroker is a broker with a hub behind it, that can be stopped and started again.
type realBroker interface {
	Addr() string
	Start()
	Stop()
}

// brokers are the two that every device must work with.
var brokers = []struct {
	name  string
	start func(*testing.T, *uplinktest.Hub) realBroker
}{
	{"embedded", startEmbedded},
	{"mosquitto", startMosquitto},
}

// embedded is the hub's own broker.
type embedded struct {
	t    *testing.T
	hub  *uplinktest.Hub
	addr string
	b    *broker.Embedded
	end  context.CancelFunc
	done chan error
}

func startEmbedded(t *testing.T, hub *uplinktest.Hub) realBroker {
	e := &embedded{t: t, hub: hub, addr: "127.0.0.1:0"}
	e.Start()
	t.Cleanup(e.Stop)
	return e
}

func (e *embedded) Addr() string { return e.addr }

func (e *embedded) Start() {
	e.t.Helper()
	b, err := broker.StartEmbedded(broker.Config{Addr: e.addr})
	if err != nil {
		e.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	e.b, e.addr, e.end, e.done = b, b.Addr(), cancel, make(chan error, 1)
	go func() { e.done <- b.Receive(ctx, e.take) }()
}

func (e *embedded) take(topic string, payload []byte) {
	if a, ok := e.hub.Take(topic, payload); ok {
		e.b.Publish(a.Topic, a.Payload)
	}
}

func (e *embedded) Stop() {
	if e.b == nil {
		return
	}
	e.end()
	<-e.done
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := e.b.Close(ctx); err != nil {
		e.t.Error(err)
	}
	e.b = nil
}

// mosquitto is a broker of the user's own, with the hub as one of its clients.
type mosquitto struct {
	*uplinktest.Mosquitto
	t      *testing.T
	hub    *uplinktest.Hub
	client mqtt.Client
}

func startMosquitto(t *testing.T, hub *uplinktest.Hub) realBroker {
	m := &mosquitto{Mosquitto: uplinktest.StartMosquitto(t), t: t, hub: hub}
	m.join()
	t.Cleanup(m.Stop)
	return m
}

func (m *mosquitto) Start() {
	m.Mosquitto.Start()
	m.join()
}

func (m *mosquitto) Stop() {
	if m.client != nil {
		m.client.Disconnect(100)
		m.client = nil
	}
	m.Mosquitto.Stop()
}

func (m *mosquitto) join() {
	m.t.Helper()
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + m.Addr()).SetClientID("hub").SetAutoReconnect(false))
	take := func(_ mqtt.Client, in mqtt.Message) {
		if a, ok := m.hub.Take(in.Topic(), in.Payload()); ok {
			c.Publish(a.Topic, 0, false, a.Payload)
		}
	}
	for _, token := range []func() mqtt.Token{c.Connect, func() mqtt.Token { return c.Subscribe(wire.UpFilter(""), 0, take) }} {
		if k := token(); !k.WaitTimeout(patience) || k.Error() != nil {
			m.t.Fatalf("hub on mosquitto: %v", k.Error())
		}
	}
	m.client = c
}

const patience = 30 * time.Second

// eventually waits for what must become true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for end := time.Now().Add(patience); !ok(); <-again.C {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}
