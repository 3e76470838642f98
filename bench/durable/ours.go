package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/tflite"
	"github.com/dunlin-iot/dunlin/models/window"
	"github.com/dunlin-iot/dunlin/sync/spool"
	"github.com/dunlin-iot/dunlin/sync/uplink"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// outcome is one side of one round; latencies of the inference step in microseconds.
type outcome struct{ rate, p50, p99, max float64 }

// faked is a source that always has one more window: both jobs leave the sensor out.
type faked struct{ block hal.Block }

func (*faked) String() string { return "faked windows" }

func (f *faked) Run(ctx context.Context, emit func(hal.Block)) error {
	for ctx.Err() == nil {
		emit(f.block)
		f.block.Discont = false
		f.block.At += time.Duration(f.block.Samples()) * f.block.Period
	}
	return nil
}

// ours runs the agent's real parts for a while and counts what is on disk and acknowledged at its end.
func (b bench) ours(ctx context.Context, dir, broker string) (outcome, error) {
	home, err := os.MkdirTemp(dir, "spool-")
	if err != nil {
		return outcome{}, err
	}
	box, err := spool.Open(home, spool.Config{})
	if err != nil {
		return outcome{}, err
	}
	up := uplink.New(box, uplink.Config{URL: "mqtt://" + broker, Base: wire.Base{Tenant: "acme", Device: "pump-17"}, Boot: 1, Version: "bench"})
	p, feed, err := b.pipeline(box)
	if err != nil {
		return outcome{}, err
	}
	end := start(ctx, box.Run, up.Run, feed.Run, p.Run)
	<-p.Ready()
	begun, before := time.Now(), p.Status().Windows
	select {
	case <-ctx.Done():
	case <-time.After(b.length):
	}
	took := time.Since(begun)
	st := p.Status()
	if err := errors.Join(end(), settled(box), box.Close()); err != nil {
		return outcome{}, err
	}
	return outcome{rate: float64(st.Windows-before) / took.Seconds(), p50: st.Invoke.P50, p99: st.Invoke.P99, max: st.Invoke.Max}, nil
}

// settled makes sure that the rate was really kept up: what waits at the end is a few seconds' worth, not a backlog.
func settled(box *spool.Spool) error {
	st := box.Stats().Streams[wire.Results]
	if st.Head == 0 || st.Waiting*2 > st.Head {
		return fmt.Errorf("%d of %d results are not acknowledged: the link did not keep up", st.Waiting, st.Head)
	}
	if len(st.Gaps) > 0 {
		return errors.New("results have gaps: the spool gave way")
	}
	return nil
}

func (b bench) pipeline(box *spool.Spool) (*pipeline.Pipeline, *pipeline.Feed, error) {
	rt, err := tflite.Open(tflite.Config{Path: b.lib})
	if err != nil {
		return nil, nil, err
	}
	bundle, err := manifest.Open(os.DirFS(b.model))
	if err != nil {
		return nil, nil, err
	}
	n := bundle.Window.Length * bundle.Source.Values()
	src := &faked{hal.Block{Discont: true, Period: 20 * time.Millisecond, Channels: bundle.Source.Values(), Values: make([]float32, n)}}
	feed := pipeline.NewFeed(src, pipeline.FeedConfig{Name: "faked", Lossless: true})
	p := pipeline.New(pipeline.Config{Name: "keywords", Model: bundle.Name, Report: pipeline.All}, feed, func(context.Context) (*pipeline.Model, error) {
		return open(rt, bundle)
	}, box)
	return p, feed, nil
}

func open(rt *tflite.Runtime, b *manifest.Bundle) (*pipeline.Model, error) {
	s, err := rt.Load(b.Model, engine.Options{})
	if err != nil {
		return nil, err
	}
	if _, err := b.Verify(s); err != nil {
		return nil, err
	}
	framer, err := window.New(b.Framing())
	if err != nil {
		return nil, err
	}
	return &pipeline.Model{
		Name: b.Name, Version: "1", Labels: b.Labels, Session: s, Framer: framer, Engine: rt.Name(), Channels: b.Source.Values(),
		Rule: pipeline.Rule{Threshold: b.Decide.Threshold, Hold: b.Decide.Hold},
	}, nil
}

// start runs all and returns how to end them in the order of the data: the last given, the source's side, first.
func start(ctx context.Context, runs ...func(context.Context) error) (end func() error) {
	var ends []func() error
	for _, run := range runs {
		ctx, cancel := context.WithCancel(ctx)
		var wg sync.WaitGroup
		var err error
		wg.Go(func() { err = run(ctx) })
		ends = append(ends, func() error { cancel(); wg.Wait(); return err })
	}
	return func() (err error) {
		for i := len(ends) - 1; i >= 0; i-- {
			err = errors.Join(err, ends[i]())
		}
		return err
	}
}
