package broker_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/dunlin-iot/dunlin/hub/broker"
	"github.com/dunlin-iot/dunlin/hub/broker/brokertest"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// A device that breaks the rules a hundred times makes one line, and the line names it.
func TestViolationsAreLoggedByEdge(t *testing.T) {
	var out buffer
	e, err := broker.StartEmbedded(broker.Config{Addr: "127.0.0.1:0", Logger: slog.New(slog.NewTextHandler(&out, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(t.Context())
	d := brokertest.Connect(t, e.Addr(), "acme", "rude")
	for i := range 100 {
		d.Publish(t, wire.Base{Tenant: "acme", Device: fmt.Sprint("victim-", i)}.State(), 0, false, []byte("lie"))
	}
	d.Publish(t, d.State(), 1, false, []byte("done")) // QoS 1: answered after all the others were looked at
	if n := strings.Count(out.String(), "Publish Violation"); n != 1 {
		t.Fatalf("%d lines, want 1:\n%s", n, out.String())
	}
	if !strings.Contains(out.String(), "acme:rude") {
		t.Fatalf("the line does not name the device:\n%s", out.String())
	}
	for range 20 {
		if _, _, err := brokertest.TryConnect(brokertest.Options(e.Addr(), "acme", "d1").SetClientID("stolen")); err == nil {
			t.Fatal("a foreign client id was let in")
		}
	}
	if n := strings.Count(out.String(), "device refused"); n != 1 {
		t.Fatalf("%d lines about the refused device, want 1:\n%s", n, out.String())
	}
}
