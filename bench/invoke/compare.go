package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

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

// result is the median over the rounds, times in nanoseconds per inference.
type result struct{ ours, c, ratio, more, allocations float64 }

func (b bench) compare(ctx context.Context, model string) (result, error) {
	file, err := os.ReadFile(model)
	if err != nil {
		return result{}, fmt.Errorf("read model: %w", err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all struct{ ours, c, ratio, more, allocations []float64 }
	for range b.rounds {
		r, err := b.round(ctx, model, file)
		if err != nil {
			return result{}, fmt.Errorf("%s: %w", model, err)
		}
		all.ours, all.c = append(all.ours, r.ours), append(all.c, r.c)
		all.ratio, all.more = append(all.ratio, r.ratio), append(all.more, r.more)
		all.allocations = append(all.allocations, r.allocations)
	}
	return result{
		report.Median(all.ours), report.Median(all.c), report.Median(all.ratio), report.Median(all.more),
		report.Quantile(all.allocations, 1),
	}, nil
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
	var ours, c, ratio, more []float64
	for i := range turns + 1 {
		x, errX := s.measure(turn)
		y, errY := loop.measure(turn)
		if err := errors.Join(errX, errY); err != nil {
			return result{}, err
		}
		if i > 0 { // the first turn warms up
			ours, c = append(ours, x), append(c, y)
			ratio, more = append(ratio, x/y), append(more, x-y)
		}
	}
	r := result{ours: report.Median(ours), c: report.Median(c), ratio: report.Median(ratio), more: report.Median(more)}
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

// measure is nanoseconds per inference over about the given time.
func (u *subject) measure(length time.Duration) (float64, error) {
	start, n := time.Now(), 0
	for {
		for range 64 {
			if err := u.once(); err != nil {
				return 0, err
			}
		}
		n += 64
		if spent := time.Since(start); spent >= length {
			return float64(spent.Nanoseconds()) / float64(n), nil
		}
	}
}
