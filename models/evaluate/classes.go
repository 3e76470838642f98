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

// F1 is the harmonic mean of precision and recall; undefined when the class is neither true nor predicted anywhere.
func (c Confusion) F1(k int) Metric {
	under := c.Support(k) + c.Predicted(k)
	if under == 0 {
		return Metric{}
	}
	return exactly(2*float64(c[k][k])/float64(under), c.Support(k), true)
}

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
	return Overview{Precision: c.average(c.Precision), Recall: c.average(c.Recall), F1: c.average(c.F1)}
}

// average combines one metric of all classes.
func (c Confusion) average(of func(k int) Metric) Averages {
	total, _ := c.Total()
	var macro, weighted float64
	classes, support := 0, 0
	for k := range c {
		if !c.seen(k) {
			continue
		}
		v := of(k).Value
		macro += v
		classes++
		weighted += v * float64(c.Support(k))
		support += c.Support(k)
	}
	a := Averages{Micro: c.Accuracy()}
	if classes > 0 {
		a.Macro = exactly(macro/float64(classes), total, true)
	}
	if support > 0 {
		a.Weighted = exactly(weighted/float64(support), total, true)
	}
	if len(c) == 2 {
		binary := of(1)
		a.Binary = &binary
	}
	return a
}
