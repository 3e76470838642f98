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
	return cost(all, func(p *Prediction, truth int) float64 {
		return -math.Log(min(max(p.Scores[truth], epsilon), 1-epsilon))
	})
}

// Brier is the mean squared distance of the probabilities from the truth (Brier 1950): summed over the classes, and of
// class 1 alone when there are two.
func Brier(all []Prediction, classes int) Metric {
	return cost(all, func(p *Prediction, truth int) float64 {
		sum := 0.0
		for k, s := range p.Scores {
			want := 0.0
			if k == truth {
				want = 1
			}
			if classes != 2 || k == 1 {
				sum += (s - want) * (s - want)
			}
		}
		return sum
	})
}

// cost is the mean of what each prediction costs, given the truth. Its interval is the wider of the ordinary one and of
// Wilson's score interval with his two kinds of answers, one that costs nothing and one that is wrong: that costs what
// the model's second choices would on average, or the wrong ones of the set did, if that is more. So a set without a
// wrong answer is no proof that there are none. For costs of 0 and 1 it is Wilson's.
func cost(all []Prediction, of func(p *Prediction, truth int) float64) Metric {
	n := float64(len(all))
	if n == 0 {
		return Metric{}
	}
	var sum, squares, second, wrong, wrongs float64
	for i := range all {
		p := &all[i]
		top, next := p.ahead()
		c := of(p, p.Truth)
		sum, squares, second = sum+c, squares+c*c, second+of(p, next)/n
		if top != p.Truth {
			wrong, wrongs = wrong+c, wrongs+1
		}
	}
	m := exactly(sum/n, len(all), true)
	worse := max(second, wrong/max(wrongs, 1))
	spread := max(squares-sum*sum/n, 0)
	zz := z95 * z95
	centre := (sum + zz*worse/2) / (n + zz)
	half := z95 / (n + zz) * math.Sqrt(spread+zz*square(worse)/4)
	return m.reach(centre-half, centre+half, 0, math.Inf(1)).sway(spread/n/max(n-1, 1), 0, math.Inf(1))
}

// eceBins is the number of bins of equal mass.
const eceBins = 15

// ECE is the expected calibration error of the highest score (Naeini 2015) over bins of equal mass: how far confidence
// and accuracy lie apart. Its upper end comes from the Wilson interval of each bin's accuracy; its lower end is lower by
// what chance alone puts between them, too, because that is never negative (Kumar, Liang and Ma 2019).
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
	total, chance := 0.0, 0.0
	var bins []part
	for from := 0; from < len(tops); {
		to := from + share(len(tops), from)
		confidence, right := 0.0, 0
		for _, t := range tops[from:to] {
			confidence += t.score
			if t.right {
				right++
			}
		}
		total += math.Abs(confidence - float64(right))
		n := float64(to - from)
		gap := apart(confidence/n, ratio(right, to-from))
		bins = append(bins, part{n / float64(len(tops)), gap})
		chance += n / float64(len(tops)) * noise(right, n)
		from = to
	}
	m := exactly(total/float64(len(tops)), len(tops), true)
	low, high := combine(bins, 1)
	return m.reach(low-chance, high, 0, 1)
}

// apart is how far confidence lies from an accuracy, at the accuracy's ends at most; the lower end is as far below.
func apart(confidence float64, accuracy Metric) Metric {
	gap := math.Abs(confidence - accuracy.Value)
	most := max(math.Abs(confidence-accuracy.Low), math.Abs(confidence-accuracy.High))
	return Metric{Value: gap, Low: gap - max(accuracy.Value-accuracy.Low, accuracy.High-accuracy.Value), High: most, Defined: true}
}

// noise is the mean distance from the truth of an accuracy of right among n.
func noise(right int, n float64) float64 {
	p := (float64(right) + z95*z95/2) / (n + z95*z95)
	return math.Sqrt(2 / math.Pi * p * (1 - p) / n)
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
