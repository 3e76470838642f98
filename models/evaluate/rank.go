package evaluate

import (
	"cmp"
	"math"
	"slices"
)

// ranked is one sample as a ranking metric sees it.
type ranked struct {
	score    float64
	positive bool
}

func ranking(all []Prediction, class int) []ranked {
	out := make([]ranked, len(all))
	for i := range all {
		out[i] = ranked{all[i].Scores[class], all[i].Truth == class}
	}
	return out
}

// ROCAUC is the area under the ROC curve of class against the rest: the chance that a sample of the class scores above
// one of the others, ties counting half (Mann and Whitney 1947), with the interval of DeLong (1988). It is undefined,
// and NaN is replaced by 0, when one of the two sides is empty.
func ROCAUC(all []Prediction, class int) Metric {
	var with, without []float64
	for _, r := range ranking(all, class) {
		if r.positive {
			with = append(with, r.score)
		} else {
			without = append(without, r.score)
		}
	}
	if len(with) == 0 || len(without) == 0 {
		return Metric{N: len(all)}
	}
	slices.Sort(with)
	slices.Sort(without)
	above := placements(with, without) // of each positive among the negatives
	below := placements(without, with)
	auc := mean(above)
	m := exactly(auc, len(all), true)
	spread := z95 * math.Sqrt(variance(above)/float64(len(with))+variance(below)/float64(len(without)))
	m.Low, m.High = max(auc-spread, 0), min(auc+spread, 1)
	return m
}

// placements is, for each x, the share of ys below it, ties counting half. Both are sorted.
func placements(xs, ys []float64) []float64 {
	out := make([]float64, len(xs))
	lower, upper := 0, 0
	for i, x := range xs {
		for lower < len(ys) && ys[lower] < x {
			lower++
		}
		upper = max(upper, lower)
		for upper < len(ys) && ys[upper] <= x {
			upper++
		}
		out[i] = (float64(lower) + float64(upper-lower)/2) / float64(len(ys))
	}
	return out
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// variance is the sample variance; 0 for a single value.
func variance(xs []float64) float64 {
	if len(xs) < 2 {
		return 0
	}
	m, sum := mean(xs), 0.0
	for _, x := range xs {
		sum += (x - m) * (x - m)
	}
	return sum / float64(len(xs)-1)
}

// AveragePrecision is the mean of the precision at each threshold, weighted by the recall gained there: no
// interpolation. It is 0 and undefined when class has no sample.
func AveragePrecision(all []Prediction, class int) Metric {
	by := ranking(all, class)
	slices.SortFunc(by, func(a, b ranked) int { return cmp.Compare(b.score, a.score) })
	positives := 0
	for _, r := range by {
		if r.positive {
			positives++
		}
	}
	if positives == 0 {
		return Metric{N: len(all)}
	}
	sum, hits, before := 0.0, 0, 0
	for i, r := range by {
		if r.positive {
			hits++
		}
		if i+1 < len(by) && by[i+1].score == r.score {
			continue // one threshold for all that tie
		}
		sum += float64(hits-before) / float64(positives) * float64(hits) / float64(i+1)
		before = hits
	}
	return exactly(sum, len(all), true)
}

// macro is the mean of a class-against-the-rest metric, defined when that of every class is. Of two classes it is that
// of class 1.
func macro(all []Prediction, classes int, of func([]Prediction, int) Metric) Metric {
	if classes == 2 {
		return of(all, 1)
	}
	sum, defined := 0.0, true
	for k := range classes {
		m := of(all, k)
		sum += m.Value
		defined = defined && m.Defined
	}
	return exactly(sum/float64(classes), len(all), defined)
}
