package expect_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/expect"
	"github.com/dunlin-iot/dunlin/hal/haltest"
	"github.com/dunlin-iot/dunlin/hal/judge"
)

var (
	channels = []hal.Channel{{Name: "flow", Unit: "l/s"}, {Name: "pressure", Unit: "bar"}}
	nan      = float32(math.NaN())
	inf      = math.Inf(1)
)

func pressure(r judge.Rule) expect.Config {
	return expect.Config{Channels: map[string]judge.Rule{"pressure": r}}
}

var errBroke = errors.New("it broke")

func TestContract(t *testing.T) {
	within := pressure(judge.Rule{Min: 0, Max: 16, Stuck: time.Minute})
	haltest.Run(t, haltest.Subject{
		Channels: channels,
		Endless:  func(*testing.T) hal.Source { return expect.New(newScript(nil), within) },
		Finite:   func(*testing.T) hal.Source { return expect.New(newScript(hal.End, each(1, 2, 3)...), within) },
		Broken:   func(*testing.T) hal.Source { return expect.New(newScript(errBroke, each(1, 2, 3)...), within) },
		Absent: func(*testing.T) hal.Source {
			return expect.New(newScript(&hal.AbsentError{What: "script", Fix: "write one"}), within)
		},
	})
}

// play runs a script to its end under expectations, and returns what came out and the health after each block that went
// in.
func play(t *testing.T, s *script, cfg expect.Config) (src *expect.Source, out []hal.Block, healths []hal.Health, err error) {
	t.Helper()
	src = expect.New(s, cfg)
	s.health, s.after = src.Health, func(_ int, h hal.Health) { healths = append(healths, h) }
	err = src.Run(t.Context(), func(b hal.Block) {
		b.Values = slices.Clone(b.Values)
		out = append(out, b)
	})
	return src, out, healths, err
}

// TestVerdicts: what is of no use is not passed on and counted, what follows is discontinuous; what is suspect is passed
// on; either is told, and is over by itself.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name   string
		rule   judge.Rule
		in     []float32 // one a second
		out    []float32
		gaps   []int  // places in out that are discontinuous
		states string // after each that went in: r for running, d for degraded
		reason string
	}{
		{"all is well", judge.Rule{Min: 0, Max: 16, Stuck: time.Minute, Clip: 15.9}, []float32{1, 2, 3}, []float32{1, 2, 3}, []int{0}, "rrr", ""},
		{"above", judge.Rule{Min: -inf, Max: 16}, []float32{1, 17, 18, 2, 3}, []float32{1, 2, 3}, []int{0, 1}, "rddrr", "pressure is above 16, the most that is expected"},
		{"below", judge.Rule{Min: 0, Max: inf}, []float32{-1, 1, -1, 1e30}, []float32{1, 1e30}, []int{0, 1}, "drdr", "pressure is below 0, the least that is expected"},
		{"no number", judge.Rule{}, []float32{1, nan, 1}, []float32{1, 1}, []int{0, 1}, "rdr", "pressure is not a number"},
		{"stuck", judge.Rule{Stuck: 2 * time.Second}, []float32{1, 1, 1, 1, 1, 2}, []float32{1, 1, 1, 2}, []int{0, 3}, "rrrddr", "pressure has not changed for longer than 2s, as it is expected to: is the sensor stuck?"},
		{"clipped", judge.Rule{Clip: 15.9}, []float32{1, 15.9, -16, 2}, []float32{1, 15.9, -16, 2}, []int{0}, "rddr", "pressure is clipped at 15.9, where the sensor is expected to end"},
		{"flat", judge.Rule{Flat: 0.5, FlatFor: 2 * time.Second}, []float32{1, 1.1, 1, 3, 1.2}, []float32{1, 1.1, 1, 3, 1.2}, []int{0}, "rrddr", "pressure varies by less than 0.5 within 2s: is the sensor connected?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, out, healths, err := play(t, newScript(hal.End, each(c.in...)...), pressure(c.rule))
			if !errors.Is(err, hal.End) {
				t.Fatal(err)
			}
			var got []float32
			for i, b := range out {
				got = append(got, b.Values[1])
				if want := slices.Contains(c.gaps, i); b.Discont != want {
					t.Errorf("block %d (%v): discontinuous %v, want %v", i, b.Values[1], b.Discont, want)
				}
			}
			if !slices.Equal(got, c.out) {
				t.Errorf("passed on %v, want %v", got, c.out)
			}
			wantStates(t, healths, c.states, c.reason)
			h := src.Health()
			if lost := uint64(len(c.in) - len(c.out)); h.Skipped != lost || h.Samples != uint64(len(c.out)) || h.Gaps != uint64(len(c.gaps)-1) || h.State != hal.Ended {
				t.Errorf("at the end: %+v; want %d skipped", h, lost)
			}
		})
	}
}

