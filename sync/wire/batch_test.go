package wire_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestBatchRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := batches(t)
		p, err := wire.EncodeBatch([]byte("keep"), want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.DecodeBatch(p[4:])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" || string(p[:4]) != "keep" {
			t.Fatal(diff)
		}
	})
}

// TestNumbersCoverTheBatch: records and gaps together are First to Last, each number once.
func TestNumbersCoverTheBatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := batches(t)
		all := b.Numbers()
		for _, g := range b.Gaps {
			for n := g.First; n <= g.Last; n++ {
				all = append(all, n)
			}
		}
		slices.Sort(all)
		for i, n := range all {
			if n != b.First+uint64(i) {
				t.Fatalf("number %d stands at place %d after %d", n, i, b.First)
			}
		}
		if all[len(all)-1] != b.Last() {
			t.Fatalf("last is %d, Last says %d", all[len(all)-1], b.Last())
		}
	})
}

func TestCheckNamesTheBrokenRule(t *testing.T) {
	for _, c := range []struct {
		name, want string
		spoil      func(b *wire.Batch)
	}{
		{"own life unlisted", "not among its lives", func(b *wire.Batch) { b.Life[0]++ }},
		{"life twice", "listed twice", func(b *wire.Batch) { b.Lives[0].Life = b.Life }},
		{"lives overlap", "owns 41 to 70 after 41", func(b *wire.Batch) { b.Lives[1].From = 41 }},
		{"from zero", "owns 0 to 41", func(b *wire.Batch) { b.Lives[0].From = 0 }},
		{"from beyond head", "owns 72 to 70", func(b *wire.Batch) { b.Lives[1].From = 72 }},
		{"head beyond all", "owns 42 to", func(b *wire.Batch) { b.Lives[1].Head = wire.MaxNumber + 1 }},
		{"low zero", "low is 0", func(b *wire.Batch) { b.Low = 0 }},
		{"low beyond first", "below low 43", func(b *wire.Batch) { b.Low = 43 }},
		{"gap before first", "out of order", func(b *wire.Batch) { b.First = 43 }},
		{"gaps overlap", "out of order", func(b *wire.Batch) { b.Gaps[1].First = 43 }},
		{"gap backwards", "out of order", func(b *wire.Batch) { b.Gaps[1].Last = 44 }},
		{"cause zero", "unknown cause(0)", func(b *wire.Batch) { b.Gaps[0].Cause = 0 }},
		{"cause unknown", "unknown cause(6)", func(b *wire.Batch) { b.Gaps[0].Cause = 6 }},
		{"hole", "holds", func(b *wire.Batch) { b.Gaps[1].First, b.Gaps[1].Last = 50, 50 }},
		{"beyond head", "beyond the life's head", func(b *wire.Batch) { b.Lives[1].Head = 45 }},
		{"nothing", "neither records nor gaps", func(b *wire.Batch) { b.Gaps, b.Records = nil, nil }},
		{"codec", "unknown codec", func(b *wire.Batch) { b.Codec = 1 }},
		{"record too large", "record 0 of", func(b *wire.Batch) { b.Records[0].Data = make([]byte, wire.MaxRecord+1) }},
		{"time before boot", "time of record 1", func(b *wire.Batch) { b.Records[1].At = -time.Microsecond }},
		{"error of clock below zero", "clock", func(b *wire.Batch) { b.Clock.Err = -time.Second }},
		{"too many records", "more than", func(b *wire.Batch) { b.Records = make([]wire.Record, wire.MaxRecords+1) }},
		{"too many lives", "more than", func(b *wire.Batch) { b.Lives = make([]wire.Span, wire.MaxLives+1) }},
		{"too many gaps", "more than", func(b *wire.Batch) { b.Gaps = make([]wire.Gap, wire.MaxGaps+1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := sample()
			if err := b.Check(); err != nil {
				t.Fatalf("the sample itself: %v", err)
			}
			c.spoil(b)
			if _, err := wire.EncodeBatch(nil, b); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// TestClosingBatch: rule D5 reports a lost epoch as one gap from 1 to the reservation, under a life that began later.
func TestClosingBatch(t *testing.T) {
	b := sample()
	b.Low, b.First, b.Records = 1, 1, nil
	b.Lives = []wire.Span{{Life: b.Life, From: 42, Head: 65536}}
	b.Gaps = []wire.Gap{{First: 1, Last: 65536, Cause: wire.EpochLost}}
	p, err := wire.EncodeBatch(nil, b)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := wire.DecodeBatch(p); err != nil || !cmp.Equal(got.Gaps, b.Gaps) || got.Last() != 65536 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestEncodeRefusesLargeMessages(t *testing.T) {
	b := sample()
	b.Gaps = nil
	b.Records = []wire.Record{{Data: make([]byte, 60<<10)}, {Data: make([]byte, 60<<10)}, {Data: make([]byte, 10<<10)}}
	if _, err := wire.EncodeBatch(nil, b); err == nil {
		t.Error("a batch beyond MaxMessage was encoded")
	}
	b.Records = b.Records[:2]
	if _, err := wire.EncodeBatch(nil, b); err != nil {
		t.Error(err)
	}
}

func TestDecodeBatchRefuses(t *testing.T) {
	good, err := wire.EncodeBatch(nil, sample())
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string][]byte{
		"nothing":             nil,
		"truncated":           good[:len(good)-1],
		"trailing byte":       append(bytes.Clone(good), 0),
		"no map":              {0x80},
		"empty map":           {0xa0},
		"indefinite map":      append([]byte{0xbf}, append(bytes.Clone(good[1:]), 0xff)...),
		"key twice":           append([]byte{good[0] + 1, 0x01, 0x50}, append(make([]byte, 16), good[1:]...)...),
		"unknown key":         append([]byte{good[0] + 1}, append(bytes.Clone(good[1:]), 0x0c, 0x00)...),
		"long form of a head": bytes.Replace(good, []byte{0x04, 0x03}, []byte{0x04, 0x18, 0x03}, 1),
		"too large":           make([]byte, wire.MaxMessage+1),
	} {
		if b, err := wire.DecodeBatch(p); err == nil {
			t.Errorf("%s: got %+v", name, b)
		}
	}
}

func FuzzDecodeBatch(f *testing.F) {
	good, err := wire.EncodeBatch(nil, sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:20])
	f.Add([]byte{0xbf, 0xff})
	f.Add([]byte{0xa1, 0x03, 0x9b, 0, 0, 0, 1, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, p []byte) {
		b, err := wire.DecodeBatch(p)
		if err != nil {
			return
		}
		if n := len(b.Numbers()); n != len(b.Records) {
			t.Fatalf("%d numbers for %d records", n, len(b.Records))
		}
		again, err := wire.EncodeBatch(nil, b)
		if err != nil || !bytes.Equal(p, again) {
			t.Fatalf("decoded %x, encoded %x, %v", p, again, err)
		}
	})
}
