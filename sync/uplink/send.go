package uplink

import (
	"context"
	"errors"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// round sends at most one batch of each stream, the most important first, and reports whether it sent any.
func (s *session) round(ctx context.Context) (more bool, err error) {
	for _, f := range s.flows.list {
		sent, err := s.sendNext(ctx, f)
		if err != nil {
			return false, err
		}
		more = more || sent
	}
	return more, nil
}

func (s *session) sendNext(ctx context.Context, f *flow) (bool, error) {
	now := time.Now()
	if f.idle || f.held.After(now) || f.barred.After(now) || len(f.sent) >= s.cfg.Window {
		return false, nil
	}
	if len(f.sent) > 0 && s.pace.full() { // one batch may always be under way, or a stuck stream would stop the others
		return false, nil
	}
	fl, ok := s.load(f, f.next, f.limit(f.next, s.cfg.Batch))
	if !ok {
		return false, nil
	}
	if len(f.sent) == 0 {
		f.arm(now, s.pace.timeout())
	}
	fl.answersThen = s.flows.answers
	f.next, f.sent = fl.next, append(f.sent, fl)
	s.pace.sent(fl.bytes)
	return true, s.put(ctx, f, false)
}

// put publishes what load left in the buffer.
func (s *session) put(ctx context.Context, f *flow, repeated bool) error {
	s.status.sent(repeated)
	return s.link.publish(ctx, s.cfg.Base.Data(f.stream), 0, false, s.buf)
}

// load reads and encodes one batch into the buffer. false: there is nothing to send now.
func (s *session) load(f *flow, from wire.Cursor, lim wire.Limit) (flight, bool) {
	for {
		b, next, ok, err := s.box.Peek(f.stream, from, lim)
		if err != nil {
			s.trouble(f, "cannot read the spool", err)
			return flight{}, false
		}
		if !ok {
			f.idle = true
			return flight{}, false
		}
		if from == (wire.Cursor{}) {
			from = wire.Cursor{Epoch: b.Epoch, Number: b.First}
		}
		s.buf, err = wire.EncodeBatch(s.buf[:0], &b)
		if err == nil && len(s.buf) <= s.cfg.MaxMessage {
			return newFlight(&b, from, next, len(s.buf)), true
		}
		if len(b.Records) <= 1 {
			s.unsendable(f, &b, err)
			return flight{}, false
		}
		lim.Records = len(b.Records) / 2
	}
}

var errTooLarge = errors.New("larger than a message may be")

// unsendable gives up on one record that no message can hold. Any other fault is the spool's, and keeps its records.
func (s *session) unsendable(f *flow, b *wire.Batch, err error) {
	tooLarge := len(b.Records) == 1 && (len(b.Records[0].Data) > wire.MaxRecord || b.Check() == nil)
	if !tooLarge {
		s.trouble(f, "cannot encode a batch of the spool", err)
		return
	}
	s.refuse(f, b.Epoch, b.Numbers()[0], errTooLarge)
}

func (s *session) refuse(f *flow, e wire.Epoch, n uint64, why error) {
	s.cfg.Logger.Warn("record refused", "stream", f.stream, "epoch", e, "number", n, "cause", why)
	s.drop(f)
	f.suspect = suspect{}
	f.restart()
	if err := s.box.Refuse(f.stream, e, n); err != nil {
		s.trouble(f, "cannot mark a record as refused", err)
		return
	}
	f.hold(time.Now()) // until the gap is committed
}

// drop takes a flow's flights out of the window; their answers, if they come, are still applied.
func (s *session) drop(f *flow) {
	for _, fl := range f.sent {
		s.pace.forget(fl.bytes)
	}
	f.sent = f.sent[:0]
}

func newFlight(b *wire.Batch, from, next wire.Cursor, bytes int) flight {
	fl := flight{
		from: from, next: next, epoch: b.Epoch, life: b.Life, last: b.Last(), record: b.First, records: len(b.Records), bytes: bytes, at: time.Now(),
	}
	if fl.records > 0 {
		fl.record = b.Numbers()[0]
	}
	return fl
}
