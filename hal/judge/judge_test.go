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
		{"lost now and then, and stuck", judge.Rule{Stuck: 300 * time.Millisecond}, []float32{1, nan, 1, nan, 1}, judge.Useless, "stuck"},
		{"lost now and then, and flat", judge.Rule{Flat: 0.5, FlatFor: 400 * time.Millisecond}, []float32{1, 1.1, nan, 1.1, 1}, judge.Suspect, "connected"},
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

// TestOwnersRules: what somebody expects of a sensor may have one end only, and is not told as the chip's.
func TestOwnersRules(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		rule   judge.Rule
		values []float32 // one every 100 ms
		want   judge.Verdict
		reason string
	}{
		{judge.Rule{Min: -inf, Max: 16}, []float32{-3e38}, judge.Good, ""},
		{judge.Rule{Min: -inf, Max: 16}, []float32{16.5}, judge.Useless, "p is above 16, the most that is expected"},
		{judge.Rule{Min: 0.1, Max: 16.1}, []float32{0.1, 16.1}, judge.Good, ""},
		{judge.Rule{Min: 0.5, Max: inf}, []float32{0.4}, judge.Useless, "p is below 0.5, the least that is expected"},
		{judge.Rule{Min: 0, Max: inf, Clip: 15.9}, []float32{15.9}, judge.Suspect, "p is clipped at 15.9, where the sensor is expected to end"},
		{judge.Rule{Stuck: 100 * time.Millisecond}, []float32{1, 1, 1}, judge.Useless, "p has not changed for longer than 100ms, as it is expected to: is the sensor stuck?"},
	} {
		c.rule.Owner = true
		j := judge.New([]string{"p"}, []judge.Rule{c.rule})
		var got judge.Verdict
		var why string
		for i, v := range c.values {
			got, why = j.Look(time.Duration(i)*100*time.Millisecond, []float32{v})
		}
		if got != c.want || why != c.reason {
			t.Errorf("%+v: verdict %d (%s), want %d (%s)", c.rule, got, why, c.want, c.reason)
		}
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

// TestTroubleCostsNothing: a microphone that is too loud has thousands of bad samples in a second.
func TestTroubleCostsNothing(t *testing.T) {
	j := judge.New([]string{"ax"}, []judge.Rule{{Min: -1, Max: 1}})
	sample := []float32{2}
	if n := testing.AllocsPerRun(100, func() {
		if v, _ := j.Look(0, sample); v != judge.Useless {
			t.Fatal("out of range, and no trouble")
		}
	}); n != 0 {
		t.Errorf("%v allocations per sample", n)
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
