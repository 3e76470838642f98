package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dunlin-iot/dunlin/bench/report"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/tflite"
)

const (
	turn  = 40 * time.Millisecond
	turns = 12 // of each side in a round
)

type bench struct {
	lib     *tflite.Runtime
	program string
	rounds  int
}

// cost is nanoseconds per inference by the CPU time of the thread that infers and by the wall clock.
type cost struct{ cpu, wall float64 }

// result is the medians over the rounds. Ratio and more are by CPU time: another program on the machine stops one side
// or the other for longer than the difference that is looked for.
type result struct{ ours, c, ratio, more, wallRatio, allocations float64 }

func (b bench) compare(ctx context.Context, model string) (result, error) {
	file, err := os.ReadFile(model)
	if err != nil {
		return result{}, fmt.Errorf("read model: %w", err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all []result
	for range b.rounds {
		r, err := b.round(ctx, model, file)
		if err != nil {
			return result{}, fmt.Errorf("%s: %w", model, err)
		}
		all = append(all, r)
	}
	return medians(all), nil
}

func medians(all []result) result {
	median := func(of func(r result) float64) float64 {
		var v []float64
		for _, r := range all {
			v = append(v, of(r))
		}
		return report.Median(v)
	}
	m := result{
		ours: median(func(r result) float64 { return r.ours }), c: median(func(r result) float64 { return r.c }),
		ratio: median(func(r result) float64 { return r.ratio }), more: median(func(r result) float64 { return r.more }),
		wallRatio: median(func(r result) float64 { return r.wallRatio }),
	}
	for _, r := range all {
		m.allocations = max(m.allocations, r.allocations)
	}
	return m
}

// round loads the model on both sides and lets them take turns.
func (b bench) round(ctx context.Context, model string, file []byte) (result, error) {
	s, err := b.lib.Load(file, engine.Options{})
	if err != nil {
		return result{}, err
	}
	loop, err := startLoop(ctx, b.program, b.lib.Path(), model)
	if err != nil {
		return result{}, errors.Join(err, s.Close())
	}
	r, err := takeTurns(newSubject(s), loop)
	return r, errors.Join(err, loop.close(), s.Close())
}

// takeTurns compares each turn with its neighbour, so that what else the machine does meets both alike.
func takeTurns(s *subject, loop *cLoop) (result, error) {
	var each []result
	for i := range turns + 1 {
		x, errX := s.measure(turn)
		y, errY := loop.measure(turn)
		if err := errors.Join(errX, errY); err != nil {
			return result{}, err
		}
		if i > 0 { // the first turn warms up
			each = append(each, result{ours: x.cpu, c: y.cpu, ratio: x.cpu / y.cpu, more: x.cpu - y.cpu, wallRatio: x.wall / y.wall})
		}
	}
	r := medians(each)
	var failed error
	r.allocations = testing.AllocsPerRun(200, func() { failed = errors.Join(failed, s.once()) })
	return r, failed
}

// subject is a session with input to set and room for its output.
type subject struct {
	s       engine.Session
	in, out []byte
}

func newSubject(s engine.Session) *subject {
	u := &subject{s: s, in: make([]byte, len(s.Inputs()[0].Data)), out: make([]byte, len(s.Outputs()[0].Data))}
	for i := range u.in {
		u.in[i] = 7
	}
	return u
}

// once sets the input, invokes and gets the output, all through the Session.
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

// measure runs for about the given time.
func (u *subject) measure(length time.Duration) (cost, error) {
	wall, cpu, n := time.Now(), cpuTime(), 0
	for {
		for range 64 {
			if err := u.once(); err != nil {
				return cost{}, err
			}
		}
		n += 64
		if spent := time.Since(wall); spent >= length {
			return cost{cpu: float64(cpuTime()-cpu) / float64(n), wall: float64(spent) / float64(n)}, nil
		}
	}
}

// cpuTime is what this thread has used; compare has locked it. The clock exists on every Linux.
func cpuTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}
