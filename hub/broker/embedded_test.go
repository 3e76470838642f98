package broker_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hub/broker"
	"github.com/dunlin-iot/dunlin/hub/broker/brokertest"
)

func TestContract(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	brokertest.Contract(t, func(addr string) (brokertest.Broker, error) {
		return broker.StartEmbedded(broker.Config{Addr: addr})
	})
}

func TestOnlyLoopbackWithoutTLS(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.org:0", "127.0.0.1"} {
		e, err := broker.StartEmbedded(broker.Config{Addr: addr})
		if err == nil {
			e.Close(t.Context())
			t.Errorf("%q: started", addr)
		}
	}
}
