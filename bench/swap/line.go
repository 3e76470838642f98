package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/solib"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/tflite"
	"github.com/dunlin-iot/dunlin/models/window"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

const motions = "examples/models/motions/1"

// line is a pipeline on a source that ticks, with the real engine.
type line struct {
	rt     engine.Engine
	bundle *manifest.Bundle
	pipe   *pipeline.Pipeline
	stop   context.CancelFunc
	ended  chan error

	hop     time.Duration // between the ends of two windows
	windows atomic.Uint64
	lost    atomic.Uint64
	last    time.Duration
}

// newLine starts it; the source gives so many windows at every tick.
func newLine(ctx context.Context, every time.Duration, windows int) (*line, error) {
	rt, err := tflite.Open(tflite.Config{Dirs: append(solib.DefaultDirs(), "build/runtime/linux-"+runtime.GOARCH)})
	if err != nil {
		return nil, err
	}
	l := &line{rt: rt, ended: make(chan error, 2)}
	if l.bundle, err = manifest.Open(os.DirFS(motions)); err != nil {
		return nil, err
	}
	hop := l.bundle.Framing().Hop
	src := &ticking{every: every, block: hal.Block{
		Period: every / time.Duration(windows*hop), Channels: l.bundle.Source.Values(), Values: make([]float32, windows*hop*l.bundle.Source.Values()),
	}}
	l.hop = src.block.Period * time.Duration(hop)
	feed := pipeline.NewFeed(src, pipeline.FeedConfig{Name: "ticks"})
	cfg := pipeline.Config{Name: "motions", Model: "motions", Version: "1", OnDecision: l.decided}
	l.pipe = pipeline.New(cfg, feed, func(context.Context) (*pipeline.Model, error) { return l.model(l.bundle, l.bundle.Model) }, sink{})
	ctx, l.stop = context.WithCancel(ctx)
	go func() { l.ended <- l.pipe.Run(ctx) }()
	select {
	case <-l.pipe.Ready():
	case err := <-l.ended:
		return nil, err
	}
	go func() { l.ended <- feed.Run(ctx) }()
	return l, l.until(10)
}

// decided counts the windows that are missing between two decisions.
func (l *line) decided(d pipeline.Decision) {
	if l.last != 0 && d.At > l.last+l.hop {
		l.lost.Add(uint64((d.At-l.last)/l.hop) - 1)
	}
	l.last = d.At
	l.windows.Add(1)
}

// until waits for so many windows more.
func (l *line) until(more uint64) error {
	want := l.windows.Load() + more
	for begun := time.Now(); l.windows.Load() < want; time.Sleep(time.Millisecond) {
		if time.Since(begun) > time.Minute {
			return fmt.Errorf("%d windows in a minute, want %d", l.windows.Load(), want)
		}
	}
	return nil
}

// model opens and verifies what the daemon would.
func (l *line) model(b *manifest.Bundle, file []byte) (*pipeline.Model, error) {
	s, err := l.rt.Load(file, engine.Options{})
	if err != nil {
		return nil, err
	}
	if _, err := b.Verify(s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	framing := l.bundle.Framing()
	f, err := window.New(framing)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &pipeline.Model{
		Name: "motions", Version: "1", Labels: l.bundle.Labels, Session: s, Framer: f, Engine: "tflite", Channels: framing.Channels,
		Length: framing.Length, Hop: framing.Hop, Rule: pipeline.Rule{Threshold: l.bundle.Decide.Threshold, Hold: l.bundle.Decide.Hold},
	}, nil
}

// swap exchanges the model for another session of it.
func (l *line) swap(ctx context.Context) error {
	m, err := l.model(l.bundle, l.bundle.Model)
	if err != nil {
		return err
	}
	return l.pipe.Swap(ctx, m)
}

// fail opens a model that is cut off, or one that does not give the answers of its maker.
func (l *line) fail(n int) error {
	b, file := *l.bundle, l.bundle.Model
	if n%8 == 3 {
		file = file[:len(file)/2]
	} else {
		b.Golden = slices.Clone(b.Golden)
		b.Golden[0].Outputs = [][]byte{slices.Clone(b.Golden[0].Outputs[0])}
		slices.Reverse(b.Golden[0].Outputs[0])
	}
	m, err := l.model(&b, file)
	if err == nil {
		return errors.Join(errors.New("a wrong model opens"), m.Session.Close())
	}
	return nil
}

// close ends the line and gives what went wrong.
func (l *line) close() error {
	l.stop()
	return errors.Join(<-l.ended, <-l.ended)
}

// drops are the losses that the pipeline itself counted.
func (l *line) drops() (n uint64) {
	for _, v := range l.pipe.Status().Drops {
		n += v
	}
	return n
}

// ticking is a source whose values are slow waves.
type ticking struct {
	every time.Duration
	block hal.Block
	n     int
}

func (*ticking) String() string { return "ticks" }

func (s *ticking) Run(ctx context.Context, emit func(hal.Block)) error {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for begun := time.Now(); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		for time.Since(begun) >= s.block.At+s.every { // more than one after a tick that came late
			for i := range s.block.Values {
				s.block.Values[i] = float32(5 * math.Sin(float64(s.n)/100))
				s.n++
			}
			s.block.At += s.every
			emit(s.block)
		}
	}
}

type sink struct{}

func (sink) Append(wire.Stream, time.Duration, []byte) error { return nil }
