package spool

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Peek reads the batch that begins at from, or at the oldest number that is not acknowledged when from is zero, lies
// before it, or is of an epoch that is gone. Epochs that were lost come first, each as one gap. next is where the
// following batch begins; ok is false when nothing is committed from there on.
//
// A batch holds one life and one boot and obeys lim, but has at least one record or gap. An error says that the file
// is damaged; the next commit sets it aside.
func (s *Spool) Peek(st wire.Stream, from wire.Cursor, lim wire.Limit) (b wire.Batch, next wire.Cursor, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	str, known := s.streams[st]
	if s.closed || !known {
		return b, from, false, fmt.Errorf("peek %q: %w", st, orClosed(s.closed))
	}
	if b, next, ok = s.peekLost(st, from); ok {
		return b, next, true, nil
	}
	n := str.Low
	if from.Epoch == s.epoch {
		n = max(n, from.Number)
	}
	next = wire.Cursor{Epoch: s.epoch, Number: n}
	if s.file == nil || s.broken != nil || n > str.Head {
		return b, next, false, nil
	}
	b, next.Number, err = s.read(st, &str, n, lim)
	if err != nil {
		s.broken = err
		s.pending.hurry()
		return wire.Batch{}, from, false, fmt.Errorf("peek %q: %w", st, err)
	}
	return b, next, true, nil
}

func orClosed(closed bool) error {
	if closed {
		return ErrClosed
	}
	return ErrUnknownStream
}

// peekLost yields the gap of the lost epoch at from, or of the oldest one when from is in no epoch of today.
func (s *Spool) peekLost(st wire.Stream, from wire.Cursor) (b wire.Batch, next wire.Cursor, ok bool) {
	skip := from.Epoch != wire.Epoch{} && s.isToday(from.Epoch)
	for _, l := range s.side.Closed {
		r, has := l.Streams[st]
		if skip {
			if l.Epoch != from.Epoch {
				continue
			}
			skip = false
			if from.Number > r.UpTo {
				continue
			}
		}
		if has {
			return l.batch(r), wire.Cursor{Epoch: l.Epoch, Number: r.UpTo + 1}, true
		}
	}
	return b, next, false
}

func (s *Spool) isToday(e wire.Epoch) bool {
	for _, l := range s.side.Closed {
		if l.Epoch == e {
			return true
		}
	}
	return e == s.epoch
}

// batch says that everything up to the reservation is lost, under the last life known: it may extend its own range,
// so no two lives overlap (rule D5).
func (l *lost) batch(r reserved) wire.Batch {
	return wire.Batch{
		Epoch: l.Epoch, Life: l.Life, Boot: l.Boot, Low: 1, First: 1,
		Lives: []wire.Span{{Life: l.Life, From: r.From, Head: r.UpTo}},
		Gaps:  []wire.Gap{{First: 1, Last: r.UpTo, Cause: wire.EpochLost}},
	}
}

// Upper bounds of encoded sizes.
const (
	sizeBatch  = 128
	sizeSpan   = 32
	sizeGap    = 24
	sizeRecord = 16 // beside its payload
)

// reader collects one batch.
type reader struct {
	b       wire.Batch
	str     *stream
	n, last uint64
	gaps    []wire.Gap
	room    int // bytes
	records int
}

func (s *Spool) read(st wire.Stream, str *stream, n uint64, lim wire.Limit) (wire.Batch, uint64, error) {
	seg, last := str.at(n)
	r := reader{str: str, n: n, last: last, gaps: str.Gaps, room: wire.MaxMessage, records: wire.MaxRecords}
	if lim.Bytes > 0 {
		r.room = min(r.room, lim.Bytes)
	}
	if lim.Records > 0 {
		r.records = min(r.records, lim.Records)
	}
	r.b = wire.Batch{Epoch: s.epoch, Life: seg.Life, Lives: str.spans(), Boot: seg.Boot, Low: str.Low, First: n}
	r.room -= sizeBatch + len(r.b.Lives)*sizeSpan
	for len(r.gaps) > 0 && r.gaps[0].Last < n {
		r.gaps = r.gaps[1:]
	}
	err := s.file.view(func(tx *bbolt.Tx) error { return r.collect(tx.Bucket([]byte(bucketStream + string(st)))) })
	return r.b, r.n, err
}

func (r *reader) collect(b *bbolt.Bucket) error {
	var c *bbolt.Cursor // nil: to be placed at n
	var k, v []byte
	for r.n <= r.last {
		if r.takeGap() {
			c = nil // what was refused stays in the file until the next commit
			continue
		}
		if r.gapsFull() {
			return nil
		}
		if b == nil {
			return fmt.Errorf("record %d: %w", r.n, errDamaged)
		}
		if c == nil {
			c = b.Cursor()
			k, v = c.Seek(recordKey(r.str.Base, r.n))
		}
		done, err := r.takeRecord(k, v)
		if done || err != nil {
			return err
		}
		k, v = c.Next()
	}
	return nil
}

// takeGap moves past the gap at n, if there is one and room for it.
func (r *reader) takeGap() bool {
	if len(r.gaps) == 0 || r.gaps[0].First > r.n || r.gapsFull() {
		return false
	}
	g := r.gaps[0]
	r.gaps = r.gaps[1:]
	r.b.Gaps = append(r.b.Gaps, wire.Gap{First: r.n, Last: min(g.Last, r.last), Cause: g.Cause})
	r.n = min(g.Last, r.last) + 1
	r.room -= sizeGap
	return true
}

// gapsFull reports whether n is in a gap that no longer fits.
func (r *reader) gapsFull() bool {
	if len(r.gaps) == 0 || r.gaps[0].First > r.n {
		return false
	}
	return len(r.b.Gaps) == wire.MaxGaps || len(r.b.Gaps)+len(r.b.Records) > 0 && r.room < sizeGap
}

func (r *reader) takeRecord(k, v []byte) (done bool, err error) {
	if len(k) != 8 || binary.BigEndian.Uint64(k) != r.str.Base+r.n {
		return true, fmt.Errorf("record %d: %w", r.n, errDamaged)
	}
	at, data, err := splitValue(v)
	if err != nil {
		return true, fmt.Errorf("record %d: %w", r.n, err)
	}
	size := sizeRecord + len(data)
	if len(r.b.Records) == r.records || len(r.b.Records)+len(r.b.Gaps) > 0 && size > r.room {
		return true, nil
	}
	r.b.Records = append(r.b.Records, wire.Record{At: at, Data: bytes.Clone(data)})
	r.room -= size
	r.n++
	return false, nil
}
