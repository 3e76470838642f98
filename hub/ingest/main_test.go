package ingest_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/hub/verify"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func from(device string) wire.Base { return wire.Base{Tenant: "acme", Device: device} }

func encode(t testing.TB, b *wire.Batch) []byte {
	t.Helper()
	payload, err := wire.EncodeBatch(nil, b)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func openStore(t testing.TB, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Path: path, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// sent is one acknowledgement on its way.
type sent struct {
	topic string
	ack   wire.Ack
}

// radio is a Publisher that a test listens to. Its look, when set, runs before a message counts as sent.
type radio struct {
	out  chan sent
	look func()
	down atomic.Bool
}

func newRadio() *radio { return &radio{out: make(chan sent, 100)} }

func (r *radio) Publish(topic string, payload []byte) error {
	if r.down.Load() {
		return errors.New("no link")
	}
	if r.look != nil {
		r.look()
	}
	ack, err := wire.DecodeAck(payload)
	if err == nil {
		r.out <- sent{topic, ack}
	}
	return err
}

// flaky is a Store that a test takes away.
type flaky struct {
	*store.Store
	away  atomic.Bool
	tried chan struct{} // receives on every attempt while away
}

func (f *flaky) Write(ctx context.Context, at time.Time, do func(*store.Tx) error) error {
	if f.away.Load() {
		select {
		case f.tried <- struct{}{}:
		default:
		}
		return errors.New("disk gone")
	}
	return f.Store.Write(ctx, at, do)
}

// notes is a log handler that keeps the messages.
type notes struct {
	slog.Handler
	mu   sync.Mutex
	said map[string]int
}

func newNotes() *notes { return &notes{Handler: slog.DiscardHandler, said: map[string]int{}} }

func (n *notes) Enabled(context.Context, slog.Level) bool { return true }

func (n *notes) Handle(_ context.Context, r slog.Record) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said[r.Message]++
	return nil
}

func (n *notes) count(message string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.said[message]
}

// start runs in until the function it returns is called, which waits for the end.
func start(t *testing.T, in *ingest.Ingest) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- in.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	}
}

func verified(t testing.TB, path string) *verify.Report {
	t.Helper()
	r, err := store.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	report, err := verify.Database(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func dbPath(t testing.TB) string { return filepath.Join(t.TempDir(), "hub.db") }
