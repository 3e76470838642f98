package pipeline_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/window"
)

// witness is a framer that keeps what it is given, and dawdles.
type witness struct {
	dawdle func() time.Duration
	values []float32
	broken []bool // samples are missing before the value of the same index
}

func (w *witness) Push(b engine.Tensor, discont bool) {
	v, err := b.Float32s()
	if err != nil {
		panic(err)
	}
	for i := range v {
		w.values = append(w.values, v[i])
		w.broken = append(w.broken, i == 0 && discont)
	}
	time.Sleep(w.dawdle())
}
func (w *witness) Next(engine.Tensor) bool { return false }
func (w *witness) Stats() window.Stats     { return window.Stats{Samples: uint64(len(w.values))} }

// script of a source: blocks of a number of samples, each after a pause, some discontinuous.
type burst struct {
	n       int
	discont bool
	pause   time.Duration
}

func bursts(list []burst) source {
	return func(ctx context.Context, emit func(hal.Block)) error {
		next := float32(0)
		for i, b := range list {
			time.Sleep(b.pause)
			values := make([]float32, b.n)
			for j := range values {
				values[j] = next
				next++
			}
			emit(hal.Block{Period: time.Millisecond, Channels: 1, Values: values, Discont: b.discont || i == 0})
		}
		return hal.End
	}
}

// TestNothingIsGluedOrLostInSilence: whatever the source and the pipeline's pace, samples arrive in order, each break
// and each loss is marked on the next sample, and the ledger counts exactly what is missing.
func TestNothingIsGluedOrLostInSilence(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		list := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) burst {
			return burst{
				n:       rapid.IntRange(1, 40).Draw(rt, "n"),
				discont: rapid.IntRange(0, 5).Draw(rt, "discont") == 0,
				pause:   time.Duration(rapid.IntRange(0, 20).Draw(rt, "pause")) * time.Millisecond,
			}
		}), 1, 40).Draw(rt, "bursts")
		lossless := rapid.Bool().Draw(rt, "lossless")
		size := rapid.IntRange(1, 64).Draw(rt, "ring")
		slow := rapid.IntRange(0, 30).Draw(rt, "slow")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		w := &witness{dawdle: func() time.Duration { return time.Duration(random.IntN(slow+1)) * time.Millisecond }}
		var r *rig
		synctest.Test(t, func(t *testing.T) {
			r = newRig(bursts(list), pipeline.FeedConfig{Ring: size, Lossless: lossless}, pipeline.Config{},
				pipeline.Model{Session: newSession(1, 1, 3, nil), Framer: w})
			r.run(t)
		})
		checkFlow(rt, list, lossless, w, r.book.losses["source/imu ring_overrun"])
	})
}

func checkFlow(t *rapid.T, list []burst, lossless bool, w *witness, lost uint64) {
	total, breaks := 0, map[float32]bool{}
	for i, b := range list {
		if b.discont || i == 0 {
			breaks[float32(total)] = true
		}
		total += b.n
	}
	if uint64(len(w.values))+lost != uint64(total) || lossless && lost > 0 {
		t.Fatalf("%d of %d samples arrived, %d counted as lost, lossless %v", len(w.values), total, lost, lossless)
	}
	last := float32(-1)
	for i, v := range w.values {
		must := i == 0
		for k := last + 1; k <= v; k++ {
			must = must || breaks[k] || k < v
		}
		if v <= last || w.broken[i] != must {
			t.Fatalf("sample %v after %v: break marked %v, want %v", v, last, w.broken[i], must)
		}
		last = v
	}
}

// TestSlowPipelineLosesTheOldest: the newest samples are worth more than the oldest.
func TestSlowPipelineLosesTheOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &witness{dawdle: func() time.Duration { return time.Second }}
		r := newRig(samples(100), pipeline.FeedConfig{Ring: 8}, pipeline.Config{}, pipeline.Model{Session: newSession(1, 1, 3, nil), Framer: w})
		r.run(t)
		if n := len(w.values); n < 8 || w.values[n-1] != 99 || w.values[n-8] != 92 || !w.broken[n-8] {
			t.Errorf("values %v, breaks %v", w.values, w.broken)
		}
		if lost := r.book.losses["source/imu ring_overrun"]; lost != uint64(100-len(w.values)) {
			t.Errorf("%d counted as lost, %d arrived", lost, len(w.values))
		}
	})
}

// TestStopDrains: what the source has handed over before the stop becomes decisions.
func TestStopDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(source(func(ctx context.Context, emit func(hal.Block)) error {
			emit(hal.Block{Period: time.Millisecond, Discont: true, Channels: 1, Values: make([]float32, 1000)})
			<-ctx.Done()
			return nil
		}), pipeline.FeedConfig{}, pipeline.Config{}, pipeline.Model{
			Session: newSession(1, 1, 3, func(in, out []float32) error { time.Sleep(time.Millisecond); return nil }), Framer: framer(t, 1, 1)})
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		feedCtx, stopFeed := context.WithCancel(t.Context())
		done.Go(func() { _ = r.feed.Run(feedCtx) })
		done.Go(func() {
			if err := r.pipe.Run(ctx); err != nil {
				t.Errorf("pipeline: %v", err)
			}
		})
		time.Sleep(10 * time.Millisecond)
		if p := r.pipe.Progress(); p.Idle || p.Steps == 0 {
			t.Errorf("progress %+v while at work", p)
		}
		stopFeed()
		cancel()
		done.Wait()
		if st := r.pipe.Status(); st.Decisions != 1000 || st.State != "stopped" {
			t.Errorf("%d decisions, state %s", st.Decisions, st.State)
		}
		if p := r.pipe.Progress(); !p.Idle {
			t.Error("a pipeline that does not run is not idle")
		}
	})
}
