package pipeline

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// The least that a guard judges by. A share of few windows says little, and neither does a latency that is small anyway.
const (
	leastRate    = 100                    // windows; a share is taken of at least so many
	leastLatency = 200                    // windows, for a 95th percentile: ten are above it
	leastShadow  = 25                     // of the old one beside it
	leastAtEnd   = 5                      // of the old one, when there will be no more
	slack        = 100 * time.Microsecond // by which a latency may grow whatever its ratio
	leastGrowth  = 8 << 20                // bytes by which memory may grow whatever its share: garbage comes and goes
)

// How long a trial is, whatever its manifest says.
const (
	LeastWindows  = 20  // without which no trial ends
	EnoughWindows = 200 // of the new model, from which on its answers are compared; a trial of minutes waits for them
	MostLonger    = 12  // times its minutes, for which it waits
)

// Guards watch a version on trial: what the manifest allows it, and what is known beside that.
type Guards struct {
	manifest.Trial
}

// Memory is what the process holds: when the trial began, and now. Zero means unknown.
type Memory struct{ Then, Now uint64 }

// Verdict on a trial. At most one of the two is not empty; while both are, it goes on.
type Verdict struct {
	Breach string // why the version is to be given up
	Passed string // why it may stay
}

// Judge looks at a trial at a moment of CLOCK_BOOTTIME. A breach of a share is certain: no later window could mend it.
// What there are few windows of is judged at the end, as far as they tell anything; what they do not tell is named.
func (g Guards) Judge(t Trial, m Memory, now time.Duration) Verdict {
	ends := g.ends(t, now)
	for _, guard := range []func() string{
		func() string { return g.rate(t, "of the windows failed", t.New.Failed, g.ErrorRate) },
		func() string {
			return g.rate(t, "of the windows gave an output that is no number", t.New.Refused, g.NaNRate)
		},
		func() string { return g.latency(t) },
		func() string { return g.memory(m) },
		func() string { return g.drift(t, ends) },
	} {
		if why := guard(); why != "" {
			return Verdict{Breach: why}
		}
	}
	if !ends {
		return Verdict{}
	}
	text := fmt.Sprintf("%d windows in %v without a breach", t.New.Windows, (now - t.Began).Round(time.Second))
	beyond, compared := g.reference(t)
	if g.ReferenceDrift > 0 && beyond > g.ReferenceDrift {
		return Verdict{Breach: fmt.Sprintf("%s, allowed beyond that is %v", compared, g.ReferenceDrift)}
	}
	for _, more := range []string{compared, g.unjudged(t)} {
		if more != "" {
			text += "; " + more
		}
	}
	return Verdict{Passed: text}
}

