package uplinktest

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Box is an Outbox in memory with one epoch and one life. Acknowledged records are forgotten at once.
type Box struct {
	Epoch wire.Epoch
	Life  wire.Life

	mu      sync.Mutex
	order   []wire.Stream
	streams map[wire.Stream]*queue
	changed chan struct{}
	failure error
	rewinds int
}

type queue struct {
	acked   uint64
	records [][]byte
	refused map[uint64]bool
}

// NewBox makes an empty box; its streams are listed in the order given.
func NewBox(streams ...wire.Stream) *Box {
	b := &Box{Epoch: wire.Epoch{0xe1}, Life: wire.Life{0x11}, order: streams, streams: map[wire.Stream]*queue{}, changed: make(chan struct{}, 1)}
	for _, s := range streams {
		b.streams[s] = &queue{refused: map[uint64]bool{}}
	}
	return b
}

// Add commits records.
func (b *Box) Add(s wire.Stream, records ...[]byte) {
	b.mu.Lock()
	b.streams[s].records = append(b.streams[s].records, records...)
	b.mu.Unlock()
	b.signal()
}

// AddCopies commits the same record n times.
func (b *Box) AddCopies(s wire.Stream, n int, record []byte) {
	b.Add(s, slices.Repeat([][]byte{record}, n)...)
}

// Fail makes Peek return err until it is called with nil.
func (b *Box) Fail(err error) {
	b.mu.Lock()
	b.failure = err
	b.mu.Unlock()
	b.signal()
}

func (b *Box) signal() {
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// Acked is the largest number of s that the hub has acknowledged.
func (b *Box) Acked(s wire.Stream) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.streams[s].acked
}

// Refused lists the numbers of s that were given up.
func (b *Box) Refused(s wire.Stream) []uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.streams[s].refused))
}

// Rewinds counts the answers that asked for a new epoch.
func (b *Box) Rewinds() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rewinds
}

func (b *Box) Streams() []wire.Stream   { return b.order }
func (b *Box) Changed() <-chan struct{} { return b.changed }

func (b *Box) Peek(s wire.Stream, from wire.Cursor, lim wire.Limit) (wire.Batch, wire.Cursor, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.streams[s]
	first, head := max(from.Number, q.acked+1), uint64(len(q.records))
	if b.failure != nil || first > head {
		return wire.Batch{}, from, false, b.failure
	}
	out := wire.Batch{
		Epoch: b.Epoch, Life: b.Life, Lives: []wire.Span{{Life: b.Life, From: 1, Head: head}}, Boot: 1, Low: q.acked + 1, First: first,
	}
	size, n := 0, first
	for ; n <= head && len(out.Records) < lim.Records; n++ {
		data := q.records[n-1]
		if q.refused[n] {
			out.Gaps = append(out.Gaps, wire.Gap{First: n, Last: n, Cause: wire.Refused})
			continue
		}
		if size += len(data) + 10; len(out.Records) > 0 && size > lim.Bytes {
			break
		}
		out.Records = append(out.Records, wire.Record{At: time.Duration(n) * time.Millisecond, Data: data})
	}
	return out, wire.Cursor{Epoch: b.Epoch, Number: n}, true, nil
}

func (b *Box) Ack(s wire.Stream, a wire.Ack) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.streams[s]
	switch {
	case a.Epoch != b.Epoch || a.Life != b.Life:
	case a.Rewind != nil:
		b.rewinds++
		b.Epoch, b.Life = wire.Epoch{b.Epoch[0] + 1}, wire.Life{b.Life[0] + 1}
		for _, q := range b.streams {
			q.records, q.acked = q.records[q.acked:], 0
		}
	case a.UpTo <= uint64(len(q.records)):
		q.acked = max(q.acked, a.UpTo)
	}
	return nil
}

func (b *Box) Refuse(s wire.Stream, e wire.Epoch, n uint64) error {
	b.mu.Lock()
	if q := b.streams[s]; e == b.Epoch && n > q.acked && n <= uint64(len(q.records)) {
		q.refused[n] = true
	}
	b.mu.Unlock()
	b.signal()
	return nil
}