func wantStates(t *testing.T, healths []hal.Health, states, reason string) {
	t.Helper()
	for i, h := range healths {
		want, why := hal.Running, ""
		if states[i] == 'd' {
			want, why = hal.Degraded, reason
		}
		if h.State != want || h.Reason != why {
			t.Errorf("after %d: %v (%s), want %v (%s)", i, h.State, h.Reason, want, why)
		}
	}
	if len(healths) != len(states) {
		t.Errorf("%d blocks went in, want %d", len(healths), len(states))
	}
}

// TestBlocksAreCut: of a block of several samples the usable stretches are passed on, each at its time.
func TestBlocksAreCut(t *testing.T) {
	in := hal.Block{At: time.Minute, Period: time.Millisecond, Channels: 2, Values: []float32{0, 99, 1, 1, 2, 2, 3, 99, 4, 99, 5, 5}}
	next := hal.Block{At: time.Minute + 6*time.Millisecond, Period: time.Millisecond, Channels: 2, Values: []float32{6, 6, 7, 99}}
	last := hal.Block{At: time.Minute + 8*time.Millisecond, Period: time.Millisecond, Channels: 2, Values: []float32{8, 8}}
	_, out, healths, err := play(t, newScript(hal.End, in, next, last), pressure(judge.Rule{Min: 0, Max: 16}))
	if !errors.Is(err, hal.End) {
		t.Fatal(err)
	}
	want := []struct {
		at      time.Duration
		discont bool
		values  []float32
	}{{1, true, []float32{1, 1, 2, 2}}, {5, true, []float32{5, 5}}, {6, false, []float32{6, 6}}, {8, true, []float32{8, 8}}}
	if len(out) != len(want) {
		t.Fatalf("%d blocks: %v", len(out), out)
	}
	for i, w := range want {
		if b := out[i]; b.At != time.Minute+w.at*time.Millisecond || b.Discont != w.discont || !slices.Equal(b.Values, w.values) || b.Period != time.Millisecond {
			t.Errorf("block %d: %+v, want %+v", i, b, w)
		}
	}
	wantStates(t, healths, "ddd", "pressure is above 16, the most that is expected") // it is told for a second
	if h := healths[2]; h.Skipped != 4 || h.Samples != 5 {
		t.Errorf("%d skipped, %d samples", h.Skipped, h.Samples)
	}
}

// TestNothingOfUse: a source of which nothing can be used never counts as running.
func TestNothingOfUse(t *testing.T) {
	_, out, healths, _ := play(t, newScript(hal.End, each(nan, nan, nan)...), pressure(judge.Rule{}))
	if len(out) != 0 {
		t.Errorf("passed on %v", out)
	}
	wantStates(t, healths, "ddd", "pressure is not a number")
}

// TestStuckIsOpenedAnew where that may help: after five blocks the run ends, and in the next one nothing old is passed
// on.
func TestStuckIsOpenedAnew(t *testing.T) {
	cfg := pressure(judge.Rule{Stuck: 2 * time.Second})
	s := newScript(hal.End, each(4, 4, 4, 4, 4, 4, 4, 4, 4, 4)...)
	src, out, healths, err := play(t, s, cfg)
	if !errors.Is(err, hal.End) || len(out) != 3 || len(healths) != 10 {
		t.Errorf("without Reopen: %v, %d blocks out of %d", err, len(out), len(healths))
	}
	wantStates(t, healths, "rrrddddddd", "pressure has not changed for longer than 2s, as it is expected to: is the sensor stuck?")
	if h := src.Health(); h.State != hal.Ended {
		t.Errorf("at its end it is %v", h.State)
	}
	cfg.Reopen = true
	s = newScript(hal.End, each(4, 4, 4, 4, 4, 4, 4, 4, 4, 4)...)
	src, out, healths, err = play(t, s, cfg)
	if err == nil || !strings.Contains(err.Error(), "read script: pressure has not changed for longer than 2s") || len(out) != 3 || len(healths) != 8 {
		t.Fatalf("with Reopen: %v, %d blocks out of %d", err, len(out), len(healths))
	}
	if h := src.Health(); h.State != hal.Failed || h.Reason != err.Error() {
		t.Errorf("it is %v: %s", h.State, h.Reason)
	}
	s.blocks = each(4, 4, 5)
	for i := range s.blocks {
		s.blocks[i].At += time.Minute
	}
	first := true
	if err := src.Run(t.Context(), func(b hal.Block) {
		if b.Values[1] == 4 || b.Discont != first {
			t.Errorf("the next run gave %v, discontinuous %v", b.Values, b.Discont)
		}
		first = false
	}); !errors.Is(err, hal.End) || first {
		t.Errorf("the next run: %v", err)
	}
}

