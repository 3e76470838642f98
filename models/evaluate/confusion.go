package evaluate

import "math"

// Confusion counts predictions: [truth][predicted].
type Confusion [][]int

// Count counts the predictions of classes classes.
func Count(all []Prediction, classes int) Confusion {
	c := make(Confusion, classes)
	for i := range c {
		c[i] = make([]int, classes)
	}
	for i := range all {
		c[all[i].Truth][all[i].Top()]++
	}
	return c
}

// Support is the number of samples whose truth is class k.
func (c Confusion) Support(k int) (n int) {
	for _, v := range c[k] {
		n += v
	}
	return n
}

// Predicted is the number of samples that were said to be of class k.
func (c Confusion) Predicted(k int) (n int) {
	for _, row := range c {
		n += row[k]
	}
	return n
}

// Total is the number of samples, right the number of those on the diagonal.
func (c Confusion) Total() (total, right int) {
	for i, row := range c {
		for j, v := range row {
			total += v
			if i == j {
				right += v
			}
		}
	}
	return total, right
}

// seen reports whether class k is the truth or the prediction of any sample: what scikit-learn averages over.
func (c Confusion) seen(k int) bool { return c.Support(k) > 0 || c.Predicted(k) > 0 }

// Accuracy is the share of right predictions.
func (c Confusion) Accuracy() Metric {
	total, right := c.Total()
	return ratio(right, total)
}

// BalancedAccuracy is the mean recall of the classes that have samples.
func (c Confusion) BalancedAccuracy() Metric {
	return c.macro(c.recall(), func(k int) bool { return c.Support(k) > 0 })
}

// MCC is the correlation coefficient of Matthews (1975) in Gorodkin's (2004) form for several classes: 0 and undefined
// when all truths, or all predictions, are of one class. Its interval is the wider of two: the delta method's, and that
// of the accuracy, of which it is a linear function for given shares of truths and predictions.
func (c Confusion) MCC() Metric {
	total, right := c.Total()
	n, r := float64(total), float64(right)
	truth, said := make([]float64, len(c)), make([]float64, len(c))
	var both, tt, ss float64 // sums of truth times said, of squares of each
	for k := range c {
		t, s := float64(c.Support(k)), float64(c.Predicted(k))
		truth[k], said[k] = t, s
		both, tt, ss = both+t*s, tt+t*t, ss+s*s
	}
	under := (n*n - ss) * (n*n - tt)
	if under == 0 {
		return exactly(0, total, false)
	}
	root := math.Sqrt(under)
	m := exactly((r*n-both)/root, total, true)
	a, steep := c.Accuracy(), n*n/root
	m = m.reach(m.Value-steep*(a.Value-a.Low), m.Value+steep*(a.High-a.Value), -1, 1)
	return m.sway(c.squares(func(i, j int) float64 {
		over := r - said[i] - truth[j]
		if i == j {
			over += n
		}
		return over/root - m.Value*((n-said[j])/(n*n-ss)+(n-truth[i])/(n*n-tt))
	}), -1, 1)
}
