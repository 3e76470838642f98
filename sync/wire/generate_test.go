package wire_test

import (
	"time"

	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// batches draws valid batches: a run of numbers cut into records and gaps, all below the head of the last life.
func batches(t *rapid.T) *wire.Batch {
	low := rapid.Uint64Range(1, 1<<40).Draw(t, "low")
	b := &wire.Batch{
		Epoch: wire.Epoch(array[[16]byte](t, "epoch")), Boot: rapid.Uint64Range(0, 1<<32).Draw(t, "boot"),
		Low: low, First: low + rapid.Uint64Range(0, 1000).Draw(t, "skip"),
	}
	n := b.First
	for range rapid.IntRange(1, 12).Draw(t, "runs") {
		length := rapid.Uint64Range(1, 9).Draw(t, "length")
		if rapid.Bool().Draw(t, "gap") {
			b.Gaps = append(b.Gaps, wire.Gap{First: n, Last: n + length - 1, Cause: wire.Cause(rapid.IntRange(1, 5).Draw(t, "cause"))})
		} else {
			for range length {
				b.Records = append(b.Records, record(t))
			}
		}
		n += length
	}
	drawLives(t, b, n-1)
	if rapid.Bool().Draw(t, "trusted") {
		b.Clock = &wire.Clock{Offset: us(t, "offset"), Err: us(t, "err")}
	}
	return b
}

func drawLives(t *rapid.T, b *wire.Batch, last uint64) {
	from := uint64(1)
	for i := range rapid.IntRange(0, 3).Draw(t, "older") {
		head := from + rapid.Uint64Range(0, 2).Draw(t, "head")
		if head >= b.Low {
			break
		}
		b.Lives = append(b.Lives, wire.Span{Life: wire.Life{byte(i), 1}, From: from, Head: head})
		from = head + 1
	}
	b.Life = wire.Life{0xff}
	b.Lives = append(b.Lives, wire.Span{Life: b.Life, From: from, Head: last + rapid.Uint64Range(0, 50).Draw(t, "beyond")})
}

func record(t *rapid.T) wire.Record {
	return wire.Record{At: us(t, "at"), Data: rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "data")}
}

func us(t *rapid.T, what string) time.Duration {
	return time.Duration(rapid.Int64Range(0, 1<<45).Draw(t, what)) * time.Microsecond
}

func array[A ~[16]byte | ~[8]byte](t *rapid.T, what string) A {
	var a A
	for i := range len(a) {
		a[i] = rapid.Byte().Draw(t, what)
	}
	return a
}

// sample is the batch of the golden file and of the seeds.
func sample() *wire.Batch {
	return &wire.Batch{
		Epoch: wire.Epoch{0xe0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
		Life:  wire.Life{0xb0, 1, 2, 3, 4, 5, 6, 7},
		Lives: []wire.Span{
			{Life: wire.Life{0xa0, 1, 2, 3, 4, 5, 6, 7}, From: 1, Head: 41},
			{Life: wire.Life{0xb0, 1, 2, 3, 4, 5, 6, 7}, From: 42, Head: 70},
		},
		Boot: 3, Low: 40, First: 42,
		Gaps: []wire.Gap{{First: 42, Last: 43, Cause: wire.Evicted}, {First: 45, Last: 45, Cause: wire.Refused}},
		Records: []wire.Record{
			{At: 1500 * time.Millisecond, Data: wire.AppendResult(nil, result())},
			{At: 2 * time.Second, Data: []byte{}},
		},
		Clock: &wire.Clock{Offset: 1_790_000_000 * time.Second, Err: 20 * time.Millisecond},
	}
}

func result() wire.Result {
	return wire.Result{Definition: 0xdeadbeef, Label: 3, Score: 65000, Flags: wire.Held}
}
