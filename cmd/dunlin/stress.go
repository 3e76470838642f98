package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/evaluate"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/window"
)

// stressed is one thing that a model was put through.
type stressed struct {
	What   string `json:"what"`
	Passed bool   `json:"passed"`
	Found  string `json:"found"`
}

// stress is what models test --stress does to a model. Its values are of a seed of its own: the same each time.
type stress struct {
	b    *manifest.Bundle
	load func() (engine.Session, error) // verified by its golden vectors
	lone func() (engine.Session, error) // the same in a process of its own, which may crash
	time time.Duration                  // of the run at twice the rate
	rand *rand.Rand
}

func newStress(b *manifest.Bundle, load, lone func() (engine.Session, error), d time.Duration) *stress {
	return &stress{b: b, load: load, lone: lone, time: d, rand: rand.New(rand.NewPCG(3, 4))}
}

// run does all; an error is a machine or a program that broke, and no verdict.
func (s *stress) run(ctx context.Context) ([]stressed, error) {
	var all []stressed
	for _, test := range []func(context.Context) (stressed, error){s.rate, s.garbage, s.loads} {
		r, err := test(ctx)
		if err = errors.Join(err, ctx.Err()); err != nil {
			return all, fmt.Errorf("stress %s: %w", s.b.Ref(), err)
		}
		all = append(all, r)
	}
	return all, nil
}

// noise fills values that look like no sensor's.
func (s *stress) noise(values []float32) {
	for i := range values {
		values[i] = float32(2*s.rand.Float64() - 1)
	}
}

// rate gives the session samples twice as fast as its source does. A window counts as late when it is not decided before
// the next one is due: then the pipeline would begin to lose windows. The trial ends in its time; windows that a slow model
// has not come to by then are late.
func (s *stress) rate(ctx context.Context) (stressed, error) {
	out := stressed{What: "twice the input rate", Passed: true}
	hop := s.b.Framing().Hop
	if s.b.Source.RateHz == 0 {
		out.Found = "the manifest states no rate: nothing to double"
		return out, nil
	}
	every := max(time.Duration(min(float64(time.Second)*float64(hop)/(2*s.b.Source.RateHz), longest)), 1)
	framer, session, err := s.open(s.load)
	if err != nil {
		return out, err
	}
	defer session.Close()
	tick := time.NewTimer(0)
	defer tick.Stop()
	var took []time.Duration
	windows, late := int64((s.time+every-1)/every), int64(0)
	for start, n := time.Now(), int64(0); n < windows; n++ {
		if n > 0 && time.Since(start) >= s.time+every {
			late += windows - n
			break
		}
		due := start.Add(time.Duration(n) * every)
		tick.Reset(time.Until(due))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return out, nil
		}
		began := time.Now()
		if !s.feed(ctx, framer, session.Inputs()[0], start.Add(s.time+every)) {
			late += windows - n
			break
		}
		if err := session.Invoke(); err != nil {
			return stressed{What: out.What, Found: fmt.Sprintf("window %d: %v", n, err)}, nil
		}
		if took = append(took, time.Since(began)); time.Since(due) > every {
			late++
		}
	}
	if len(took) == 0 {
		return stressed{What: out.What, Found: fmt.Sprintf("not one window was complete within %v", s.time+every)}, nil
	}
	l := evaluate.LatencyOf(0, took)
	out.Passed = late*100 <= windows
	out.Found = fmt.Sprintf("%d of %d windows late; one is due every %v, p99 %v", late, windows, every, l.P99.Round(time.Microsecond))
	return out, nil
}

const (
	longest     = 1 << 61 // ns between two windows; twice of it still fits a time.Duration
	blockValues = 1 << 16 // that are made at once: a manifest may ask for windows that are gigabytes apart
)

// feed gives the framer the samples of one hop and writes the window that they complete. False: the time is over.
func (s *stress) feed(ctx context.Context, framer *window.Framer, in engine.Tensor, end time.Time) bool {
	channels := s.b.Source.Values()
	rows := max(blockValues/channels, 1)
	samples := make([]float32, min(rows, s.b.Framing().Hop)*channels)
	for left := s.b.Framing().Hop; left > 0; left -= rows {
		if ctx.Err() != nil || time.Now().After(end) {
			return false
		}
		block := samples[:min(left, rows)*channels]
		s.noise(block)
		framer.Push(engine.Of(block, len(block)/channels, channels), false)
		framer.Next(in)
	}
	return true
}

func (s *stress) open(load func() (engine.Session, error)) (*window.Framer, engine.Session, error) {
	framer, err := window.New(s.b.Framing())
	if err != nil {
		return nil, nil, err
	}
	session, err := load()
	return framer, session, err
}