// unjudged names the guards that had too little to judge by.
func (g Guards) unjudged(t Trial) string {
	var parts []string
	if t.base() == 0 || t.New.Windows < g.leastLatency() {
		parts = append(parts, "latency")
	}
	if t.Old.Windows < leastAtEnd {
		parts = append(parts, "answers")
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("not judged: %s, with %d windows and %d of %s beside them", strings.Join(parts, " and "), t.New.Windows, t.Old.Windows, t.Former)
}

func (g Guards) rate(t Trial, what string, bad uint64, most float64) string {
	of := max(t.New.Windows, leastRate, uint64(g.Windows))
	if share := float64(bad) / float64(of); share > most {
		return fmt.Sprintf("%d of %d %s, allowed is a share of %v", bad, t.New.Windows, what, most)
	}
	return ""
}

// latency compares with the old version beside it, at the same load; without it, with what the old one took before.
func (g Guards) latency(t Trial) string {
	base := t.base()
	if base == 0 || t.New.Windows < g.leastLatency() || t.New.P95 <= base+slack {
		return ""
	}
	if ratio := float64(t.New.P95) / float64(base); ratio > g.P95Ratio {
		return fmt.Sprintf("the 95th percentile of its latency is %v, %.1f times the %v of %s, allowed is %v times", t.New.P95, ratio, base, t.Former, g.P95Ratio)
	}
	return ""
}

// base is the latency to compare with; zero when it is not known.
func (t *Trial) base() time.Duration {
	if t.Old.Windows >= leastShadow {
		return t.Old.P95
	}
	return t.Before.P95
}

// leastLatency is less for a short trial, which judges at its end.
func (g Guards) leastLatency() uint64 {
	if g.Windows > 0 {
		return min(leastLatency, uint64(g.Windows))
	}
	return leastLatency
}

func (g Guards) memory(m Memory) string {
	if m.Then == 0 || m.Now <= m.Then+leastGrowth {
		return ""
	}
	if grown := float64(m.Now-m.Then) / float64(m.Then); grown > g.MemoryGrowth {
		return fmt.Sprintf("the agent's memory grew from %d to %d kB, by %.0f %%, allowed is %.0f %%", m.Then>>10, m.Now>>10, 100*grown, 100*g.MemoryGrowth)
	}
	return ""
}

// drift compares the labels that won with those of the old version on the same time, as far as both know them.
func (g Guards) drift(t Trial, ends bool) string {
	if few := t.New.Windows < EnoughWindows || t.Old.Windows < leastShadow; few && !ends || t.Old.Windows < leastAtEnd {
		return ""
	}
	old := make([]float64, len(t.Labels)+1) // the last one: labels that the new version does not have
	for i, n := range t.Old.Classes {
		at := len(t.Labels)
		for k, l := range t.Labels {
			if l == t.OldLabels[i] {
				at = k
			}
		}
		old[at] += float64(n)
	}
	now := append(asFloats(t.New.Classes), 0)
	if v := psi(now, old); v > g.OutputDrift+chance(now, old) {
		return fmt.Sprintf("its answers differ from those of %s on the same windows: PSI %.2f, allowed is %v and %.2f for chance",
			t.Former, v, g.OutputDrift, chance(now, old))
	}
	return ""
}

// chance is what the index of two samples of one distribution exceeds once in a thousand looks. It is distributed as chi
// square of one degree less than there are classes, times 1/n + 1/m (B. Yurdakul, Statistical Properties of Population
// Stability Index, 2018).
func chance(a, b []float64) float64 {
	var n, m float64
	degrees := -1
	for i := range a {
		n, m = n+a[i], m+b[i]
		if a[i]+b[i] > 0 {
			degrees++
		}
	}
	if n == 0 || m == 0 || degrees <= 0 {
		return 0
	}
	return rareChiSquare(float64(degrees)) * (1/n + 1/m)
}

// rareChiSquare is exceeded once in a thousand times: the approximation of Wilson and Hilferty (1931), at most 3 % above it.
func rareChiSquare(degrees float64) float64 {
	const normal = 3.0902 // what a normal variable exceeds so rarely
	v := 2 / (9 * degrees)
	return degrees * math.Pow(1-v+normal*math.Sqrt(v), 3)
}

// ends reports whether the trial is over. One of minutes waits for windows enough, but not for ever.
func (g Guards) ends(t Trial, now time.Duration) bool {
	took, minutes := now-t.Began, time.Duration(g.Minutes)*time.Minute
	switch {
	case t.New.Windows < LeastWindows:
		return false
	case g.Windows > 0:
		return t.New.Windows >= uint64(g.Windows)
	case t.New.Windows < EnoughWindows:
		return took >= MostLonger*minutes
	}
	return took >= minutes
}

func asFloats(counts []uint64) []float64 {
	out := make([]float64, len(counts), len(counts)+1)
	for i, n := range counts {
		out[i] = float64(n)
	}
	return out
}

// psi is the population stability index of two distributions over the same classes: the sum of (p-q) ln(p/q). Counts
// get half a count more each, so that a class that one of them has not seen stays finite; classes that neither has seen
// do not count. Shares, which sum up to about 1, are taken as of a thousand.
func psi(a, b []float64) float64 {
	p, q := shares(a, b), shares(b, a)
	var sum float64
	for i := range p {
		if p[i] > 0 && q[i] > 0 {
			sum += (p[i] - q[i]) * math.Log(p[i]/q[i])
		}
	}
	return sum
}

func shares(of, beside []float64) []float64 {
	out := make([]float64, len(of))
	var total float64
	for _, v := range of {
		total += v
	}
	scale := 1.0
	if total > 0 && total < 1.5 {
		scale = 1000
	}
	var sum float64
	for i, v := range of {
		if v > 0 || beside[i] > 0 {
			out[i] = v*scale + 0.5
			sum += out[i]
		}
	}
	for i := range out {
		if sum > 0 {
			out[i] /= sum
		}
	}
	return out
}
