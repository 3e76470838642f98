package pipeline_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/agent/pipeline"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// trialOf is a trial that is well: 1,000 windows of the new version, 125 of the old one beside it, the same answers.
func trialOf(change func(*pipeline.Trial)) pipeline.Trial {
	t := pipeline.Trial{
		Model: "motions@2", Former: "motions@1", Labels: labels, OldLabels: labels,
		New:    pipeline.Record{Windows: 1000, P95: time.Millisecond, Classes: []uint64{400, 400, 200}},
		Old:    pipeline.Record{Windows: 125, P95: time.Millisecond, Classes: []uint64{50, 50, 25}},
		Before: pipeline.Record{Windows: 5000, P95: time.Millisecond},
	}
	change(&t)
	return t
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*pipeline.Trial)
		memory pipeline.Memory
		breach string // a part of it; empty for none
	}{
		{"all is well", func(*pipeline.Trial) {}, pipeline.Memory{Then: 100 << 20, Now: 110 << 20}, ""},
		{"one output is no number", func(t *pipeline.Trial) { t.New.Refused = 1 }, pipeline.Memory{}, "1 of 1000 of the windows gave an output that is no number"},
		{"one of a thousand fails", func(t *pipeline.Trial) { t.New.Failed = 1 }, pipeline.Memory{}, ""},
		{"two of a thousand fail", func(t *pipeline.Trial) { t.New.Failed = 2 }, pipeline.Memory{}, "2 of 1000 of the windows failed"},
		{"the first window fails", func(t *pipeline.Trial) { t.New = pipeline.Record{Windows: 1, Failed: 1, Classes: make([]uint64, 3)} }, pipeline.Memory{}, "1 of 1 of the windows failed"},
		{"slower by half", func(t *pipeline.Trial) { t.New.P95 = 1500 * time.Microsecond }, pipeline.Memory{}, ""},
		{"slower by more", func(t *pipeline.Trial) { t.New.P95 = 1600 * time.Microsecond }, pipeline.Memory{}, "1.6 times the 1ms of motions@1"},
		{"both slower now", func(t *pipeline.Trial) { t.New.P95, t.Old.P95 = 3*time.Millisecond, 3*time.Millisecond }, pipeline.Memory{}, ""},
		{"slower, and no session beside it", func(t *pipeline.Trial) { t.New.P95, t.Old = 2*time.Millisecond, pipeline.Record{} }, pipeline.Memory{}, "2.0 times the 1ms"},
		{"slower by what nobody feels", func(t *pipeline.Trial) {
			t.New.P95, t.Old.P95, t.Before.P95 = 99*time.Microsecond, 9*time.Microsecond, 9*time.Microsecond
		}, pipeline.Memory{}, ""},
		{"memory grows", func(*pipeline.Trial) {}, pipeline.Memory{Then: 100 << 20, Now: 121 << 20}, "by 21 %"},
		{"memory of a small agent grows", func(*pipeline.Trial) {}, pipeline.Memory{Then: 10 << 20, Now: 18 << 20}, ""},
		{"memory of a small agent leaks", func(*pipeline.Trial) {}, pipeline.Memory{Then: 10 << 20, Now: 19 << 20}, "by 90 %"},
		{"memory shrinks", func(*pipeline.Trial) {}, pipeline.Memory{Then: 100 << 20, Now: 50 << 20}, ""},
		{"one answer only", func(t *pipeline.Trial) { t.New.Classes = []uint64{1000, 0, 0} }, pipeline.Memory{}, "PSI"},
		{"other answers, too few windows", func(t *pipeline.Trial) { t.New.Windows, t.New.Classes = 100, []uint64{100, 0, 0} }, pipeline.Memory{}, ""},
		{"the labels in another order", func(t *pipeline.Trial) {
			t.Labels, t.New.Classes = []string{labels[2], labels[0], labels[1]}, []uint64{200, 400, 400}
		}, pipeline.Memory{}, ""},
		{"labels that the old one does not have", func(t *pipeline.Trial) { t.Labels = []string{"a", "b", "c"} }, pipeline.Memory{}, "PSI"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := pipeline.Guards{Trial: manifest.StandardTrial()}
			v := g.Judge(trialOf(c.change), c.memory, time.Minute)
			if (c.breach == "") != (v.Breach == "") || !strings.Contains(v.Breach, c.breach) {
				t.Errorf("breach %q, want %q", v.Breach, c.breach)
			}
			if v.Passed != "" {
				t.Errorf("passed after a minute: %q", v.Passed)
			}
		})
	}
}