// garbage gives the session what no sensor should: values that are no numbers must be refused before the model, and
// whatever reaches it must neither end its process nor change what it answers afterwards.
func (s *stress) garbage(context.Context) (stressed, error) {
	out := stressed{What: "garbage inputs"}
	framer, session, err := s.open(s.lone)
	if err != nil {
		return out, err
	}
	defer session.Close()
	t := fate{session: session}
	for _, w := range s.windows() {
		t.inputs++
		framer.Push(engine.Of(w.values, s.b.Window.Length, s.b.Source.Values()), true)
		switch through := framer.Next(session.Inputs()[0]); {
		case !through:
			t.refused++
		case w.never:
			out.Found = "a window with " + w.what + " reached the model"
			return out, nil
		default:
			t.invoke(w.what)
		}
		if t.lost != "" {
			out.Found = t.lost
			return out, nil
		}
	}
	in := session.Inputs()[0].Data
	for _, fill := range s.bits(len(in)) {
		t.inputs++
		copy(in, fill)
		t.invoke("random bytes")
	}
	if t.lost != "" {
		out.Found = t.lost
		return out, nil
	}
	out.Found = fmt.Sprintf("%d inputs, %d refused before the model, %d calls failed, %d answers were no number", t.inputs, t.refused, t.failed, t.strange)
	report, err := s.b.Verify(session)
	if out.Passed = err == nil; err != nil {
		out.Found += "; afterwards the golden vectors do not agree any more: " + err.Error()
		return out, nil
	}
	out.Found += fmt.Sprintf("; afterwards %d of %d golden vectors agree", report.Top1, report.Vectors)
	return out, nil
}

// fate counts what became of garbage.
type fate struct {
	session                          engine.Session
	inputs, refused, failed, strange int
	lost                             string // the first input that ended the process
}

func (t *fate) invoke(what string) {
	err := t.session.Invoke()
	switch {
	case errors.Is(err, engine.ErrLost):
		if t.lost == "" {
			t.lost = fmt.Sprintf("input %d (%s): %v", t.inputs, what, err)
		}
	case err != nil:
		t.failed++
	default:
		if _, err := scoresOf(t.session.Outputs()[0]); err != nil {
			t.strange++
		}
	}
}

// odd is a window that no sensor gives.
type odd struct {
	what   string
	values []float32
	never  bool // must not reach the model
}

func (s *stress) windows() (all []odd) {
	size := s.b.Window.Length * s.b.Source.Values()
	whole := func(v float32) []float32 {
		values := make([]float32, size)
		for i := range values {
			values[i] = v
		}
		return values
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, v := range []float32{nan, inf, -inf} {
		what := strconv.FormatFloat(float64(v), 'g', -1, 32)
		all = append(all, odd{what, whole(v), true})
		for range 8 {
			values := make([]float32, size)
			s.noise(values)
			values[s.rand.IntN(size)] = v
			all = append(all, odd{"one " + what, values, true})
		}
	}
	for _, v := range []float32{0, math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, 1e30, -1e30} {
		all = append(all, odd{what: strconv.FormatFloat(float64(v), 'g', -1, 32), values: whole(v)})
	}
	for range 16 {
		values := make([]float32, size)
		s.noise(values)
		for i := range values {
			values[i] *= math.MaxFloat32
		}
		all = append(all, odd{what: "extreme noise", values: values})
	}
	return all
}

// bits are the bytes of input tensors.
func (s *stress) bits(n int) (all [][]byte) {
	for _, b := range []byte{0, 0xff, 0x7f, 0x80} {
		all = append(all, bytes.Repeat([]byte{b}, n))
	}
	for range 32 {
		fill := make([]byte, n)
		for i := range fill {
			fill[i] = byte(s.rand.Uint32())
		}
		all = append(all, fill)
	}
	return all
}

const (
	warmLoads   = 10 // until allocators have what they keep
	countLoads  = 50
	growthShare = 50      // of memory: 2 %
	growthFloor = 2 << 20 // what is less than this is noise
)

// loads opens and closes the model over and over; memory must not grow.
func (s *stress) loads(ctx context.Context) (stressed, error) {
	out := stressed{What: "loads and unloads"}
	before := int64(0)
	for i := range warmLoads + countLoads {
		session, err := s.load()
		if err != nil {
			out.Found = fmt.Sprintf("load %d: %v", i+1, err)
			return out, nil
		}
		if err := session.Close(); err != nil || ctx.Err() != nil {
			return out, err
		}
		if i+1 == warmLoads {
			before = settledBytes()
		}
	}
	after := settledBytes()
	grown := after - before
	out.Passed = grown <= max(before/growthShare, growthFloor)
	out.Found = fmt.Sprintf("%d times; memory went from %.1f to %.1f MiB", warmLoads+countLoads, float64(before)/(1<<20), float64(after)/(1<<20))
	if before == 0 {
		out.Found = fmt.Sprintf("%d times; this system does not tell the memory of a process", warmLoads+countLoads)
	}
	return out, nil
}

// settledBytes is what this process holds in memory once the garbage is gone; zero where the system does not tell. The
// second number of proc_pid_statm(5) is resident pages.
func settledBytes() int64 {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(text)
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
