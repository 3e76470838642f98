package pipeline_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/window"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// source is a hal.Source that is a function.
type source func(ctx context.Context, emit func(hal.Block)) error

func (s source) Run(ctx context.Context, emit func(hal.Block)) error { return s(ctx, emit) }
func (source) String() string                                        { return "test source" }

// samples is a finite source of n one-channel samples 0, 1, 2, ... at 10 ms, in one block each.
func samples(n int) source {
	return func(ctx context.Context, emit func(hal.Block)) error {
		values := make([]float32, 1)
		for i := range n {
			values[0] = float32(i)
			emit(hal.Block{At: time.Duration(i) * 10 * time.Millisecond, Period: 10 * time.Millisecond, Discont: i == 0, Channels: 1, Values: values})
			if ctx.Err() != nil {
				return nil
			}
		}
		return hal.End
	}
}

// session is an engine.Session whose answer is computed by a function of its input.
type session struct {
	in, out engine.Tensor
	answer  func(in, out []float32) error
	closed  int
	reason  string // of its report
}

func newSession(length, channels, labels int, answer func(in, out []float32) error) *session {
	return &session{
		in:     engine.Of(make([]float32, length*channels), 1, length, channels),
		out:    engine.Of(make([]float32, labels), 1, labels),
		answer: answer,
	}
}

func (s *session) Inputs() []engine.Tensor  { return []engine.Tensor{s.in} }
func (s *session) Outputs() []engine.Tensor { return []engine.Tensor{s.out} }
func (s *session) Report() engine.Report {
	return engine.Report{Delegate: "none", Nodes: 1, Reason: s.reason}
}
func (s *session) Close() error { s.closed++; return nil }
func (s *session) Invoke() error {
	in, err := s.in.Float32s()
	if err != nil {
		return err
	}
	out, err := s.out.Float32s()
	if err != nil {
		return err
	}
	return s.answer(in, out)
}

// book is a recorder and ledger that keeps everything decoded.
type book struct {
	mu      sync.Mutex
	refuse  error
	records map[wire.Stream][]any
	times   map[wire.Stream][]time.Duration
	ids     []uint32 // of the definitions
	losses  map[string]uint64
}

func newBook() *book {
	return &book{records: map[wire.Stream][]any{}, times: map[wire.Stream][]time.Duration{}, losses: map[string]uint64{}}
}

func (b *book) Append(s wire.Stream, at time.Duration, record []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse != nil {
		return b.refuse
	}
	v, err := wire.DecodeRecord(record)
	if err != nil {
		return err
	}
	if _, ok := v.(wire.Definition); ok {
		b.ids = append(b.ids, wire.DefinitionID(record))
	}
	b.records[s] = append(b.records[s], v)
	b.times[s] = append(b.times[s], at)
	return nil
}

func (b *book) Count(owner, cause string, n uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.losses[owner+" "+cause] += n
}

// events are the names of the events so far.
func (b *book) events() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var names []string
	for _, r := range b.records[wire.Events] {
		if e, ok := r.(wire.Event); ok {
			names = append(names, e.Name)
		}
	}
	return names
}

func (b *book) results() []wire.Result {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []wire.Result
	for _, r := range b.records[wire.Results] {
		if r, ok := r.(wire.Result); ok {
			out = append(out, r)
		}
	}
	return out
}

// framer makes a framer of one-channel windows.
func framer(t testing.TB, length, hop int) *window.Framer {
	t.Helper()
	f, err := window.New(window.Config{Length: length, Hop: hop, Channels: 1, Type: engine.Float32})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var labels = []string{"still", "walk", "run"}

// rig is a feed with one pipeline.
type rig struct {
	feed *pipeline.Feed
	pipe *pipeline.Pipeline
	book *book
}

func newRig(src hal.Source, fc pipeline.FeedConfig, pc pipeline.Config, m pipeline.Model) *rig {
	b := newBook()
	fc.Name, fc.Ledger = "imu", b
	pc.Name, pc.Ledger = "activity", b
	if m.Labels == nil {
		m.Labels = labels
	}
	if m.Channels == 0 {
		m.Channels = 1
	}
	m.Name, m.Version, m.Engine = "motions", "1", "fake 1.0"
	feed := pipeline.NewFeed(src, fc)
	open := func(context.Context) (*pipeline.Model, error) { return &m, nil }
	return &rig{feed, pipeline.New(pc, feed, open, b), b}
}

// run runs both to the end of the source.
func (r *rig) run(t *testing.T) {
	t.Helper()
	var done sync.WaitGroup
	done.Go(func() {
		if err := r.feed.Run(t.Context()); !errors.Is(err, hal.End) {
			t.Errorf("feed: %v", err)
		}
	})
	if err := r.pipe.Run(t.Context()); !errors.Is(err, hal.End) {
		t.Errorf("pipeline: %v", err)
	}
	done.Wait()
}

// script answers window after window with the given label and score; what is left goes to the other labels.
type step struct {
	label int
	score float32
}

func script(steps []step) func(in, out []float32) error {
	n := 0
	return func(_, out []float32) error {
		for i := range out {
			out[i] = (1 - steps[n].score) / float32(len(out))
		}
		out[steps[n].label] = steps[n].score
		n++
		return nil
	}
}