// TestStuckNowAndThen: five blocks in a row end a run, not five in all; and what stood in one run says nothing of the
// next, unless it was stuck.
func TestStuckNowAndThen(t *testing.T) {
	cfg := pressure(judge.Rule{Stuck: 2 * time.Second})
	cfg.Reopen = true
	s := newScript(hal.End, each(4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 6)...)
	src, out, _, err := play(t, s, cfg)
	if !errors.Is(err, hal.End) || len(out) != 7 {
		t.Errorf("%v, %d blocks", err, len(out))
	}
	s.blocks = each(6)
	s.blocks[0].At += time.Hour
	passed := 0
	if err := src.Run(t.Context(), func(hal.Block) { passed++ }); !errors.Is(err, hal.End) || passed != 1 {
		t.Errorf("the next run: %v, %d blocks", err, passed)
	}
}

// TestCancelWithinABlock: what is left of it is not passed on.
func TestCancelWithinABlock(t *testing.T) {
	s := newScript(nil, hal.Block{At: time.Minute, Period: time.Millisecond, Channels: 2, Values: []float32{1, 1, 2, 99, 3, 3, 4, 99, 5, 5}})
	src := expect.New(s, pressure(judge.Rule{Min: 0, Max: 16}))
	s.health, s.after = src.Health, func(int, hal.Health) {}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	passed := 0
	err := src.Run(ctx, func(hal.Block) {
		passed++
		cancel()
	})
	if err != nil || passed != 1 {
		t.Errorf("%v, %d blocks", err, passed)
	}
}

// TestSince: a state begins with the first reason for it and ends with the last; the rate is that of the source.
func TestSince(t *testing.T) {
	clk := &hands{boot: time.Hour}
	s := newScript(hal.End, each(1, 99, 99, 1, 1, 1, 99)...)
	s.pulse = hal.NewPulse(clk)
	cfg := pressure(judge.Rule{Min: 0, Max: 16})
	cfg.Clock = clk
	src := expect.New(s, cfg)
	s.health = src.Health
	steps := []struct {
		own   string // what the source says of itself from this block on
		state hal.State
		since time.Duration // minutes after the start
	}{{"", hal.Running, 0}, {"", hal.Degraded, 1}, {"bad line", hal.Degraded, 1}, {"bad line", hal.Degraded, 2}, {"", hal.Running, 4}, {"bad line", hal.Degraded, 5}, {"bad line", hal.Degraded, 5}}
	s.after = func(i int, _ hal.Health) {
		s.pulse.Mood(steps[i].own)
		h := src.Health()
		if want := time.Hour + steps[i].since*time.Minute; h.State != steps[i].state || h.Since != want {
			t.Errorf("block %d: %v since %v (%s), want %v since %v", i, h.State, h.Since, h.Reason, steps[i].state, want)
		}
		if i > 0 && h.Rate != 1 {
			t.Errorf("block %d: rate %v", i, h.Rate)
		}
		clk.boot += time.Minute
	}
	if err := src.Run(t.Context(), func(hal.Block) {}); !errors.Is(err, hal.End) {
		t.Error(err)
	}
}

