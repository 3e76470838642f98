package uplink

import (
	"context"
	"errors"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

var errUnanswered = errors.New("the hub answers others and never this one")

// repeatOverdue sends the oldest batch of each stream again when its answer stays out.
func (s *session) repeatOverdue(ctx context.Context) error {
	now := time.Now()
	for _, f := range s.flows.list {
		if len(f.sent) == 0 || now.Before(f.due) {
			continue
		}
		if err := s.repeatOldest(ctx, f, now); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) repeatOldest(ctx context.Context, f *flow, now time.Time) error {
	oldest := &f.sent[0]
	if s.flows.answers > oldest.answersThen {
		oldest.tries++
	}
	if oldest.tries >= maxTries {
		s.doubt(f)
		return nil
	}
	s.pace.late()
	f.arm(now, s.pace.timeout())
	if oldest.repeats == 0 {
		s.cfg.Logger.Debug("no answer from the hub", "stream", f.stream, "last", oldest.last)
	}
	if err := s.repeat(ctx, f, 0); err != nil || len(f.sent) < 2 || f.sent[0].repeats < 2 {
		return err
	}
	return s.repeat(ctx, f, 1) // its answer shows whether the hub is there at all
}

// doubt applies rule D7: half of it, and at last the record itself.
func (s *session) doubt(f *flow) {
	oldest := f.sent[0]
	if oldest.records <= 1 { // without a record it is a gap of an epoch that is gone; the Outbox knows what to do
		s.refuse(f, oldest.epoch, oldest.record, errUnanswered)
		return
	}
	s.cfg.Logger.Warn("batch stays unanswered, halving it", "stream", f.stream, "records", oldest.records, "last", oldest.last)
	for _, fl := range f.sent {
		s.pace.forget(fl.bytes)
	}
	s.pace.again()
	f.halve()
}

// repeat sends flight i again, as the Outbox has it now: some of it may have become gaps.
func (s *session) repeat(ctx context.Context, f *flow, i int) error {
	old := f.sent[i]
	lim := f.limit(old.from, s.cfg.Batch)
	lim.Records = min(lim.Records, max(old.records, 1))
	fl, ok := s.load(f, old.from, lim)
	if !ok {
		s.drop(f) // acknowledged or evicted meanwhile: start from what is the oldest now
		f.next, f.idle = wire.Cursor{}, false
		return nil
	}
	fl.repeats, fl.tries, fl.answersThen = old.repeats+1, old.tries, s.flows.answers
	s.pace.forget(old.bytes)
	s.pace.sent(fl.bytes)
	f.sent[i] = fl
	if fl.next != old.next {
		s.cut(f, i)
	}
	return s.put(ctx, f, true)
}

// cut forgets the flights after i: flight i now ends elsewhere, so they would leave a hole or send twice.
func (s *session) cut(f *flow, i int) {
	for _, fl := range f.sent[i+1:] {
		s.pace.forget(fl.bytes)
	}
	f.sent, f.next, f.idle = f.sent[:i+1], f.sent[i].next, false
}
