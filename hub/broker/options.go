package broker

import (
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

const (
	deviceAccount = "APP"
	systemAccount = "SYS"
	streamMemory  = 64 << 20
)

// options of the server. It has no NATS listener: nothing but MQTT and this process reaches it.
func (e *Embedded) options() (*server.Options, error) {
	host, text, err := net.SplitHostPort(e.cfg.Addr)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil, err
	}
	if port == 0 {
		port = -1 // the server's word for "any free port"; it writes the one it got back into the options
	}
	o := &server.Options{
		ServerName: "dunlin-hub", DontListen: true, NoSigs: true, NoLog: true, NoSystemAccount: true,
		MaxPayload: MaxPayload, WriteDeadline: 10 * time.Second,
		JetStream: true, StoreDir: e.dir, JetStreamMaxMemory: streamMemory, JetStreamMaxStore: 1 << 20,
		SystemAccount:              systemAccount,
		Accounts:                   []*server.Account{server.NewAccount(systemAccount), server.NewAccount(deviceAccount)},
		CustomClientAuthentication: e.gate,
	}
	o.MQTT.Host, o.MQTT.Port = host, port
	o.MQTT.TLSConfig, o.MQTT.TLSTimeout = e.cfg.TLS, 5
	return o, nil
}
