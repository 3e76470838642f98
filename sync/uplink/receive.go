package uplink

import (
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// receive takes one message from the hub's side. What makes no sense is counted, said once, and dropped.
func (s *session) receive(m message) {
	err := s.understand(m)
	if err == nil {
		s.flows.garbled = false
		return
	}
	s.count.undecodable.Add(1)
	if !s.flows.garbled {
		s.flows.garbled = true
		s.cfg.Logger.Warn("message from the hub makes no sense", "topic", m.topic, "bytes", len(m.payload), "cause", err)
	}
}

func (s *session) understand(m message) error {
	t, err := wire.ParseTopic(s.cfg.Base.Prefix, m.topic)
	if err != nil {
		return err
	}
	if t.Tenant != s.cfg.Base.Tenant || t.Device != s.cfg.Base.Device {
		return fmt.Errorf("meant for %s/%s", t.Tenant, t.Device)
	}
	if t.Kind != wire.KindAck {
		return fmt.Errorf("this agent does not take %s", m.topic)
	}
	f := s.flows.find(t.Stream)
	if f == nil {
		return fmt.Errorf("unknown stream %q", t.Stream)
	}
	a, err := wire.DecodeAck(m.payload)
	if err != nil {
		return err
	}
	s.answer(f, a)
	return nil
}

// answer applies an acknowledgement. How far it counts is for the Outbox to judge, which knows its lives.
func (s *session) answer(f *flow, a wire.Ack) {
	now := time.Now()
	s.status.answered(now)
	if f.concerns(a) {
		s.flows.answers++
	}
	if err := s.box.Ack(f.stream, a); err != nil {
		s.trouble(f, "cannot apply the hub's answer", err)
		return
	}
	if a.Rewind != nil {
		if f.rewinds == 0 {
			s.cfg.Logger.Warn("the hub saw these numbers from another life", "stream", f.stream, "life", a.Life, "newer", *a.Rewind)
		}
		f.bar(now, s.cfg.AckTimeoutMax)
		s.drop(f)
		f.restart()
		f.hold(now)
		return
	}
	bytes, took := f.settle(a, now, s.pace.timeout())
	s.pace.answered(bytes, took)
}

// trouble with the Outbox holds one stream for a while and is said when it begins.
func (s *session) trouble(f *flow, what string, err error) {
	if !f.troubled {
		f.troubled = true
		s.cfg.Logger.Error(what, "stream", f.stream, "cause", err)
	}
	f.hold(time.Now())
}
