package evaluate

import (
	"cmp"
	"math"
	"slices"
)

// epsilon is float64's, at which scikit-learn clips probabilities.
const epsilon = 2.220446049250313e-16

// LogLoss is the mean negative logarithm of the probability of the truth.
func LogLoss(all []Prediction) Metric {
	sum := 0.0
	for i := range all {
		p := &all[i]
		sum -= math.Log(min(max(p.Scores[p.Truth], epsilon), 1-epsilon))
	}
	if len(all) == 0 {
		return Metric{}
	}
	return exactly(sum/float64(len(all)), len(all), true)
}

// Brier is the mean squared distance of the probabilities from the truth (Brier 1950): summed over the classes, and of
// class 1 alone when there are two.
func Brier(all []Prediction, classes int) Metric {
	sum := 0.0
	for i := range all {
		for k, s := range all[i].Scores {
			want := 0.0
			if k == all[i].Truth {
				want = 1
			}
			if classes != 2 || k == 1 {
				sum += (s - want) * (s - want)
			}
		}
	}
	if len(all) == 0 {
		return Metric{}
	}
	return exactly(sum/float64(len(all)), len(all), true)
}

// eceBins is the number of bins of equal mass.
const eceBins = 15

// ECE is the expected calibration error of the highest score (Naeini 2015) over bins of equal mass: how far confidence
// and accuracy lie apart.
func ECE(all []Prediction) Metric {
	type top struct {
		score float64
		right bool
	}
	tops := make([]top, len(all))
	for i := range all {
		k := all[i].Top()
		tops[i] = top{all[i].Scores[k], k == all[i].Truth}
	}
	slices.SortStableFunc(tops, func(a, b top) int { return cmp.Compare(a.score, b.score) })
	if len(tops) == 0 {
		return Metric{}
	}
	total := 0.0
	for from := 0; from < len(tops); {
		to := from + share(len(tops), from)
		confidence, right := 0.0, 0.0
		for _, t := range tops[from:to] {
			confidence += t.score
			if t.right {
				right++
			}
		}
		total += math.Abs(confidence - right)
		from = to
	}
	return exactly(total/float64(len(tops)), len(tops), true)
}

// share is the size of the bin that begins at from when n samples go into eceBins bins whose sizes differ by one at
// most, the larger ones first.
func share(n, from int) int {
	size, larger := n/eceBins, n%eceBins
	if from < larger*(size+1) {
		return size + 1
	}
	return max(size, 1)
}
