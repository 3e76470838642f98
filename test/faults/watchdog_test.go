package faults_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	agentapi "github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/onnx"
	"github.com/dunlin-iot/dunlin/models/window"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// endless is a source of three windows for a model that takes four values.
type endless struct{}

func (endless) String() string { return "three windows" }
func (endless) Run(_ context.Context, emit func(hal.Block)) error {
	for i := range 3 {
		emit(hal.Block{At: time.Duration(i) * time.Second, Discont: i == 0, Channels: 1, Values: make([]float32, 4)})
	}
	return hal.End
}

// reasons keeps what the pipeline's events say.
type reasons struct {
	mu  sync.Mutex
	all []string
}

func (r *reasons) Append(s wire.Stream, _ time.Duration, record []byte) error {
	v, err := wire.DecodeRecord(record)
	if e, ok := v.(wire.Event); ok && s == wire.Events {
		r.mu.Lock()
		defer r.mu.Unlock()
		reason, _ := e.Facts["reason"].(string)
		r.all = append(r.all, e.Name+": "+reason)
	}
	return err
}

// TestWatchdogEndsRealCalls: a model whose inference would take days loses each window in its limit, and nothing else. The
// trouble is told once.
func TestWatchdogEndsRealCalls(t *testing.T) {
	rt, err := onnx.Open(onnx.Config{Path: fixture.ONNX(t)})
	if err != nil {
		t.Fatal(err)
	}
	model, err := os.ReadFile(filepath.Join(fixture.Path(t, "testdata", "onnx"), "loop.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := rt.Load(model, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	framer, err := window.New(window.Config{Length: 4, Hop: 4, Channels: 1, Type: engine.Float32})
	if err != nil {
		t.Fatal(err)
	}
	const limit = 200 * time.Millisecond
	feed := pipeline.NewFeed(endless{}, pipeline.FeedConfig{Name: "windows", Lossless: true})
	told := &reasons{}
	p := pipeline.New(pipeline.Config{Name: "activity", Limit: limit}, feed, func(context.Context) (*pipeline.Model, error) {
		return &pipeline.Model{Name: "loop", Version: "1", Labels: []string{"a", "b", "c", "d"}, Session: s, Framer: framer, Engine: "onnx", Channels: 1}, nil
	}, told)
	began := time.Now()
	var both sync.WaitGroup
	both.Go(func() { _ = feed.Run(t.Context()) })
	if err := p.Run(t.Context()); !errors.Is(err, hal.End) {
		t.Errorf("it ends with %v", err)
	}
	both.Wait()
	if took := time.Since(began); took < 3*limit {
		t.Errorf("three calls were given up within %s", took)
	}
	if st := p.Status(); st.Windows != 3 || st.Drops["invoke_lost"] != 3 || st.State != agentapi.Ended {
		t.Errorf("status %+v", st)
	}
	const says = "pipeline_degraded: a call of the model does not end within 200ms"
	if len(told.all) != 2 || told.all[1] != says {
		t.Errorf("events %q", told.all)
	}
}
