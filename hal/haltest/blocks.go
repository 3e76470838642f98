package haltest

import (
	"context"
	"hash/maphash"
	"math"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/dunlin-iot/dunlin/hal"
)

func wellFormed(t *testing.T, s Subject) {
	blocks, _ := Collect(t, s.Endless(t), 20, nil)
	for i, b := range blocks {
		if i == 0 && !b.Discont {
			t.Error("the first block of a run has no Discont")
		}
		if b.Channels != s.values() || b.Samples() == 0 || len(b.Values)%b.Channels != 0 {
			t.Errorf("block %d: %d values of %d channels, want whole samples of %d", i, len(b.Values), b.Channels, s.values())
		}
		if b.Period < 0 || b.Format != hal.Float32 {
			t.Errorf("block %d: period %v, format %v", i, b.Period, b.Format)
		}
	}
}

// timeGrows: within a run without breaks, blocks follow one another; they never go back and never overlap.
func timeGrows(t *testing.T, s Subject) {
	blocks, _ := Collect(t, s.Endless(t), 20, nil)
	for i, b := range blocks[1:] {
		before := blocks[i]
		last := before.At
		for range before.Samples() - 1 {
			last += before.Period
		}
		if b.At <= last {
			t.Errorf("block %d begins at %v, its forerunner ends at %v", i+1, b.At, last)
		}
	}
}

func oneAtATime(t *testing.T, s Subject) {
	var inside atomic.Int32
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	n := 0
	if err := s.Endless(t).Run(ctx, func(hal.Block) {
		if inside.Add(1) != 1 {
			t.Error("emit was called while emit ran")
		}
		runtime.Gosched()
		inside.Add(-1)
		if n++; n == 20 {
			cancel()
		}
	}); err != nil {
		t.Errorf("Run: %v", err)
	}
	if inside.Load() != 0 || n < 20 {
		t.Errorf("%d blocks; %d calls of emit still run", n, inside.Load())
	}
}

// valuesHoldStill: the values belong to the source, which may use their memory again only after emit has returned. A
// consumer that keeps them without a copy breaks the contract, so nothing is checked after emit.
func valuesHoldStill(t *testing.T, s Subject) {
	seed := maphash.MakeSeed()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	n := 0
	if err := s.Endless(t).Run(ctx, func(b hal.Block) {
		before := sum(seed, b.Values)
		for range 100 {
			runtime.Gosched()
		}
		if sum(seed, b.Values) != before {
			t.Error("values changed while emit ran")
		}
		if n++; n == 20 {
			cancel()
		}
	}); err != nil {
		t.Errorf("Run: %v", err)
	}
}

func sum(seed maphash.Seed, values []float32) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, v := range values {
		b := math.Float32bits(v)
		h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24)})
	}
	return h.Sum64()
}

func describes(t *testing.T, s Subject) {
	p, pictured := s.Endless(t).(hal.Pictured)
	if pictured && p.Picture() != s.Picture || !pictured && s.Picture != (hal.Picture{}) {
		t.Errorf("the source does not say that it gives pictures of %v, or says so wrongly", s.Picture)
	}
	d, ok := s.Endless(t).(hal.Describer)
	if !ok {
		return // a source may learn its channels only when it runs
	}
	if got := d.Channels(); !slices.Equal(got, s.Channels) {
		t.Errorf("channels %v, want %v", got, s.Channels)
	}
}
