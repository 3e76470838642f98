package notify

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/dunlin-iot/dunlin/agent"
)

// Config of a Task.
type Config struct {
	// Settled returns once the pipelines are ready or known to be absent; see agent.Supervisor.WaitSettled.
	Settled func(context.Context) error
	// Pipelines feed the watchdog.
	Pipelines []agent.Progresser
	// Limit is the longest time that one window may take; zero means half of the watchdog's own time.
	Limit  time.Duration
	Logger *slog.Logger // nil discards
}

// Task is the agent's side of Type=notify. Put it into the first stage: it says STOPPING=1 when it is cancelled.
//
// READY=1 comes when the pipelines have settled; until then EXTEND_TIMEOUT_USEC tells that they get on. WATCHDOG=1 comes four times per WatchdogSec while every pipeline gets on
// with its work or has none; when one hangs, it stays away, and the service manager restarts the agent.
type Task struct {
	cfg   Config
	ready chan struct{}
	stuck bool // the last reading found a pipeline that hangs
	sick  bool // the last message could not be sent
}

// New makes a task for one Run.
func New(cfg Config) *Task {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	t := &Task{cfg: cfg, ready: make(chan struct{})}
	close(t.ready)
	return t
}

// Ready is closed from the beginning: nobody waits for the messenger.
func (t *Task) Ready() <-chan struct{} { return t.ready }

func (t *Task) String() string { return "service notifications" }

// Run sends messages until ctx is cancelled.
func (t *Task) Run(ctx context.Context) error {
	watchdog, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return fmt.Errorf("read watchdog settings: %w", err)
	}
	settled := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		if t.cfg.Settled(ctx) == nil {
			close(settled)
		}
	}()
	defer func() { <-done }()
	t.loop(ctx, settled, watchdog)
	t.send(daemon.SdNotifyStopping)
	return nil
}

// unwatched is what takes the place of WatchdogSec, while the pipelines start, in a unit that has none.
const unwatched = 30 * time.Second

func (t *Task) loop(ctx context.Context, settled <-chan struct{}, watchdog time.Duration) {
	period := cmp.Or(watchdog, unwatched)
	ticker := time.NewTicker(max(period/4, time.Millisecond))
	defer ticker.Stop()
	watch := agent.NewWatch(cmp.Or(t.cfg.Limit, period/2), t.cfg.Pipelines...)
	for {
		select {
		case <-ctx.Done():
			return
		case <-settled:
			settled = nil
			t.send(daemon.SdNotifyReady)
			if watchdog == 0 {
				ticker.Stop()
			}
		case now := <-ticker.C:
			if !t.hangs(watch.Stuck(now)) {
				t.feed(watchdog, settled != nil, period)
			}
		}
	}
}

// hangs logs the edges of a pipeline that does.
func (t *Task) hangs(stuck []string) bool {
	if len(stuck) > 0 && !t.stuck {
		names := strings.Join(stuck, ", ")
		t.cfg.Logger.Error("no progress: the watchdog is not fed", "stuck", names)
		t.send("STATUS=no progress: " + names)
	}
	t.stuck = len(stuck) > 0
	return t.stuck
}

// feed sends the signs of life. A large model may take longer to open than TimeoutStartSec: the manager waits as long as it
// gets on, and does not end the pipelines that work already.
func (t *Task) feed(watchdog time.Duration, starting bool, period time.Duration) {
	if watchdog > 0 {
		t.send(daemon.SdNotifyWatchdog)
	}
	if starting {
		t.send(extension(period))
	}
}

func extension(by time.Duration) string {
	return fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d", by.Microseconds())
}

func (t *Task) send(state string) {
	_, err := daemon.SdNotify(false, state)
	if sick := err != nil; sick != t.sick {
		t.sick = sick
		if sick {
			t.cfg.Logger.Warn("service manager cannot be told", "reason", err)
		}
	}
}

// Extend tells the service manager to wait for READY=1 that much longer from now, and why. Without one it does nothing.
func Extend(by time.Duration, why string) error {
	_, err := daemon.SdNotify(false, extension(by)+"\nSTATUS="+why)
	return err
}
