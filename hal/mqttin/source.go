package mqttin

import (
	"context"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/lines"
)

// Source is a topic that carries samples.
type Source struct {
	cfg   Config
	pulse *hal.Pulse
}

// New makes a source; Run connects.
func New(cfg Config) *Source {
	cfg = cfg.complete()
	s := &Source{cfg: cfg, pulse: hal.NewPulse(cfg.Clock)}
	s.pulse.Silence(hal.Silence{
		After: cfg.SilentAfter, Period: cfg.Rate.Period(), Of: "message",
		Check: "check that the device that publishes is on and reaches the broker, and the key topic of the source",
	})
	return s
}

func (s *Source) String() string { return "MQTT topic " + s.cfg.where() }

// Channels are those of the configuration.
func (s *Source) Channels() []hal.Channel { return append([]hal.Channel(nil), s.cfg.Channels...) }

// Health is how the topic is now.
func (s *Source) Health() hal.Health { return s.pulse.Health() }

// Run connects and emits a block for each message until ctx is cancelled or the connection is lost, which is an error.
func (s *Source) Run(ctx context.Context, emit func(hal.Block)) error {
	s.pulse.Begin()
	return s.pulse.Finish(ctx, s.run(ctx, emit))
}

func (s *Source) run(ctx context.Context, emit func(hal.Block)) error {
	if err := s.cfg.check(); err != nil {
		return fmt.Errorf("read MQTT topic: %w", err)
	}
	if ctx.Err() != nil {
		return nil
	}
	password, err := s.cfg.password()
	if err != nil {
		return err
	}
	l := newLink(s.cfg, password)
	defer l.release(ctx)
	if err := l.open(ctx); err != nil {
		return err
	}
	if err := l.subscribe(ctx); err != nil {
		return err
	}
	return s.receive(ctx, l, emit)
}

func (s *Source) receive(ctx context.Context, l *link, emit func(hal.Block)) error {
	r := &receiver{
		src: s, emit: emit, decoder: NewDecoder(len(s.cfg.Channels), s.cfg.Fields),
		block: hal.Block{Channels: len(s.cfg.Channels), Period: s.cfg.Rate.Period(), Values: make([]float32, 0, len(s.cfg.Channels))},
	}
	defer r.close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-l.lost:
			return fmt.Errorf("read %s: connection lost: %w", s, err)
		case m := <-l.inbox:
			if ctx.Err() != nil {
				return nil
			}
			r.take(m)
		}
	}
}

// receiver is one life of a subscription.
type receiver struct {
	src     *Source
	emit    func(hal.Block)
	decoder *Decoder
	block   hal.Block
	begun   bool
	bad     lines.Trouble
}

func (r *receiver) take(m message) {
	if m.lost > 0 {
		r.src.pulse.Drop(m.lost)
	}
	values, err := r.decoder.Decode(r.block.Values[:0], m.payload)
	if err != nil {
		r.wrong(err.Error(), m.at)
		return
	}
	if skipped, over := r.bad.Good(m.at); over {
		r.src.cfg.Logger.Info("messages are of use again", "topic", r.src.cfg.Topic, "skipped", skipped)
		r.src.pulse.Recover()
	}
	at := m.at
	if r.begun && at <= r.block.At {
		at = r.block.At + time.Microsecond
	}
	p := r.block.Period
	r.block.Discont = r.begun && p > 0 && at-r.block.At > time.Second+10*p // silent for long: some are missing
	r.begun, r.block.At, r.block.Values = true, at, values
	r.src.pulse.Emit(r.emit, r.block)
}

func (r *receiver) wrong(what string, at time.Duration) {
	r.src.pulse.Skip(1)
	if r.bad.Bad(at) {
		r.src.cfg.Logger.Warn("message is of no use", "topic", r.src.cfg.Topic, "reason", what)
		r.src.pulse.Degrade(what)
	}
}

// close ends the count of bad messages, so that the log never ends with an open edge.
func (r *receiver) close() {
	if n := r.bad.Count(); n > 1 {
		r.src.cfg.Logger.Info("messages ended", "topic", r.src.cfg.Topic, "skipped", n)
	}
}
