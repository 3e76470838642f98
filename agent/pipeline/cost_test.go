package pipeline_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/window"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// sink is a recorder that keeps nothing.
type sink struct{ records, bytes int }

func (s *sink) Append(_ wire.Stream, _ time.Duration, record []byte) error {
	s.records++
	s.bytes += len(record)
	return nil
}

// quick is a session of the motions model's form that answers at once.
type quick struct{ ins, outs []engine.Tensor }

func newQuick() *quick {
	q := engine.Quant{Scale: 0.1, ZeroPoint: -31}
	return &quick{
		ins:  []engine.Tensor{{Name: "window", Type: engine.Int8, Shape: []int{1, 50, 6}, Quant: q, Data: make([]byte, 300)}},
		outs: []engine.Tensor{{Name: "probability", Type: engine.Int8, Shape: []int{1, 4}, Quant: engine.Quant{Scale: 1. / 256, ZeroPoint: -128}, Data: []byte{1, 2, 100, 3}}},
	}
}

func (q *quick) Inputs() []engine.Tensor  { return q.ins }
func (q *quick) Outputs() []engine.Tensor { return q.outs }
func (q *quick) Invoke() error            { return nil }
func (q *quick) Report() engine.Report    { return engine.Report{Delegate: "none"} }
func (q *quick) Close() error             { return nil }

// hand is a source that emits a block whenever it is asked to.
type hand struct {
	ask   chan struct{}
	block hal.Block
}

func (h *hand) String() string { return "hand" }
func (h *hand) Run(ctx context.Context, emit func(hal.Block)) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-h.ask:
			emit(h.block)
			h.block.At += time.Duration(h.block.Samples()) * h.block.Period
		}
	}
}

// bench runs a pipeline of the motions model's form on blocks of one hop, and calls body with a function that carries
// one window from sample to record.
func bench(tb testing.TB, logits bool, body func(oneWindow func())) {
	f, err := window.New(window.Config{Length: 50, Hop: 5, Channels: 6, Type: engine.Int8, Quant: engine.Quant{Scale: 0.1, ZeroPoint: -31}})
	if err != nil {
		tb.Fatal(err)
	}
	src := &hand{ask: make(chan struct{}), block: hal.Block{Period: time.Millisecond, Channels: 6, Values: make([]float32, 30)}}
	feed := pipeline.NewFeed(src, pipeline.FeedConfig{Name: "imu"})
	decided := make(chan struct{})
	var rec sink
	p := pipeline.New(pipeline.Config{Name: "activity", Metrics: time.Hour, OnDecision: func(pipeline.Decision) { decided <- struct{}{} }}, feed,
		func(context.Context) (*pipeline.Model, error) {
			return &pipeline.Model{Name: "motions", Version: "1", Labels: []string{"a", "b", "c", "d"}, Logits: logits, Session: newQuick(), Framer: f, Channels: 6}, nil
		}, &rec)
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { _ = feed.Run(ctx) })
	done.Go(func() { _ = p.Run(ctx) })
	for range 9 { // the window fills
		src.ask <- struct{}{}
	}
	body(func() {
		src.ask <- struct{}{}
		<-decided
	})
	cancel()
	done.Wait()
	if rec.records == 0 {
		tb.Error("nothing was recorded")
	}
}

func TestNoAllocations(t *testing.T) {
	for _, logits := range []bool{false, true} {
		bench(t, logits, func(oneWindow func()) {
			if n := testing.AllocsPerRun(2500, oneWindow); n != 0 { // more than two definitions
				t.Errorf("logits %v: %v allocations per window, want 0", logits, n)
			}
		})
	}
}

