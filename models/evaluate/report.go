package evaluate

import (
	"fmt"
	"maps"
	"slices"
)

// Report is everything that is known of a model on a set.
type Report struct {
	N                int           `json:"n"`
	Labels           []string      `json:"labels"`
	Accuracy         Metric        `json:"accuracy"`
	BalancedAccuracy Metric        `json:"balanced_accuracy"`
	Precision        Averages      `json:"precision"`
	Recall           Averages      `json:"recall"`
	F1               Averages      `json:"f1"`
	ROCAUC           Metric        `json:"roc_auc"`           // macro, one class against the rest
	AveragePrecision Metric        `json:"average_precision"` // macro
	LogLoss          Metric        `json:"log_loss"`
	Brier            Metric        `json:"brier"`
	ECE              Metric        `json:"ece"`
	MCC              Metric        `json:"mcc"`
	Classes          []ClassReport `json:"classes"`
	Confusion        Confusion     `json:"confusion"`
	Slices           []Slice       `json:"slices,omitempty"`
	Latency          *Latency      `json:"latency,omitempty"`
}

// Slice is how the model fares on one part of the set. Fewer than MinSlice samples are told, and reach no bound.
type Slice struct {
	Name     string `json:"name"`
	Accuracy Metric `json:"accuracy"`
	F1       Metric `json:"f1_macro"`
}

// MinSlice is the fewest samples on which a slice can reach a bound.
const MinSlice = 30

// Evaluate measures predictions; labels names the classes.
func Evaluate(all []Prediction, labels []string) (*Report, error) {
	classes := len(labels)
	if err := check(all, classes); err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("evaluate: no samples")
	}
	c := Count(all, classes)
	a := c.Averages()
	r := &Report{
		N: len(all), Labels: labels, Confusion: c, Accuracy: c.Accuracy(), BalancedAccuracy: c.BalancedAccuracy(),
		Precision: a.Precision, Recall: a.Recall, F1: a.F1, MCC: c.MCC(),
		LogLoss: LogLoss(all), Brier: Brier(all, classes), ECE: ECE(all), Slices: slicesOf(all, classes),
	}
	r.classes(all, c)
	return r, nil
}

// classes fills in each class against the rest, and the means of what a ranking says of them. Of two classes the mean is
// that of class 1.
func (r *Report) classes(all []Prediction, c Confusion) {
	ranks := newRanking(all)
	area, average := overall{pulls: make([]float64, len(all))}, overall{pulls: make([]float64, len(all))}
	for k, label := range r.Labels {
		by := ranks.of(k)
		r.Classes = append(r.Classes, ClassReport{
			Label: label, Support: c.Support(k), Precision: c.Precision(k), Recall: c.Recall(k), F1: c.F1(k),
			ROCAUC: by.area, AveragePrecision: by.average,
		})
		area.add(by.area, by.areaPulls, len(c))
		average.add(by.average, by.averagePulls, len(c))
	}
	r.ROCAUC, r.AveragePrecision = area.metric(), average.metric()
	if len(c) == 2 {
		r.ROCAUC, r.AveragePrecision = r.Classes[1].ROCAUC, r.Classes[1].AveragePrecision
	}
}

func slicesOf(all []Prediction, classes int) []Slice {
	parts := map[string][]Prediction{}
	for _, p := range all {
		if p.Slice != "" {
			parts[p.Slice] = append(parts[p.Slice], p)
		}
	}
	var out []Slice
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		c := Count(parts[name], classes)
		out = append(out, Slice{Name: name, Accuracy: c.Accuracy(), F1: c.macro(c.f1(), c.seen)})
	}
	return out
}
