package pipeline

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Limits of what is no call on a window. A model may be compiled for its accelerator when it is opened.
const (
	openLimit   = 10 * time.Minute
	warmupLimit = time.Minute
)

// canceller is a session whose call another goroutine can end.
type canceller interface{ Cancel() error }

// limiter is a session that ends its calls by itself.
type limiter interface {
	// Limit is how long the next Invoke may take, with everything that it does to end a call.
	Limit() time.Duration
}

// watchdog notices that an engine outlives its limit, says so, and ends the call where the session can. The pipeline's
// goroutine begins and ends; the timer's does the rest. No lock is held during a call.
type watchdog struct {
	p     *Pipeline
	timer *time.Timer // fires once for a call that is late; nil while Run does not run

	mu      sync.Mutex
	what    string         // is being done, for people; empty when nothing is
	session engine.Session // that does it; nil while the model is being opened
	began   time.Time
	limit   time.Duration
	overdue bool // of what is being done
	late    bool // something was overdue since the pipeline asked last
}

// start prepares a run.
func (d *watchdog) start() {
	d.timer = time.AfterFunc(time.Hour, d.expire)
	d.timer.Stop()
}

// begin says that the session, or the opening of one, begins something.
func (d *watchdog) begin(what string, s engine.Session, limit time.Duration) {
	d.mu.Lock()
	d.what, d.session, d.began, d.limit, d.overdue = what, s, time.Now(), limit, false
	d.mu.Unlock()
	d.timer.Reset(limit)
}

// end says that it is done, in time or not.
func (d *watchdog) end() {
	d.timer.Stop()
	d.mu.Lock()
	d.what, d.session = "", nil
	d.mu.Unlock()
}

// wasLate reports whether something was overdue since it was asked last.
func (d *watchdog) wasLate() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	late := d.late
	d.late = false
	return late
}

// within reports whether something is being done that is not overdue: who waits for it need not worry yet.
func (d *watchdog) within() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.what != "" && !d.overdue
}

// overdueNow reports whether what is being done is overdue.
func (d *watchdog) overdueNow() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.what != "" && d.overdue
}

// expire runs when a limit is over. It may come late, when another call has begun: that one has its own time.
func (d *watchdog) expire() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.what == "" || d.overdue || time.Since(d.began) < d.limit {
		return
	}
	d.overdue, d.late = true, true
	reason := fmt.Sprintf("%s does not end within %s", d.what, d.limit.Round(time.Millisecond))
	if err := cancel(d.session); err != nil {
		reason += "; " + err.Error()
	}
	d.tell(reason)
}

func cancel(s engine.Session) error {
	if c, ok := s.(canceller); ok {
		return c.Cancel()
	}
	return errors.New("nothing can end it")
}

// tell reports the reason, and an edge to everybody; the pipeline's own goroutine is busy.
func (d *watchdog) tell(reason string) {
	if edge := d.p.stats.state(agent.Degraded, reason); !edge {
		return
	}
	d.p.cfg.Logger.Error("pipeline hangs", "reason", reason)
	record, err := wire.EventRecord(wire.EventPipelineDegraded, map[string]any{"pipeline": d.p.cfg.Name, "reason": reason})
	if err == nil {
		err = d.p.rec.Append(wire.Events, d.p.cfg.Clock.Boot(), record)
	}
	if err != nil {
		d.p.drop(recordRefused, 1)
	}
}