// TestNoAllocationsOnTrial: nor while the old model is fed and answers beside the new one.
func TestNoAllocationsOnTrial(t *testing.T) {
	old, next := answering(0, 10, 5), answering(1, 10, 5)
	src := &hand{ask: make(chan struct{}), block: hal.Block{Period: time.Millisecond, Channels: 1, Values: make([]float32, 5)}}
	feed := pipeline.NewFeed(src, pipeline.FeedConfig{Name: "imu"})
	decided := make(chan int, 1)
	p := pipeline.New(pipeline.Config{Name: "activity", Metrics: time.Hour, OnDecision: func(d pipeline.Decision) { decided <- d.Label }}, feed,
		func(context.Context) (*pipeline.Model, error) { return old, nil }, &sink{})
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { _ = feed.Run(ctx) })
	done.Go(func() { _ = p.Run(ctx) })
	oneWindow := func() int {
		src.ask <- struct{}{}
		return <-decided
	}
	src.ask <- struct{}{}
	oneWindow()
	swapped := make(chan error, 1)
	go func() { swapped <- p.Swap(ctx, next) }()
	for oneWindow() == 0 {
	}
	if err := <-swapped; err != nil {
		t.Fatalf("swap: %v", err)
	}
	if n := testing.AllocsPerRun(2500, func() { oneWindow() }); n != 0 {
		t.Errorf("%v allocations per window, want 0", n)
	}
	if trial, ok := p.Trial(); !ok || trial.Old.Windows < 300 {
		t.Errorf("the old model has answered %d windows, %v", trial.Old.Windows, ok)
	}
	cancel()
	done.Wait()
}

// BenchmarkWindow is the own time of the path for one window of the motions model's form: ring, frame, decide, record,
// without the engine. The source writes as much as fits, so no time is lost between goroutines.
func BenchmarkWindow(b *testing.B) {
	f, err := window.New(window.Config{Length: 50, Hop: 5, Channels: 6, Type: engine.Int8, Quant: engine.Quant{Scale: 0.1, ZeroPoint: -31}})
	if err != nil {
		b.Fatal(err)
	}
	n := b.N
	src := source(func(ctx context.Context, emit func(hal.Block)) error {
		block := hal.Block{Period: time.Millisecond, Channels: 6, Values: make([]float32, 30)}
		for range n + 9 {
			emit(block)
			block.At += 5 * time.Millisecond
		}
		return hal.End
	})
	feed := pipeline.NewFeed(src, pipeline.FeedConfig{Name: "imu", Lossless: true})
	var rec sink
	p := pipeline.New(pipeline.Config{Name: "activity", Metrics: time.Hour}, feed, func(context.Context) (*pipeline.Model, error) {
		return &pipeline.Model{Name: "motions", Version: "1", Labels: []string{"a", "b", "c", "d"}, Session: newQuick(), Framer: f, Channels: 6}, nil
	}, &rec)
	b.ReportAllocs()
	var done sync.WaitGroup
	done.Go(func() { _ = feed.Run(b.Context()) })
	if err := p.Run(b.Context()); !errors.Is(err, hal.End) {
		b.Fatal(err)
	}
	done.Wait()
	if got := p.Status().Windows; got != uint64(n) {
		b.Fatalf("%d windows, want %d", got, n)
	}
}

// TestLatency: the quantiles of known durations, at most 1/16 too high.
func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		r := newRig(samples(1000), pipeline.FeedConfig{Lossless: true}, pipeline.Config{Metrics: time.Second}, pipeline.Model{
			Framer: framer(t, 1, 1), Session: newSession(1, 1, 3, func([]float32, []float32) error {
				n++ // 1, 2, ... 1000 us, and one of a second
				d := time.Duration(n) * time.Microsecond
				if n == 500 {
					d = time.Second
				}
				time.Sleep(d)
				return nil
			}),
		})
		r.run(t)
		got := r.pipe.Status().Invoke
		for name, c := range map[string][2]float64{"p50": {got.P50, 501}, "p99": {got.P99, 991}, "max": {got.Max, 1e6}} {
			if c[0] < c[1] || c[0] > c[1]*(1+1./16) {
				t.Errorf("%s is %v us, want %v", name, c[0], c[1])
			}
		}
		gauges := map[string]float64{}
		for _, rec := range r.book.records[wire.Metrics] {
			g, ok := rec.(wire.Gauge)
			if !ok || g.Owner != "pipeline/activity" {
				t.Fatalf("metric %+v", rec)
			}
			gauges[g.Name] = g.Value
		}
		// The tick of the first second falls into the long window; how many short ones follow before it is served is open.
		half := gauges["windows"] / 2
		if math.Abs(gauges["invoke_max_us"]-1e6) > 1 || half < 250 || gauges["invoke_p50_us"] < half || gauges["invoke_p50_us"] > half*(1+1./16)+2 {
			t.Errorf("gauges after the first second: %v", gauges)
		}
	})
}
