package uplink

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// session is what happens over one connection. All its state belongs to Run's goroutine.
type session struct {
	*Uplink
	link *link
	name string // of this connection, the same in birth and will
	buf  []byte // of the batch being published
}

func newSession(u *Uplink) *session {
	s := &session{Uplink: u, name: rand.Text()}
	s.link = newLink(u.cfg, &u.count, s.state(wire.Lost))
	return s
}

// state is the payload of up/state.
func (s *session) state(p wire.Phase) []byte {
	b, err := wire.EncodeState(wire.State{Phase: p, Boot: s.cfg.Boot, Conn: s.name, Version: s.cfg.Version})
	if err != nil {
		s.cfg.Logger.Error("cannot say the device's state", "cause", err) // a version of over 1 kB: the rest still works
	}
	return b
}

// open brings the connection to where data may flow: subscribed first, because the hub answers `ready` at once.
func (s *session) open(ctx context.Context) error {
	if err := s.link.open(ctx); err != nil {
		return err
	}
	if err := s.link.subscribe(ctx); err != nil {
		return err
	}
	if err := s.link.publish(ctx, s.cfg.Base.State(), 1, true, s.state(wire.Ready)); err != nil {
		return fmt.Errorf("say ready: %w", err)
	}
	s.pace.flying = 0
	s.flows.restart(s.box.Streams())
	return nil
}

// serve sends and listens until the connection or ctx ends.
func (s *session) serve(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		s.readInbox()
		if err := s.repeatOverdue(ctx); err != nil {
			return err
		}
		more, err := s.round(ctx)
		if err != nil {
			return err
		}
		s.status.inflight(s.flows.unanswered())
		if err := s.rest(ctx, timer, more); err != nil {
			return err
		}
	}
}

// rest waits for something to do; with more work at hand it only looks.
func (s *session) rest(ctx context.Context, timer *time.Timer, more bool) error {
	d := s.flows.nextDue(time.Now())
	if more {
		d = 0
	}
	timer.Reset(d)
	select {
	case m := <-s.link.inbox:
		s.receive(m)
	case <-s.box.Changed():
		s.flows.wake(s.box.Streams())
	case <-timer.C:
	case err := <-s.link.lost:
		return fmt.Errorf("connection lost: %w", err)
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

func (s *session) readInbox() {
	for {
		select {
		case m := <-s.link.inbox:
			s.receive(m)
		default:
			return
		}
	}
}

// goodbye says `disconnected`, which a clean disconnect would not.
func (s *session) goodbye(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, goodbyeTimeout)
	defer cancel()
	if err := s.link.publish(ctx, s.cfg.Base.State(), 1, true, s.state(wire.Disconnected)); err != nil {
		s.cfg.Logger.Info("could not say goodbye", "cause", err)
		return // and let the broker publish the will
	}
	s.link.leave()
}