// TestReasonsAddUp: what the source says of itself is said too, and its counts are counted.
func TestReasonsAddUp(t *testing.T) {
	s := newScript(hal.End, each(1, 99)...)
	src := expect.New(s, pressure(judge.Rule{Min: 0, Max: 16}))
	s.health, s.after = src.Health, func(i int, h hal.Health) {
		if want := "pressure is above 16, the most that is expected"; i == 1 && h.Reason != want {
			t.Errorf("alone: %q", h.Reason)
		}
		s.pulse.Skip(3)
		s.pulse.Drop(5)
		s.pulse.Degrade("line has 1 number")
		want := "line has 1 number"
		if i == 1 {
			want += "; pressure is above 16, the most that is expected"
		}
		if h := src.Health(); h.State != hal.Degraded || h.Reason != want {
			t.Errorf("both: %v, %q, want %q", h.State, h.Reason, want)
		}
		s.pulse.Recover()
	}
	if err := src.Run(t.Context(), func(hal.Block) {}); !errors.Is(err, hal.End) {
		t.Fatal(err)
	}
	if h := src.Health(); h.Skipped != 7 || h.Dropped != 10 {
		t.Errorf("skipped %d, dropped %d", h.Skipped, h.Dropped)
	}
}

// TestUnknownChannels are refused before the source is opened, or with its first block where that must tell them.
func TestUnknownChannels(t *testing.T) {
	cfg := expect.Config{Channels: map[string]judge.Rule{"presure": {}}}
	const want = `expect presure of script: it has no such channel: did you mean "pressure"? it has flow, pressure`
	for _, late := range []bool{false, true} {
		s := newScript(nil, each(1, 2, 3)...)
		s.late = late
		src := expect.New(s, cfg)
		s.health, s.after = src.Health, func(int, hal.Health) {}
		if err := src.Check(); (err != nil) == late {
			t.Errorf("late %v: Check says %v", late, err)
		}
		haltest.EmitsNothing(t, src, want, false)
		if h := src.Health(); h.State != hal.Failed || h.Reason != want {
			t.Errorf("late %v: %v: %s", late, h.State, h.Reason)
		}
		if opened := s.runs > 0; opened != late {
			t.Errorf("late %v: opened %v", late, opened)
		}
		if err := src.Check(); err == nil || err.Error() != want {
			t.Errorf("late %v: Check says %v now", late, err)
		}
	}
}

// TestOtherChannels: a recording was replaced while it was played.
func TestOtherChannels(t *testing.T) {
	blocks := append(each(1), hal.Block{At: time.Minute, Channels: 1, Values: []float32{1}})
	s := newScript(nil, blocks...)
	src := expect.New(s, pressure(judge.Rule{}))
	s.health, s.after = src.Health, func(int, hal.Health) {}
	haltest.Ends(t, src, 1, "expect something of script: it has 2 channels and gives 1", nil)
}

// TestLateChannels: a source whose channels are known with its first block is judged from that on.
func TestLateChannels(t *testing.T) {
	s := newScript(hal.End, each(99, 1)...)
	s.late = true
	_, out, _, err := play(t, s, pressure(judge.Rule{Min: 0, Max: 16}))
	if !errors.Is(err, hal.End) || len(out) != 1 || out[0].Values[1] != 1 {
		t.Errorf("%v: %v", err, out)
	}
}

// TestCostsNothingWhileAllIsWell: no memory for a block.
func TestCostsNothingWhileAllIsWell(t *testing.T) {
	s := newScript(hal.End, each(1, 2)...)
	src := expect.New(&loop{s, t}, pressure(judge.Rule{Min: 0, Max: 16, Clip: 15.9, Stuck: time.Minute, Flat: 1e-9, FlatFor: time.Minute}))
	if err := src.Run(t.Context(), func(hal.Block) {}); !errors.Is(err, hal.End) {
		t.Error(err)
	}
}

// loop measures what a block costs behind it.
type loop struct {
	*script
	t *testing.T
}

func (l *loop) Run(_ context.Context, emit func(hal.Block)) error {
	b := hal.Block{At: time.Second, Period: time.Millisecond, Channels: 2, Values: make([]float32, 64)}
	if n := testing.AllocsPerRun(100, func() {
		for i := range b.Values {
			b.Values[i] = float32(i % 5)
		}
		b.At += 32 * time.Millisecond
		emit(b)
	}); n != 0 {
		l.t.Errorf("%v allocations per block", n)
	}
	return hal.End
}
