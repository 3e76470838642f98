package evaluate

// ClassReport is how one class fares against the rest.
type ClassReport struct {
	Label            string `json:"label"`
	Support          int    `json:"support"`
	Precision        Metric `json:"precision"`
	Recall           Metric `json:"recall"`
	F1               Metric `json:"f1"`
	ROCAUC           Metric `json:"roc_auc"`
	AveragePrecision Metric `json:"average_precision"`
}

// Precision is the share of right ones among the samples said to be of class k.
func (c Confusion) Precision(k int) Metric { return ratio(c[k][k], c.Predicted(k)) }

// Recall is the share of class k's samples that were found.
func (c Confusion) Recall(k int) Metric { return ratio(c[k][k], c.Support(k)) }

// F1 is the harmonic mean of precision and recall; undefined when the class is neither true nor predicted anywhere. It
// is 2j/(1+j) of the share j of right ones among the samples that are of the class or said to be, and so is its interval
// of j's (Lam, Gopal and Qian 2023, the indirect score method).
func (c Confusion) F1(k int) Metric {
	under := c.Support(k) + c.Predicted(k)
	if under == 0 {
		return Metric{}
	}
	m := exactly(2*float64(c[k][k])/float64(under), c.Support(k), true)
	low, high := Wilson(c[k][k], under-c[k][k])
	return m.reach(2*low/(1+low), 2*high/(1+high), 0, 1)
}

// measure is one of the three metrics of a class, and what its averages need to know.
type measure struct {
	of    func(k int) Metric
	size  func(k int) int                       // samples behind it
	pulls func(k int) (right, row, col float64) // what one more right one, of the class, said to be of it would change
	times float64                               // how many classes' values one sample moves
}

func (c Confusion) precision() measure {
	return measure{of: c.Precision, size: c.Predicted, times: 1, pulls: func(k int) (right, row, col float64) {
		return slopes(1, c[k][k], c.Predicted(k), false, true)
	}}
}

func (c Confusion) recall() measure {
	return measure{of: c.Recall, size: c.Support, times: 1, pulls: func(k int) (right, row, col float64) {
		return slopes(1, c[k][k], c.Support(k), true, false)
	}}
}

func (c Confusion) f1() measure {
	union := func(k int) int { return c.Support(k) + c.Predicted(k) - c[k][k] }
	return measure{of: c.F1, size: union, times: 2, pulls: func(k int) (right, row, col float64) {
		return slopes(2, c[k][k], c.Support(k)+c.Predicted(k), true, true)
	}}
}

// slopes are the derivatives of times*hits/of by hits, and by a row's and a column's sum where they are part of of.
func slopes(times float64, hits, of int, inRow, inCol bool) (right, row, col float64) {
	if of == 0 {
		return 0, 0, 0
	}
	each := -times * float64(hits) / square(float64(of))
	if inRow {
		row = each
	}
	if inCol {
		col = each
	}
	return times / float64(of), row, col
}
