package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// puppet is a session of the motions example: it knows the golden answers, and says 25 % of everything else.
type puppet struct {
	b       *manifest.Bundle
	in, out engine.Tensor
	spoiled bool // answers golden inputs wrong from now on
	before  func(p *puppet, golden bool) error
}

func newPuppet(b *manifest.Bundle, before func(p *puppet, golden bool) error) *puppet {
	form := func(t manifest.Tensor) engine.Tensor {
		f := t.Form()
		f.Data = make([]byte, t.Bytes())
		return f
	}
	return &puppet{b: b, in: form(b.Inputs[0]), out: form(b.Outputs[0]), before: before}
}

func (p *puppet) Inputs() []engine.Tensor  { return []engine.Tensor{p.in} }
func (p *puppet) Outputs() []engine.Tensor { return []engine.Tensor{p.out} }
func (p *puppet) Report() engine.Report    { return engine.Report{Delegate: "none"} }
func (p *puppet) Close() error             { return nil }
func (p *puppet) Invoke() error {
	answer := []byte{0xc0, 0xc0, 0xc0, 0xc0}
	golden := false
	for _, g := range p.b.Golden {
		if string(g.Inputs[0]) == string(p.in.Data) && !p.spoiled {
			answer, golden = g.Outputs[0], true
		}
	}
	copy(p.out.Data, answer)
	return p.before(p, golden)
}

func motions(t *testing.T) *manifest.Bundle {
	t.Helper()
	b, err := manifest.Open(os.DirFS(fixture.Path(t, "examples", "models", "motions", "1")))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func calm(*puppet, bool) error { return nil }

// TestStressVerdicts: what a bad model does under stress, and the sentence that says so.
func TestStressVerdicts(t *testing.T) {
	b := motions(t)
	dead := fmt.Errorf("the process died: signal: segmentation fault: %w", engine.ErrLost)
	var kept [][]byte
	loads := 0
	for name, tc := range map[string]struct {
		before func(p *puppet, golden bool) error
		load   func() error
		what   int // of rate, garbage, loads
		want   string
	}{
		"all is well":             {before: calm, what: 1, want: "85 inputs, 27 refused before the model, 0 calls failed, 0 answers were no number; afterwards 8 of 8 golden vectors agree"},
		"fails now and then":      {before: func(_ *puppet, golden bool) error { return map[bool]error{false: errors.New("no")}[golden] }, what: 1, want: "58 calls failed"},
		"crashes":                 {before: func(p *puppet, golden bool) error { return map[bool]error{false: dead}[golden] }, what: 1, want: "!input 28 (0): the process died: signal: segmentation fault"},
		"is spoiled by garbage":   {before: func(p *puppet, golden bool) error { p.spoiled = !golden; return nil }, what: 1, want: "!golden vectors do not agree any more"},
		"takes as long as it has": {before: func(*puppet, bool) error { time.Sleep(250 * time.Millisecond); return nil }, what: 0, want: "0 of 40 windows late; one is due every 250ms, p99 250ms"},
		"is too slow":             {before: func(*puppet, bool) error { time.Sleep(300 * time.Millisecond); return nil }, what: 0, want: "!40 of 40 windows late"},
		"is much too slow":        {before: func(*puppet, bool) error { time.Sleep(20 * time.Second); return nil }, what: 0, want: "!40 of 40 windows late"},
		"breaks at speed":         {before: func(*puppet, bool) error { return errors.New("no power") }, what: 0, want: "!window 0: no power"},
		"loads and unloads":       {before: calm, what: 2, want: "60 times; memory went from "},
		"leaks":                   {before: calm, load: func() error { kept = append(kept, []byte(strings.Repeat("x", 1<<20))); return nil }, what: 2, want: "!60 times; memory went from "},
		"loads only so often":     {before: calm, load: func() error { loads++; return map[bool]error{true: errors.New("no handle is left")}[loads > 20] }, what: 2, want: "!load 21: no handle is left"},
	} {
		t.Run(name, func(t *testing.T) {
			load := func() (engine.Session, error) {
				if tc.load != nil {
					if err := tc.load(); err != nil {
						return nil, err
					}
				}
				return newPuppet(b, tc.before), nil
			}
			s := newStress(b, load, load, 10*time.Second)
			var r stressed
			var err error
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				r, err = []func(context.Context) (stressed, error){s.rate, s.garbage, s.loads}[tc.what](t.Context())
				if took := time.Since(began); took > s.time+20*time.Second {
					t.Errorf("it took %s of a trial of %s", took, s.time)
				}
			})
			want, fails := strings.CutPrefix(tc.want, "!")
			if err != nil || r.Passed == fails || !strings.Contains(r.Found, want) {
				t.Errorf("%+v, %v\nwant %s", r, err, tc.want)
			}
		})
	}
	if len(kept) != 60 {
		t.Errorf("leaked %d times", len(kept))
	}
}

// TestStressRepeats: two runs give the same values in the same order, so that two reports can be compared.
func TestStressRepeats(t *testing.T) {
	told := func() (all []string) {
		s := newStress(motions(t), nil, nil, time.Second)
		for _, w := range s.windows() {
			sum := sha256.New()
			if err := binary.Write(sum, binary.LittleEndian, w.values); err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprintf("%s %x", w.what, sum.Sum(nil)))
		}
		return all
	}
	first := told()
	for range 9 {
		if again := told(); !slices.Equal(first, again) {
			t.Fatalf("first\n%s\nthen\n%s", strings.Join(first, "\n"), strings.Join(again, "\n"))
		}
	}
}

// TestStressOfRareWindows: what a manifest says of its windows makes neither the memory of the trial nor its clock run over.
func TestStressOfRareWindows(t *testing.T) {
	for name, change := range map[string]func(b *manifest.Bundle){
		"far apart":   func(b *manifest.Bundle) { b.Window.Hop = 1 << 22 }, // of 6 channels: 96 MiB
		"slow source": func(b *manifest.Bundle) { b.Source.RateHz = 1e-12 },
	} {
		t.Run(name, func(t *testing.T) {
			b := motions(t)
			change(b)
			load := func() (engine.Session, error) { return newPuppet(b, calm), nil }
			s := newStress(b, load, load, 10*time.Second)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := s.rate(t.Context())
			runtime.ReadMemStats(&after)
			if err != nil || !r.Passed || !strings.HasPrefix(r.Found, "0 of 1 windows late; ") {
				t.Errorf("%+v, %v", r, err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
				t.Errorf("%d bytes were allocated", used)
			}
		})
	}
}

// TestStressIsJudged: a trial that fails is a miss like any other.
func TestStressIsJudged(t *testing.T) {
	a := &acceptance{Model: "motions@1", Engine: "fake 1", Delegate: "none", Stress: []stressed{{What: "garbage inputs", Found: "it died"}, {What: "loads", Passed: true}}}
	a.judge(motions(t))
	if err := a.verdict(); !errors.Is(err, errNotAccepted) || err.Error() != "model motions@1 on fake 1 none: garbage inputs: it died: not accepted on this machine" {
		t.Errorf("%v", err)
	}
}
