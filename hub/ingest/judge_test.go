package ingest_test

import (
	"slices"
	"testing"

	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/hub/store/interval"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// run is the first and the last number of an interval.Run.
type run [2]uint64

func runs(all []interval.Run) []run {
	out := make([]run, len(all))
	for i, r := range all {
		out[i] = run{r.First, r.Last}
	}
	return out
}

func life(n byte) wire.Life { return wire.Life{n} }

// span is life n's range.
func span(n byte, from, head uint64) wire.Span {
	return wire.Span{Life: life(n), From: from, Head: head}
}

// batch holds count records from first, of the last of the lives; low is 1.
func batch(first uint64, count int, lives ...wire.Span) *wire.Batch {
	b := &wire.Batch{Epoch: wire.Epoch{9}, Life: lives[len(lives)-1].Life, Lives: lives, Boot: 1, Low: 1, First: first}
	for n := first; n < first+uint64(count); n++ {
		b.Records = append(b.Records, wire.Record{Data: wire.AppendResult(nil, wire.Result{Score: uint16(n)})})
	}
	return b
}

func low(n uint64, b *wire.Batch) *wire.Batch {
	b.Low = n
	return b
}

func gap(b *wire.Batch, first, last uint64, c wire.Cause) *wire.Batch {
	b.Gaps = append(b.Gaps, wire.Gap{First: first, Last: last, Cause: c})
	return b
}

// judgeCase: what a receipt that has seen the batches before holds after one more.
type judgeCase struct {
	name      string
	before    []*wire.Batch
	batch     *wire.Batch
	fresh     int
	upto      uint64
	delivered []run
	gaps      map[wire.Cause][]run
	lost      []run
	rewind    byte // the life that a rewind names, 0: none
}

func setCases() []judgeCase {
	l1 := span(1, 1, 30)
	return []judgeCase{
		{name: "first batch", batch: batch(1, 5, l1), fresh: 5, upto: 5, delivered: []run{{1, 5}}},
		{name: "repeated", before: []*wire.Batch{batch(1, 5, l1)}, batch: batch(1, 5, l1), upto: 5, delivered: []run{{1, 5}}},
		{name: "overlapping", before: []*wire.Batch{batch(1, 5, l1)}, batch: batch(4, 4, l1), fresh: 2, upto: 7, delivered: []run{{1, 7}}},
		{name: "out of order", batch: batch(6, 5, l1), fresh: 5, upto: 0, delivered: []run{{6, 10}}},
		{name: "hole filled", before: []*wire.Batch{batch(6, 5, l1)}, batch: batch(1, 5, l1), fresh: 5, upto: 10, delivered: []run{{1, 10}}},
		{name: "gap inside", batch: gap(batch(1, 5, l1), 3, 4, wire.Evicted), fresh: 5, upto: 7,
			delivered: []run{{1, 2}, {5, 7}}, gaps: map[wire.Cause][]run{wire.Evicted: {{3, 4}}}},
		{name: "gap alone", batch: gap(batch(1, 0, l1), 1, 9, wire.Expired), upto: 9,
			gaps: map[wire.Cause][]run{wire.Expired: {{1, 9}}}},
		{name: "H1 delivered wins over a later gap", before: []*wire.Batch{batch(1, 5, l1)}, batch: gap(batch(1, 0, l1), 1, 9, wire.Evicted), upto: 9,
			delivered: []run{{1, 5}}, gaps: map[wire.Cause][]run{wire.Evicted: {{6, 9}}}},
		{name: "H1 delivered wins over an earlier gap", before: []*wire.Batch{gap(batch(1, 0, l1), 1, 9, wire.Evicted)}, batch: batch(4, 2, l1), fresh: 2, upto: 9,
			delivered: []run{{4, 5}}, gaps: map[wire.Cause][]run{wire.Evicted: {{1, 3}, {6, 9}}}},
		{name: "the first cause counts", before: []*wire.Batch{gap(batch(1, 0, l1), 1, 4, wire.Evicted)}, batch: gap(batch(1, 0, l1), 1, 6, wire.Expired), upto: 6,
			gaps: map[wire.Cause][]run{wire.Evicted: {{1, 4}}, wire.Expired: {{5, 6}}}},
		{name: "H2 never beyond the batch's life", before: []*wire.Batch{batch(11, 5, span(1, 1, 10), span(2, 11, 15))},
			batch: batch(1, 10, span(1, 1, 10)), fresh: 10, upto: 10, delivered: []run{{1, 15}}},
		{name: "H3 the hub lost numbers", batch: low(8, batch(8, 3, l1)), fresh: 3, upto: 10,
			delivered: []run{{8, 10}}, gaps: map[wire.Cause][]run{wire.HubLost: {{1, 7}}}, lost: []run{{1, 7}}},
		{name: "H3 only what is missing", before: []*wire.Batch{batch(1, 3, l1), batch(5, 1, l1)}, batch: low(8, batch(8, 1, l1)), fresh: 1, upto: 8,
			delivered: []run{{1, 3}, {5, 5}, {8, 8}}, gaps: map[wire.Cause][]run{wire.HubLost: {{4, 4}, {6, 7}}}, lost: []run{{4, 4}, {6, 7}}},
		{name: "H3 a lost number comes after all", before: []*wire.Batch{low(8, batch(8, 1, l1))}, batch: batch(1, 7, l1), fresh: 7, upto: 8, delivered: []run{{1, 8}}},
		{name: "H3 not when all is there", before: []*wire.Batch{batch(1, 7, l1)}, batch: low(8, batch(8, 1, l1)), fresh: 1, upto: 8, delivered: []run{{1, 8}}},
	}
}

func lifeCases() []judgeCase {
	return []judgeCase{
		{name: "H4 a life grows", before: []*wire.Batch{batch(1, 5, span(1, 1, 5))}, batch: batch(6, 5, span(1, 1, 10)), fresh: 5, upto: 10, delivered: []run{{1, 10}}},
		{name: "H4 a new life follows", before: []*wire.Batch{batch(1, 5, span(1, 1, 5))}, batch: batch(6, 5, span(1, 1, 5), span(2, 6, 10)), fresh: 5, upto: 10, delivered: []run{{1, 10}}},
		{name: "H4 two lives own one number", before: []*wire.Batch{batch(1, 5, span(1, 1, 5))}, batch: batch(4, 2, span(1, 1, 3), span(2, 4, 5)),
			rewind: 2, delivered: []run{{1, 5}}},
		{name: "H4 a restored image with nothing new yet", before: []*wire.Batch{batch(1, 5, span(1, 1, 5))},
			batch: batch(2, 2, span(1, 1, 3), span(2, 4, 3)), rewind: 2, delivered: []run{{1, 5}}},
		{name: "H4 an older life's late batch", before: []*wire.Batch{batch(6, 5, span(1, 1, 5), span(2, 6, 10))}, batch: batch(1, 4, span(1, 1, 4)),
			fresh: 4, upto: 4, delivered: []run{{1, 4}, {6, 10}}},
		{name: "H4 the old timeline comes late", before: []*wire.Batch{batch(4, 2, span(1, 1, 3), span(2, 4, 5))}, batch: batch(1, 5, span(1, 1, 5)),
			rewind: 1, delivered: []run{{4, 5}}},
		{name: "H4 an idle life between two", before: []*wire.Batch{batch(1, 5, span(1, 1, 5), span(2, 6, 5))}, batch: batch(6, 1, span(3, 6, 6)), fresh: 1, upto: 6, delivered: []run{{1, 6}}},
	}
}

func TestJudge(t *testing.T) {
	for _, tt := range append(setCases(), lifeCases()...) {
		t.Run(tt.name, func(t *testing.T) {
			r := &store.Receipt{Gaps: store.Gaps{}}
			for _, b := range tt.before {
				sendable(t, b)
				ingest.Judge(r, b)
			}
			sendable(t, tt.batch)
			tt.check(t, r, ingest.Judge(r, tt.batch))
		})
	}
}

// sendable: a case that no device could send proves nothing.
func sendable(t *testing.T, b *wire.Batch) {
	t.Helper()
	if err := b.Check(); err != nil {
		t.Fatal(err)
	}
}

func (tt *judgeCase) check(t *testing.T, r *store.Receipt, v ingest.Verdict) {
	t.Helper()
	if (v.Ack.Rewind != nil) != (tt.rewind != 0) || (v.Ack.Rewind != nil && *v.Ack.Rewind != life(tt.rewind)) {
		t.Fatalf("rewind is %v, want life %d", v.Ack.Rewind, tt.rewind)
	}
	if len(v.Fresh) != tt.fresh || v.Ack.UpTo != tt.upto || v.Ack.Life != tt.batch.Life || v.Ack.Epoch != tt.batch.Epoch {
		t.Errorf("%d fresh, ack %+v; want %d, up to %d", len(v.Fresh), v.Ack, tt.fresh, tt.upto)
	}
	if !slices.Equal(runs(v.Lost), tt.lost) || !slices.Equal(runs(r.Delivered.Runs()), tt.delivered) {
		t.Errorf("lost %v, delivered %v; want %v, %v", v.Lost, r.Delivered.Runs(), tt.lost, tt.delivered)
	}
	for c := wire.Evicted; c.Valid(); c++ {
		if !slices.Equal(runs(r.Gaps[c].Runs()), tt.gaps[c]) {
			t.Errorf("gaps %v are %v, want %v", c, r.Gaps[c].Runs(), tt.gaps[c])
		}
	}
}
