package brokertest

import (
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Patience is how long a test waits for what must happen.
const Patience = 10 * time.Second

// Device is a plain MQTT client with a device's name.
type Device struct {
	wire.Base
	Client mqtt.Client
	Lost   chan error        // receives once when the connection breaks
	Down   chan mqtt.Message // what arrives on subscribed topics
}

// Options for a device; change them before Connect.
func Options(addr, tenant, device string) *mqtt.ClientOptions {
	return mqtt.NewClientOptions().AddBroker("tcp://" + addr).SetProtocolVersion(4).
		SetUsername(tenant + "/" + device).SetClientID(tenant + ":" + device).
		SetAutoReconnect(false).SetConnectTimeout(Patience).SetWriteTimeout(Patience)
}

// TryConnect connects and returns the CONNACK code when refused.
func TryConnect(o *mqtt.ClientOptions) (mqtt.Client, byte, error) {
	c := mqtt.NewClient(o)
	token := c.Connect().(*mqtt.ConnectToken)
	token.Wait()
	return c, token.ReturnCode(), token.Error()
}

// Connect brings a device up for the length of a test.
func Connect(t *testing.T, addr, tenant, device string, change ...func(*mqtt.ClientOptions)) *Device {
	t.Helper()
	d := &Device{Base: wire.Base{Tenant: tenant, Device: device}, Lost: make(chan error, 1), Down: make(chan mqtt.Message, 64)}
	o := Options(addr, tenant, device).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { d.Lost <- err }).
		SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { d.Down <- m })
	for _, f := range change {
		f(o)
	}
	c, code, err := TryConnect(o)
	if err != nil {
		t.Fatalf("connect %s/%s: code %d: %v", tenant, device, code, err)
	}
	d.Client = c
	t.Cleanup(func() { c.Disconnect(100) })
	return d
}

// Publish sends and waits until the client is done with it.
func (d *Device) Publish(t *testing.T, topic string, qos byte, retained bool, payload []byte) {
	t.Helper()
	token := d.Client.Publish(topic, qos, retained, payload)
	if !token.WaitTimeout(Patience) || token.Error() != nil {
		t.Fatalf("publish %s: %v", topic, token.Error())
	}
}

// Subscribe returns the granted QoS, 0x80 when refused.
func (d *Device) Subscribe(t *testing.T, filter string) byte {
	t.Helper()
	token := d.Client.Subscribe(filter, 0, nil).(*mqtt.SubscribeToken)
	if !token.WaitTimeout(Patience) {
		t.Fatalf("subscribe %s: no answer", filter)
	}
	return token.Result()[filter]
}
