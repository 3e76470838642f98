package ingest_test

import (
	"testing"

	"github.com/dunlin-iot/dunlin/hub/ingest"
	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// FuzzBatches judges whatever two payloads say, one after the other and again, and holds the receipt to its invariant.
func FuzzBatches(f *testing.F) {
	l1 := span(1, 1, 30)
	seeds := [][]byte{
		encode(f, batch(1, 5, l1)), encode(f, batch(6, 5, l1)), encode(f, gap(batch(1, 5, l1), 3, 4, wire.Evicted)),
		encode(f, low(8, batch(8, 3, l1))), encode(f, batch(4, 2, span(1, 1, 3), span(2, 4, 5))), []byte("noise"),
	}
	for _, a := range seeds {
		for _, b := range seeds {
			f.Add(a, b)
		}
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		r := &store.Receipt{Gaps: store.Gaps{}}
		for _, payload := range [][]byte{a, b, a} {
			it, err := ingest.Decode(from("watch-1"), wire.Results, payload)
			if err != nil {
				continue
			}
			v := ingest.Judge(r, it.Batch)
			if v.Ack.UpTo > r.Union().Prefix() || r.UpTo > r.Union().Prefix() {
				t.Fatalf("acknowledged %d, but only 1 to %d are accounted for", max(v.Ack.UpTo, r.UpTo), r.Union().Prefix())
			}
			if v.Ack.Rewind == nil && it.Batch.Low > r.Union().Prefix()+1 {
				t.Fatalf("low %d is beyond %d: those numbers can never come", it.Batch.Low, r.Union().Prefix())
			}
			for _, c := range r.Gaps.Causes() {
				if both := r.Gaps[c].Common(r.Delivered); !both.Empty() {
					t.Fatalf("%v both delivered and %v", both.Runs(), c)
				}
			}
		}
	})
}
