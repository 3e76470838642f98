package uplink

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Outbox is the spool as the uplink sees it.
type Outbox interface {
	// Streams lists the streams, the most important class first.
	Streams() []wire.Stream
	// Peek returns committed records and gaps from a place on, of one epoch, one life and one boot, and the place
	// after them; false when there are none.
	Peek(st wire.Stream, from wire.Cursor, lim wire.Limit) (b wire.Batch, next wire.Cursor, ok bool, err error)
	// Ack applies the hub's answer, as far as it concerns lives the spool knows. It may arrive any number of times.
	Ack(st wire.Stream, a wire.Ack) error
	// Refuse turns one record into the gap `refused`. It may be called more than once for a number, and for a number
	// that is a gap already.
	Refuse(st wire.Stream, e wire.Epoch, n uint64) error
	// Changed signals, after commits, that Peek may find more. It has one slot.
	Changed() <-chan struct{}
}

// Uplink sends what an Outbox holds.
type Uplink struct {
	box    Outbox
	cfg    Config
	flows  flows
	pace   pace
	wait   backoff
	status board
	count  counters
	quiet  bool // this run of failures has been said
}

// counters are written by the network's goroutines.
type counters struct {
	up, down    atomic.Uint64 // bytes
	undecodable atomic.Uint64
	dropped     atomic.Uint64
}

// New makes an uplink; Run brings it to life.
func New(box Outbox, cfg Config) *Uplink {
	cfg = cfg.complete()
	u := &Uplink{box: box, cfg: cfg, pace: newPace(cfg), wait: newBackoff(cfg)}
	u.status.set(Connecting, "")
	return u
}

// Run connects, sends, and connects again until ctx ends; then it says goodbye and returns nil. An error is returned
// only for a Config that can never work. Run may be called again after it has returned.
func (u *Uplink) Run(ctx context.Context) error {
	if err := u.cfg.check(); err != nil {
		return fmt.Errorf("run uplink: %w", err)
	}
	for {
		began := time.Now()
		u.status.set(Connecting, "")
		err := u.connection(ctx)
		if ctx.Err() != nil {
			u.status.set(Waiting, "stopped")
			return nil
		}
		if time.Since(began) >= u.cfg.Stable {
			u.wait.reset()
		}
		if !u.pause(ctx, err) {
			return nil
		}
	}
}

// pause waits between two connections; false when ctx has ended.
func (u *Uplink) pause(ctx context.Context, cause error) bool {
	d := u.wait.next()
	state := Waiting
	if errors.As(cause, new(*RefusedError)) {
		state = Refused
	}
	u.status.set(state, cause.Error())
	if !u.quiet { // the edge; the next line is the one that says connected
		u.quiet = true
		u.cfg.Logger.Warn("no connection to the hub", "cause", cause, "next", d.Round(time.Millisecond))
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		u.status.set(Waiting, "stopped")
		return false
	}
}

// connection lives as long as one connection does.
func (u *Uplink) connection(ctx context.Context) error {
	s := newSession(u)
	defer s.link.release()
	if err := s.open(ctx); err != nil {
		return err
	}
	u.cfg.Logger.Info("connected to the hub", "url", u.cfg.URL)
	u.status.up()
	u.quiet = false
	err := s.serve(ctx)
	if ctx.Err() != nil {
		s.goodbye(context.WithoutCancel(ctx))
	} else {
		u.flows.broke()
	}
	u.status.inflight(0)
	return err
}
