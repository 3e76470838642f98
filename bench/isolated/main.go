// Command isolated measures what a process of its own costs a model: set the input, invoke and get the output through an
// isolated session, against the same through a session in this process. It prints one JSON line for each figure.
//
// Both sides run in turns of 40 ms and are compared by the wall clock, because the work is done by two processes. A
// second round leaves 5 ms between two calls, as at 200 windows a second: then both processes sleep, and the wake-ups
// are the kernel's and the machine's. The short model is held against the target: in the time of the long one the rest of
// the machine shows more than what is measured. It runs in the repository's root folder.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/internal/solib"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/isolated"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

const (
	keywords = "examples/models/keywords/1/model.tflite"
	motions  = "examples/models/motions/1/model.tflite"

	turn    = 40 * time.Millisecond
	turns   = 25
	calls   = 300 // of the round with pauses
	gap     = 5 * time.Millisecond
	maxCost = 30 * time.Microsecond
)

func main() {
	flag.Parse()
	if flag.Arg(0) == "serve" {
		fail(isolated.Serve(func(string) (engine.Engine, error) { return open() }))
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fail(run(ctx))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "isolated:", err)
		os.Exit(1)
	}
}

func open() (*tflite.Runtime, error) {
	return tflite.Open(tflite.Config{Dirs: append(solib.DefaultDirs(), "build/runtime/linux-"+runtime.GOARCH)})
}

func run(ctx context.Context) error {
	here, err := open()
	if err != nil {
		return err
	}
	if err := os.Setenv(tflite.EnvLibrary, here.Path()); err != nil { // the child works in another folder
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	apart, err := isolated.Open(isolated.Config{Command: []string{exe, "serve"}, Engine: "tflite"})
	if err != nil {
		return err
	}
	for _, model := range []struct{ name, path string }{{"motions", motions}, {"keywords", keywords}} {
		r, err := compare(ctx, here, apart, model.path)
		if err != nil {
			return fmt.Errorf("%s: %w", model.name, err)
		}
		if err := r.print(model.name, model.name == "motions"); err != nil {
			return err
		}
	}
	return nil
}

// result is the cost of both ways, in nanoseconds of the wall clock for one call.
type result struct {
	here, apart, more            float64 // one call after the other
	slowHere, slowApart, slowest float64 // with pauses: medians, and the 99th percentile apart
	allocations                  float64
}

func compare(ctx context.Context, here, apart engine.Engine, path string) (r result, err error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return r, fmt.Errorf("read model: %w", err)
	}
	runtime.LockOSThread() // as a pipeline does
	defer runtime.UnlockOSThread()
	a, err := here.Load(file, engine.Options{})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	b, err := apart.Load(file, engine.Options{})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	x, y := newSubject(a), newSubject(b)
	if err := r.inTurns(ctx, x, y); err != nil {
		return r, err
	}
	if err := r.withPauses(ctx, x, y); err != nil {
		return r, err
	}
	var failed error
	r.allocations = testing.AllocsPerRun(200, func() { failed = errors.Join(failed, y.once()) })
	return r, failed
}

func (r *result) inTurns(ctx context.Context, x, y *subject) error {
	var here, apart, more []float64
	for i := range turns + 1 {
		a, errA := x.measure(turn)
		b, errB := y.measure(turn)
		if err := errors.Join(errA, errB, ctx.Err()); err != nil {
			return err
		}
		if i > 0 { // the first turn warms up
			here, apart, more = append(here, a), append(apart, b), append(more, b-a)
		}
	}
	r.here, r.apart, r.more = report.Median(here), report.Median(apart), report.Median(more)
	return nil
}

func (r *result) withPauses(ctx context.Context, x, y *subject) error {
	tick := time.NewTicker(gap)
	defer tick.Stop()
	took := map[*subject][]float64{}
	for range calls {
		for _, s := range []*subject{x, y} {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return ctx.Err()
			}
			began := time.Now()
			if err := s.once(); err != nil {
				return err
			}
			took[s] = append(took[s], float64(time.Since(began)))
		}
	}
	r.slowHere, r.slowApart, r.slowest = report.Median(took[x]), report.Median(took[y]), report.Quantile(took[y], 0.99)
	return nil
}

func (r *result) print(model string, judge bool) error {
	us := func(ns float64) float64 { return ns / 1e3 }
	cost := report.Line{
		Figure: "isolated session, more than a session in the same process per invoke, " + model, Target: "reported",
		Result: fmt.Sprintf("%.1f us (%.1f against %.1f us)", us(r.more), us(r.apart), us(r.here)),
	}
	if judge {
		cost.Target, cost.OK = "<= 30 us", report.Met(r.more <= float64(maxCost))
	}
	return errors.Join(
		report.Print(os.Stdout, cost),
		report.Print(os.Stdout, report.Line{
			Figure: "the same, one call every 5 ms, both asleep between", Target: "reported",
			Result: fmt.Sprintf("%.1f us (%.1f against %.1f us; p99 %.1f us)", us(r.slowApart-r.slowHere), us(r.slowApart), us(r.slowHere), us(r.slowest)),
		}),
		report.Print(os.Stdout, report.Line{
			Figure: "the same, allocations of the parent per invoke", Target: "0",
			Result: fmt.Sprintf("%g", r.allocations), OK: report.Met(r.allocations == 0),
		}),
	)
}

// subject is a session with input to set and room for its output.
type subject struct {
	s       engine.Session
	in, out []byte
}

func newSubject(s engine.Session) *subject {
	return &subject{s: s, in: slices.Repeat([]byte{7}, len(s.Inputs()[0].Data)), out: make([]byte, len(s.Outputs()[0].Data))}
}

func (u *subject) once() error {
	if err := u.s.Inputs()[0].SetBytes(u.in); err != nil {
		return err
	}
	if err := u.s.Invoke(); err != nil {
		return err
	}
	copy(u.out, u.s.Outputs()[0].Data)
	return nil
}

// measure runs for about the given time and returns nanoseconds per call.
func (u *subject) measure(length time.Duration) (float64, error) {
	began := time.Now()
	for n := 0; ; {
		for range 16 {
			if err := u.once(); err != nil {
				return 0, err
			}
		}
		n += 16
		if spent := time.Since(began); spent >= length {
			return float64(spent) / float64(n), nil
		}
	}
}
