package judge_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal/judge"
)

func TestVerdicts(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		name   string
		rule   judge.Rule
		values []float32 // one every 100 ms
		want   judge.Verdict
		reason string
	}{
		{"in range", judge.Rule{Min: -40, Max: 85}, []float32{20}, judge.Good, ""},
		{"too high", judge.Rule{Min: -40, Max: 85}, []float32{20, 86}, judge.Useless, "outside of -40 to 85"},
		{"no number", judge.Rule{}, []float32{nan}, judge.Useless, "not a number"},
		{"clipped", judge.Rule{Clip: 4}, []float32{-4}, judge.Suspect, "clipped at 4"},
		{"stuck", judge.Rule{Stuck: 300 * time.Millisecond}, []float32{1, 1, 1, 1, 1}, judge.Useless, "stuck"},
		{"clipped for long", judge.Rule{Clip: 4, Stuck: 300 * time.Millisecond}, []float32{4, 4, 4, 4, 4, 4}, judge.Suspect, "clipped at 4"},
		{"as long as its noise allows", judge.Rule{Stuck: 300 * time.Millisecond}, []float32{1, 1, 1, 1}, judge.Good, ""},
		{"moves again", judge.Rule{Stuck: 300 * time.Millisecond}, []float32{1, 1, 1, 1, 1, 1.1}, judge.Good, ""},
		{"flat", judge.Rule{Flat: 0.5, FlatFor: 400 * time.Millisecond}, []float32{1, 1.1, 1.2, 1.1, 1}, judge.Suspect, "connected"},
		{"not flat", judge.Rule{Flat: 0.5, FlatFor: 400 * time.Millisecond}, []float32{1, 1.1, 1.7, 1.1, 1}, judge.Good, ""},
		{"no rule", judge.Rule{}, []float32{1e9, 1e9}, judge.Good, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := judge.New([]string{"ax"}, []judge.Rule{c.rule})
			var got judge.Verdict
			var why string
			for i, v := range c.values {
				got, why = j.Look(time.Duration(i)*100*time.Millisecond, []float32{v})
			}
			if got != c.want || !strings.Contains(why, c.reason) || (why == "") != (c.want == judge.Good) {
				t.Errorf("verdict %d (%s), want %d (%s)", got, why, c.want, c.reason)
			}
		})
	}
}

func TestWorstChannelWins(t *testing.T) {
	j := judge.New([]string{"ax", "ay"}, []judge.Rule{{Clip: 4}, {Min: -1, Max: 1}})
	if v, why := j.Look(0, []float32{5, 2}); v != judge.Useless || !strings.HasPrefix(why, "ay") {
		t.Errorf("verdict %d (%s), want that of ay", v, why)
	}
}

func TestResetForgets(t *testing.T) {
	j := judge.New([]string{"t"}, []judge.Rule{{Stuck: time.Second}})
	j.Look(0, []float32{1})
	j.Reset()
	if v, why := j.Look(time.Minute, []float32{1}); v != judge.Good {
		t.Errorf("after Reset: %d (%s)", v, why)
	}
}

// TestResetRemembersTheStuck: a chip that was opened anew and shows what it showed before has not measured.
func TestResetRemembersTheStuck(t *testing.T) {
	j := judge.New([]string{"t", "p"}, []judge.Rule{{Stuck: time.Second}, {Stuck: time.Second}})
	j.Look(0, []float32{1, 2})
	if v, _ := j.Look(2*time.Second, []float32{1, 3}); v != judge.Useless || !j.Stuck() {
		t.Errorf("a value that stands: %d, stuck %v", v, j.Stuck())
	}
	j.Reset()
	if v, why := j.Look(time.Minute, []float32{1, 3}); v != judge.Useless || !strings.HasPrefix(why, "t has not changed") {
		t.Errorf("the old value after Reset: %d (%s)", v, why)
	}
	if v, why := j.Look(time.Minute, []float32{1.5, 3}); v != judge.Good || j.Stuck() {
		t.Errorf("a new one: %d (%s)", v, why)
	}
}

func TestCostsNothingWhileAllIsWell(t *testing.T) {
	j := judge.New([]string{"ax", "ay"}, []judge.Rule{{Min: -1, Max: 1, Stuck: time.Second}, {Clip: 4}})
	sample, at := []float32{0, 0}, time.Duration(0)
	if n := testing.AllocsPerRun(100, func() {
		at += time.Millisecond
		sample[0] = float32(at%2) / 4
		j.Look(at, sample)
	}); n != 0 {
		t.Errorf("%v allocations per sample", n)
	}
}
