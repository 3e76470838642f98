package faults_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hub/broker"
	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// hub is the hub's real parts put together so that the broker can be stopped alone.
type hub struct {
	t      *testing.T
	db     string
	in     *ingest.Ingest
	addr   string
	mu     sync.Mutex
	broker *broker.Embedded
	cancel context.CancelFunc
	done   chan struct{}
}

func newHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{t: t, db: filepath.Join(t.TempDir(), "hub.db"), addr: "127.0.0.1:0"}
	db, err := store.Open(t.Context(), store.Config{Path: h.db})
	if err != nil {
		t.Fatal(err)
	}
	h.in = ingest.New(db, h, ingest.Config{})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.in.Run(ctx) }()
	t.Cleanup(func() {
		h.stopBroker()
		cancel()
		if err := errors.Join(<-done, db.Close()); err != nil {
			t.Errorf("close the hub: %v", err)
		}
	})
	h.startBroker()
	return h
}

// Publish is the ingest's way to devices; without a broker the acknowledgement is lost, as in the field.
func (h *hub) Publish(topic string, payload []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broker == nil {
		return errors.New("no broker")
	}
	return h.broker.Publish(topic, payload)
}

func (h *hub) startBroker() {
	h.t.Helper()
	b, err := broker.StartEmbedded(broker.Config{Addr: h.addr})
	if err != nil {
		h.t.Fatalf("start broker: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.mu.Lock()
	h.broker, h.addr, h.cancel, h.done = b, b.Addr(), cancel, make(chan struct{})
	h.mu.Unlock()
	go func(done chan struct{}) {
		defer close(done)
		_ = b.Receive(ctx, func(topic string, payload []byte) {
			if to, err := wire.ParseTopic(wire.DefaultPrefix, topic); err == nil && to.Kind == wire.KindData {
				h.in.Handle(ctx, to.Base, to.Stream, payload)
			}
		})
	}(h.done)
}

func (h *hub) stopBroker() {
	h.mu.Lock()
	b, cancel, done := h.broker, h.cancel, h.done
	h.broker = nil
	h.mu.Unlock()
	if b == nil {
		return
	}
	cancel()
	<-done
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	if err := b.Close(ctx); err != nil {
		h.t.Errorf("close broker: %v", err)
	}
}