// TestPassed: a trial has a length in windows or in minutes, and one of minutes needs some windows.
func TestPassed(t *testing.T) {
	minutes, windows := manifest.StandardTrial(), manifest.StandardTrial()
	windows.Minutes, windows.Windows = 0, 1000
	slow := func(t *pipeline.Trial) {
		t.New.Windows, t.New.Classes, t.Old.Windows, t.Old.Classes = 199, []uint64{80, 80, 39}, 199, []uint64{80, 80, 39}
	}
	few := func(t *pipeline.Trial) { t.New.Windows, t.New.Classes = 19, []uint64{8, 8, 3} }
	for _, c := range []struct {
		name   string
		trial  manifest.Trial
		change func(*pipeline.Trial)
		at     time.Duration
		passed bool
	}{
		{"ten minutes", minutes, func(*pipeline.Trial) {}, 10 * time.Minute, true},
		{"a second before", minutes, func(*pipeline.Trial) {}, 10*time.Minute - time.Second, false},
		{"ten minutes after a late start", minutes, func(t *pipeline.Trial) { t.Began = time.Hour }, time.Hour + 9*time.Minute, false},
		{"ten minutes of a silent source", minutes, few, 10 * time.Minute, false},
		{"a thousand windows", windows, func(*pipeline.Trial) {}, time.Second, true},
		{"one less", windows, func(t *pipeline.Trial) { t.New.Windows-- }, time.Hour, false},
		{"a breach at the end", windows, func(t *pipeline.Trial) { t.New.Refused = 1 }, time.Hour, false},
		{"ten minutes of a slow source", minutes, slow, 10 * time.Minute, false},
		{"two hours of a slow source", minutes, slow, 2 * time.Hour, true},
		{"two hours of a silent source", minutes, few, 2 * time.Hour, false},
	} {
		v := pipeline.Guards{Trial: c.trial}.Judge(trialOf(c.change), pipeline.Memory{}, c.at)
		if c.passed != (v.Passed != "") {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
}

// TestPSI: the value that breaks the guard is that of the formula, worked out apart, of counts with half a
// count more in each class.
func TestPSI(t *testing.T) {
	g := pipeline.Guards{Trial: manifest.StandardTrial()}
	tr := trialOf(func(t *pipeline.Trial) { t.New.Classes = []uint64{600, 200, 200} })
	// p = 600.5, 200.5, 200.5 of 1001.5; q = 50.5, 50.5, 25.5 of 126.5: sum (p-q) ln(p/q) = 0.21887
	// chance: 13.816, of chi square with two degrees of freedom the 99.9th percentile, times (1/1000 + 1/125) = 0.1243; up to
	// 3 % more by the approximation
	for most, breach := range map[float64]bool{0.0905: true, 0.095: false} {
		g.OutputDrift = most
		if v := g.Judge(tr, pipeline.Memory{}, 0); breach != (v.Breach != "") {
			t.Errorf("allowed %v: %+v", most, v)
		}
	}
}

// TestChanceIsNoBreach: a version whose answers come from the same distribution as the old one's is not given up, though it
// is looked at again and again from the first few windows on. Eight labels that change with every window are the worst
// case: one window of eight is the old version's, too.
func TestChanceIsNoBreach(t *testing.T) {
	const labels, trials = 8, 300
	g := pipeline.Guards{Trial: manifest.StandardTrial()}
	r := rand.New(rand.NewPCG(1, 2))
	given := 0
	for range trials {
		tr := trialOf(func(t *pipeline.Trial) {
			t.Labels = strings.Split("a b c d e f g h", " ")
			t.OldLabels, t.Old.Classes, t.New.Classes = t.Labels, make([]uint64, labels), make([]uint64, labels)
			t.Old.Windows, t.New.Windows = 0, 0
		})
		for n := range 3000 {
			tr.New.Classes[r.IntN(labels)]++
			tr.New.Windows++
			if n%8 == 7 {
				tr.Old.Classes[r.IntN(labels)]++
				tr.Old.Windows++
			}
			if n%100 == 99 && g.Judge(tr, pipeline.Memory{}, 0).Breach != "" {
				given++
				break
			}
		}
	}
	if given > trials/100 {
		t.Errorf("%d of %d trials of an equal version were given up", given, trials)
	}
}

// TestFewWindows: at its end a short trial is judged by what there is. Answers of which none is the old one's are a breach
// after 20 windows, too; what cannot be judged is named.
func TestFewWindows(t *testing.T) {
	for _, c := range []struct {
		name           string
		change         func(*pipeline.Trial)
		breach, passed string
	}{
		{"the same", func(*pipeline.Trial) {}, "", "20 windows in 1m0s without a breach"},
		{"all different", func(t *pipeline.Trial) { t.Labels = []string{"a", "b", "c"} }, "PSI", ""},
		{"one answer only", func(t *pipeline.Trial) { t.New.Classes = []uint64{0, 0, 20} }, "PSI", ""},
		{"one of eight beside it", func(t *pipeline.Trial) { t.Old = pipeline.Record{Windows: 2, Classes: []uint64{1, 1, 0}} }, "", "not judged: answers, with 20 windows and 2 of motions@1 beside them"},
		{"nothing to compare with", func(t *pipeline.Trial) { t.Old, t.Before = pipeline.Record{}, pipeline.Record{} }, "", "not judged: latency and answers"},
		{"slower", func(t *pipeline.Trial) { t.New.P95, t.Before.P95 = 3*time.Millisecond, time.Millisecond }, "3.0 times", ""},
	} {
		g := pipeline.Guards{Trial: manifest.StandardTrial()}
		g.Minutes, g.Windows = 0, 20
		v := g.Judge(trialOf(func(t *pipeline.Trial) {
			t.New = pipeline.Record{Windows: 20, P95: time.Millisecond, Classes: []uint64{8, 8, 4}}
			t.Old = pipeline.Record{Windows: 18, P95: time.Millisecond, Classes: []uint64{8, 7, 3}}
			c.change(t)
		}), pipeline.Memory{}, time.Minute)
		if !strings.Contains(v.Breach, c.breach) || (c.breach == "") != (v.Breach == "") || !strings.Contains(v.Passed, c.passed) || (c.passed == "") != (v.Passed == "") {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
}

// TestChanceAtTheEnd: an equal version is not given up for the few windows of a short trial either, whatever the labels'
// shares and however few of the windows the old one has answered.
func TestChanceAtTheEnd(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	given, trials := 0, 0
	for _, windows := range []int{20, 40, 100, 199} {
		for _, every := range []int{1, 2, 4, 8} {
			for _, classes := range []int{2, 3, 8, 30} {
				for range 50 {
					trials++
					weights := make([]float64, classes)
					for i := range weights {
						weights[i] = r.ExpFloat64() * r.ExpFloat64() // some labels are rare
					}
					if shortTrial(r, windows, every, weights).Breach != "" {
						given++
					}
				}
			}
		}
	}
	if given > trials/500 {
		t.Errorf("%d of %d trials of an equal version were given up", given, trials)
	}
}

// shortTrial is judged at its end; both versions draw their answers from one distribution, each its own.
func shortTrial(r *rand.Rand, windows, every int, weights []float64) pipeline.Verdict {
	draw := func() (at int) {
		total := 0.0
		for i, w := range weights {
			if total += w; r.Float64()*total < w {
				at = i
			}
		}
		return at
	}
	tr := trialOf(func(t *pipeline.Trial) {
		t.Labels = strings.Fields(strings.Repeat("x ", len(weights)))
		for i := range t.Labels {
			t.Labels[i] += string(rune('a' + i))
		}
		t.OldLabels, t.New.Windows, t.Old.Windows = t.Labels, uint64(windows), uint64(windows/every)
		t.New.Classes, t.Old.Classes = make([]uint64, len(weights)), make([]uint64, len(weights))
		for n := range windows {
			t.New.Classes[draw()]++
			if n%every == every-1 {
				t.Old.Classes[draw()]++
			}
		}
	})
	g := pipeline.Guards{Trial: manifest.StandardTrial()}
	g.Minutes, g.Windows = 0, windows
	return g.Judge(tr, pipeline.Memory{}, time.Minute)
}
