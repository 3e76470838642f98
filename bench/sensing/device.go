package sensing

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/fifo"
	"github.com/dunlin-iot/dunlin/internal/solib"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/tflite"
	"github.com/dunlin-iot/dunlin/models/window"
	"github.com/dunlin-iot/dunlin/sync/spool"
)

// Device is a running sensor with its pipeline.
type Device struct {
	src   *fifo.Source
	meter *meter
	feed  *pipeline.Feed
	pipe  *pipeline.Pipeline
	spool *spool.Spool
	lost  ledger

	stop context.CancelFunc
	done sync.WaitGroup
	mu   sync.Mutex
	errs error
}

// ledger counts what the feed and the pipeline lost.
type ledger struct{ n atomic.Uint64 }

func (l *ledger) Count(_, _ string, n uint64) { l.n.Add(n) }

// Start runs a chip, its feed, the motions model and a spool in dir until Stop. Decide sees every decision.
func Start(ctx context.Context, dir string, chip Chip, decide func(pipeline.Decision)) (*Device, error) {
	open, err := motions()
	if err != nil {
		return nil, err
	}
	d := &Device{}
	if d.src, d.meter, err = chip.source(); err != nil {
		return nil, err
	}
	if d.spool, err = spool.Open(filepath.Join(dir, "spool"), spool.Config{}); err != nil {
		return nil, err
	}
	d.feed = pipeline.NewFeed(d.src, pipeline.FeedConfig{Name: "imu", Ledger: &d.lost})
	d.pipe = pipeline.New(pipeline.Config{
		Name: "activity", Model: "motions", Version: "1", Report: pipeline.Changes, OnDecision: decide, Ledger: &d.lost,
	}, d.feed, open, d.spool)
	ctx, d.stop = context.WithCancel(ctx)
	for _, run := range []func(context.Context) error{d.feed.Run, d.pipe.Run, d.spool.Run} {
		d.done.Go(func() { d.fail(run(ctx)) })
	}
	return d, nil
}

func (d *Device) fail(err error) {
	if err == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.errs = errors.Join(d.errs, err)
	d.stop()
}

// Stop ends all and returns what went wrong.
func (d *Device) Stop() error {
	d.stop()
	d.done.Wait()
	return errors.Join(d.errs, d.spool.Close())
}

// Usage is what a device has done and used so far.
type Usage struct {
	Health  hal.Health
	Windows uint64
	Lost    uint64        // samples that were in memory and did not reach the model
	CPU     time.Duration // of the process, garbage collection and all
	Model   time.Duration // of the chip's model alone, which is part of CPU
}

// Usage reads all of it.
func (d *Device) Usage() Usage {
	return Usage{
		Health: d.src.Health(), Windows: d.pipe.Status().Windows, Lost: d.lost.n.Load(),
		CPU: cpuTime(unix.CLOCK_PROCESS_CPUTIME_ID), Model: time.Duration(d.meter.spent.Load()),
	}
}

// motions reads the model of the examples and returns how to open it.
func motions() (func(context.Context) (*pipeline.Model, error), error) {
	dir, err := manifest.Find([]string{"examples/models"}, manifest.Ref{Name: "motions", Version: 1})
	if err != nil {
		return nil, fmt.Errorf("find model: %w", err)
	}
	b, err := manifest.Open(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	lib, err := tflite.Open(tflite.Config{Dirs: append(solib.DefaultDirs(), "build/runtime/linux-"+runtime.GOARCH)})
	if err != nil {
		return nil, err
	}
	return func(context.Context) (*pipeline.Model, error) {
		framer, err := window.New(b.Framing())
		if err != nil {
			return nil, err
		}
		s, err := lib.Load(b.Model, engine.Options{})
		if err != nil {
			return nil, err
		}
		return &pipeline.Model{
			Name: b.Name, Version: "1", Labels: b.Labels, Session: s, Framer: framer, Channels: len(b.Source.Channels),
			Engine: lib.Name() + " " + lib.Version(), Rule: pipeline.Rule{Threshold: b.Decide.Threshold, Hold: b.Decide.Hold},
		}, nil
	}, nil
}
