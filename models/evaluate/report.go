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

// Slice is the accuracy of one part of the set. Fewer than MinSlice samples are told, and never judged.
type Slice struct {
	Name     string `json:"name"`
	Accuracy Metric `json:"accuracy"`
	F1       Metric `json:"f1_macro"`
}

// MinSlice is the fewest samples on which a slice is held against a bound.
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
	r := &Report{N: len(all), Labels: labels, Confusion: c, Accuracy: c.Accuracy()}
	a := c.Averages()
	r.Precision, r.Recall, r.F1 = a.Precision, a.Recall, a.F1
	r.ROCAUC = macro(all, classes, ROCAUC)
	r.resample(all, classes)
	for k, label := range labels {
		r.Classes = append(r.Classes, ClassReport{
			Label: label, Support: c.Support(k), Precision: c.Precision(k), Recall: c.Recall(k), F1: c.F1(k),
			ROCAUC: ROCAUC(all, k), AveragePrecision: AveragePrecision(all, k),
		})
	}
	r.Slices = slicesOf(all, classes)
	return r, nil
}

// resample fills in the metrics whose interval has no formula.
func (r *Report) resample(all []Prediction, classes int) {
	targets := []*Metric{
		&r.BalancedAccuracy, &r.MCC, &r.Precision.Macro, &r.Recall.Macro, &r.F1.Macro, &r.Precision.Weighted,
		&r.Recall.Weighted, &r.F1.Weighted, &r.AveragePrecision, &r.LogLoss, &r.Brier, &r.ECE,
	}
	measure := func(ps []Prediction) []Metric {
		c := Count(ps, classes)
		a := c.Averages()
		return []Metric{
			c.BalancedAccuracy(), c.MCC(), a.Precision.Macro, a.Recall.Macro, a.F1.Macro, a.Precision.Weighted,
			a.Recall.Weighted, a.F1.Weighted, macro(ps, classes, AveragePrecision), LogLoss(ps), Brier(ps, classes), ECE(ps),
		}
	}
	if classes > 2 {
		targets = append(targets, &r.ROCAUC)
		inner := measure
		measure = func(ps []Prediction) []Metric { return append(inner(ps), macro(ps, classes, ROCAUC)) }
	}
	for i, m := range bootstrap(all, measure) {
		*targets[i] = m
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
		f1 := bootstrap(parts[name], func(ps []Prediction) []Metric {
			c := Count(ps, classes)
			return []Metric{c.average(c.F1).Macro}
		})[0]
		out = append(out, Slice{Name: name, Accuracy: c.Accuracy(), F1: f1})
	}
	return out
}
