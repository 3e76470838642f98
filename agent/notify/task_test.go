package notify_test

import (
	"context"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/notify"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// manager is the service manager's end of the socket.
type manager struct{ *net.UnixConn }

func listen(t *testing.T, watchdog string) manager {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", watchdog)
	t.Setenv("WATCHDOG_PID", "")
	return manager{conn}
}

func (m manager) next(t *testing.T) string {
	t.Helper()
	if err := m.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 512)
	n, err := m.Read(buf)
	if err != nil {
		t.Fatalf("wait for a message: %v", err)
	}
	return string(buf[:n])
}

// worker is a pipeline that does as it is told.
type worker struct {
	steps atomic.Uint64
	busy  atomic.Bool
}

func (w *worker) Progress() agent.Progress {
	return agent.Progress{Steps: w.steps.Load(), Idle: !w.busy.Load()}
}
func (w *worker) String() string { return "pipeline activity" }

func run(t *testing.T, cfg notify.Config) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- notify.New(cfg).Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

func TestReadyThenStopping(t *testing.T) {
	m := listen(t, "")
	settled := make(chan struct{})
	stop := run(t, notify.Config{Settled: func(ctx context.Context) error {
		select {
		case <-settled:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}})
	close(settled)
	if got := m.next(t); got != "READY=1" {
		t.Errorf("first message %q", got)
	}
	stop()
	if got := m.next(t); got != "STOPPING=1" {
		t.Errorf("last message %q", got)
	}
}

func TestStoppedBeforeReady(t *testing.T) {
	m := listen(t, "")
	stop := run(t, notify.Config{Settled: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }})
	stop()
	if got := m.next(t); got != "STOPPING=1" {
		t.Errorf("message %q: an agent that never was ready said so", got)
	}
}

// TestWatchdog: signs of life come while the pipeline is idle or gets on, and stay away when it hangs.
func TestWatchdog(t *testing.T) {
	m := listen(t, "80000") // a sign every 20 ms
	var w worker
	stop := run(t, notify.Config{Settled: func(context.Context) error { return nil }, Pipelines: []agent.Progresser{&w}, Limit: time.Second})
	for m.next(t) != "READY=1" {
	}
	for range 3 {
		if got := m.next(t); got != "WATCHDOG=1" {
			t.Errorf("idle: %q", got)
		}
	}
	w.busy.Store(true)
	for range 6 {
		w.steps.Add(1)
		if got := m.next(t); got != "WATCHDOG=1" {
			t.Errorf("at work: %q", got)
		}
	}
	for got := m.next(t); got != "STATUS=no progress: pipeline activity"; got = m.next(t) {
		if got != "WATCHDOG=1" {
			t.Fatalf("before the limit: %q", got)
		}
	}
	w.steps.Add(1)
	if got := m.next(t); got != "WATCHDOG=1" {
		t.Errorf("at work again: %q", got)
	}
	stop()
}

// TestSlowStart: a model that takes longer to open than TimeoutStartSec gets the time; a start that hangs does not.
func TestSlowStart(t *testing.T) {
	const more = "EXTEND_TIMEOUT_USEC=80000"
	m := listen(t, "80000")
	var w worker
	settled := make(chan struct{})
	stop := run(t, notify.Config{Pipelines: []agent.Progresser{&w}, Limit: 200 * time.Millisecond, Settled: func(context.Context) error { <-settled; return nil }})
	for range 3 {
		if first, second := m.next(t), m.next(t); first != "WATCHDOG=1" || second != more {
			t.Errorf("opening: %q, %q", first, second)
		}
	}
	w.busy.Store(true)
	for got := m.next(t); got != "STATUS=no progress: pipeline activity"; got = m.next(t) {
	}
	w.busy.Store(false)
	close(settled)
	for got := m.next(t); got != "READY=1"; got = m.next(t) {
		if got != "WATCHDOG=1" && got != more {
			t.Errorf("before it is ready: %q", got)
		}
	}
	for range 3 {
		if got := m.next(t); got != "WATCHDOG=1" {
			t.Errorf("once it is ready: %q", got)
		}
	}
	stop()
}

// TestWithoutManager: in a terminal nobody listens, and nothing is wrong.
func TestWithoutManager(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	run(t, notify.Config{Settled: func(context.Context) error { return nil }})()
}

func TestExtend(t *testing.T) {
	m := listen(t, "")
	if err := notify.Extend(90*time.Second, "proving an accelerator"); err != nil {
		t.Fatal(err)
	}
	if got := m.next(t); got != "EXTEND_TIMEOUT_USEC=90000000\nSTATUS=proving an accelerator" {
		t.Errorf("got %q", got)
	}
	t.Setenv("NOTIFY_SOCKET", "")
	if err := notify.Extend(time.Second, "nobody listens"); err != nil {
		t.Error(err)
	}
}
