package evaluate

// Averages of a per-class metric, by scikit-learn's names.
type Averages struct {
	Macro    Metric  `json:"macro"`            // mean over the classes that occur
	Micro    Metric  `json:"micro"`            // of all decisions together
	Weighted Metric  `json:"weighted"`         // mean by support
	Binary   *Metric `json:"binary,omitempty"` // that of class 1 when there are two
}

// Overview holds the averages of the three per-class metrics.
type Overview struct{ Precision, Recall, F1 Averages }

// Averages of precision, recall and F1.
func (c Confusion) Averages() Overview {
	o := Overview{Precision: c.averages(c.precision()), Recall: c.averages(c.recall()), F1: c.averages(c.f1())}
	o.Recall.Weighted.Low, o.Recall.Weighted.High = o.Recall.Micro.Low, o.Recall.Micro.High // it is the accuracy
	return o
}

func (c Confusion) averages(m measure) Averages {
	a := Averages{Macro: c.macro(m, c.seen), Micro: c.Accuracy(), Weighted: c.weighted(m)}
	if len(c) == 2 {
		binary := m.of(1)
		a.Binary = &binary
	}
	return a
}

// macro is the mean of m over the classes that count.
func (c Confusion) macro(m measure, counts func(k int) bool) Metric {
	classes := 0
	for k := range c {
		if counts(k) {
			classes++
		}
	}
	return c.mean(m, func(k int) float64 {
		if !counts(k) {
			return 0
		}
		return 1 / float64(classes)
	}, false)
}

// weighted is the mean of m by support.
func (c Confusion) weighted(m measure) Metric {
	total, _ := c.Total()
	return c.mean(m, func(k int) float64 { return float64(c.Support(k)) / float64(total) }, true)
}

// mean is the weighted mean of m. Its interval is the widest of three: its classes' together, that of as many samples
// as count, and the delta method's, which knows when the weights are estimates too.
func (c Confusion) mean(m measure, weight func(k int) float64, estimated bool) Metric {
	total, _ := c.Total()
	if total == 0 {
		return Metric{}
	}
	var parts []part
	var sizes []int
	value := 0.0
	for k := range c {
		if w := weight(k); w > 0 {
			p := part{w, m.of(k)}
			parts, sizes = append(parts, p), append(sizes, m.size(k))
			value += w * p.Value
		}
	}
	out := exactly(value, total, len(parts) > 0)
	low, high := combine(parts, m.times)
	out = out.reach(low, high, 0, 1)
	low, high = pooled(parts, sizes)
	out = out.reach(low, high, 0, 1)
	return out.sway(c.pulls(m, weight, value, estimated), 0, 1)
}

// pulls is the sum of squares that sway asks for, of a weighted mean.
func (c Confusion) pulls(m measure, weight func(k int) float64, value float64, estimated bool) float64 {
	total, _ := c.Total()
	right, row, col := make([]float64, len(c)), make([]float64, len(c)), make([]float64, len(c))
	for k := range c {
		r, s, p := m.pulls(k)
		w := weight(k)
		right[k], row[k], col[k] = w*r, w*s, w*p
		if estimated {
			row[k] += (m.of(k).Value - value) / float64(total)
		}
	}
	return c.squares(func(i, j int) float64 {
		if i == j {
			return right[i] + row[i] + col[i]
		}
		return row[i] + col[j]
	})
}

// squares is the sum of pull's square over the samples.
func (c Confusion) squares(pull func(truth, said int) float64) (sum float64) {
	for i, row := range c {
		for j, n := range row {
			if n > 0 {
				sum += float64(n) * square(pull(i, j))
			}
		}
	}
	return sum
}
