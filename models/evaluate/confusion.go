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
	total, _ := c.Total()
	sum, n := 0.0, 0
	for k := range c {
		if s := c.Support(k); s > 0 {
			sum += float64(c[k][k]) / float64(s)
			n++
		}
	}
	if n == 0 {
		return Metric{}
	}
	return exactly(sum/float64(n), total, true)
}

// MCC is the correlation coefficient of Matthews (1975) in Gorodkin's (2004) form for several classes: 0 and undefined
// when all truths, or all predictions, are of one class.
func (c Confusion) MCC() Metric {
	total, right := c.Total()
	n := float64(total)
	var tp, tt, pp float64 // sums of truth times prediction, of squares of each
	for k := range c {
		t, p := float64(c.Support(k)), float64(c.Predicted(k))
		tp, tt, pp = tp+t*p, tt+t*t, pp+p*p
	}
	under := (n*n - pp) * (n*n - tt)
	if under == 0 {
		return exactly(0, total, false)
	}
	return exactly((float64(right)*n-tp)/math.Sqrt(under), total, true)
}
