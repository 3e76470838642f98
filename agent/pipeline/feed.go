package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// FeedConfig of a source.
type FeedConfig struct {
	Name     string       // as in the configuration: "imu"
	Ring     int          // samples kept for each pipeline, as far as 4 MiB hold them; zero means 4,096, of pictures 3
	Planned  bool         // its discontinuities are seams of what it plays, not losses: the ledger does not count them
	Lossless bool         // the source waits for slow pipelines instead of losing samples: recordings, never hardware
	Ledger   Ledger       // nil counts in the status only
	Clock    clock.Clock  // nil means the system's
	Logger   *slog.Logger // nil discards
}

// Feed runs one source and hands its samples to the pipelines that were made on it.
type Feed struct {
	src   hal.Source
	cfg   FeedConfig
	owner string
	rings []*ring
	back  chan struct{} // one slot: a pipeline reads again

	once  sync.Once
	ready chan struct{}

	samples, gaps, overruns atomic.Uint64
	fresh                   bool // the next block is the first of its run
}

// NewFeed makes the feed of a source. Make all its pipelines before it runs.
func NewFeed(src hal.Source, cfg FeedConfig) *Feed {
	if cfg.Ring <= 0 {
		cfg.Ring = ringOf(src)
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Feed{src: src, cfg: cfg, owner: "source/" + cfg.Name, back: make(chan struct{}, 1), ready: make(chan struct{})}
}

// ringOf is how many samples are worth keeping. A picture is worth less the older it is: a model that is slower than
// its camera had better see the newest ones than all of them late.
func ringOf(src hal.Source) int {
	if p, ok := src.(hal.Pictured); ok && p.Picture() != (hal.Picture{}) {
		return 3
	}
	return 4096
}

// Run runs the source once. It returns what the source returns; the pipelines see the end of a finite source.
func (f *Feed) Run(ctx context.Context) error {
	f.fresh = true
	err := f.src.Run(ctx, func(b hal.Block) { f.emit(ctx, b) })
	if errors.Is(err, hal.End) {
		for _, r := range f.rings {
			r.end()
		}
	}
	return err
}

// Ready is closed when the first block has come.
func (f *Feed) Ready() <-chan struct{} { return f.ready }

func (f *Feed) String() string { return "source " + f.cfg.Name }

// ring makes the ring of one more pipeline.
func (f *Feed) ring() *ring {
	r := newRing(f.cfg.Ring)
	f.rings = append(f.rings, r)
	return r
}

func (f *Feed) emit(ctx context.Context, b hal.Block) {
	f.samples.Add(uint64(b.Samples()))
	if b.Discont && !f.fresh {
		f.gaps.Add(1)
		if !f.cfg.Planned {
			f.count("source_gap", 1)
		}
	}
	f.fresh = false
	if f.cfg.Lossless {
		f.company(ctx)
	}
	for _, r := range f.rings {
		f.hand(ctx, r, b)
	}
	f.once.Do(func() { close(f.ready) })
}

// company waits, in a feed that may wait, until one of its pipelines reads. Without it a recording would run out
// while a model that is tried again stays away.
func (f *Feed) company(ctx context.Context) {
	for len(f.rings) > 0 && !slices.ContainsFunc(f.rings, func(r *ring) bool { return !r.alone() }) {
		select {
		case <-f.back:
		case <-ctx.Done():
			return
		}
	}
}

// hand writes a block into one ring. In a feed that may wait it waits for a pipeline that lives, however long that
// takes to make space; one that does not live loses the samples, and must not hold up the others.
func (f *Feed) hand(ctx context.Context, r *ring, b hal.Block) {
	for from := 0; from < b.Samples(); {
		if n := r.discard(b, from); n > 0 {
			f.count("pipeline_absent", uint64(n))
			return
		}
		if !f.cfg.Lossless {
			f.lost(r.put(b))
			return
		}
		n, lost := r.offer(b, from)
		f.lost(lost)
		if from += n; n > 0 {
			continue
		}
		select {
		case <-r.space:
		case <-ctx.Done():
			return
		}
	}
}

// join and desert follow the life of a pipeline.
func (f *Feed) join(r *ring) {
	r.join()
	signal(f.back)
}

func (f *Feed) desert(r *ring) {
	if n := r.desert(); n > 0 {
		f.count("pipeline_absent", uint64(n))
	}
}

// lost logs the first overrun of all; from then on the ledger tells how many there are.
func (f *Feed) lost(n int) {
	if n == 0 {
		return
	}
	if f.overruns.Add(uint64(n)) == uint64(n) {
		f.cfg.Logger.Warn("pipeline is slower than its source", "source", f.cfg.Name, "samples_lost", n)
	}
	f.count("ring_overrun", uint64(n))
}

func (f *Feed) count(cause string, n uint64) {
	if f.cfg.Ledger != nil {
		f.cfg.Ledger.Count(f.owner, cause, n)
	}
}

// Status is how the source is now.
func (f *Feed) Status() agent.SourceStatus {
	s := agent.SourceStatus{Name: f.cfg.Name, What: f.src.String(), State: agent.Starting, Samples: f.samples.Load(), Gaps: f.gaps.Load()}
	if s.Samples > 0 {
		s.State = agent.Running
	}
	if h, ok := f.src.(hal.Healther); ok {
		is := h.Health()
		s.State, s.Reason, s.Since = agent.State(is.State.String()), is.Reason, agent.MicrosOf(is.Since)
		s.Skipped, s.Dropped = is.Skipped, is.Dropped
		s.Rate, s.Jitter = float64(is.Rate), agent.MicrosOf(is.Jitter)
	}
	return s
}
