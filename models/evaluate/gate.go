package evaluate

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Bound is what a model must reach on the device. Exactly one of Min and Max is set.
type Bound struct {
	Metric string   // a name of Names, as "accuracy" or "recall[running]"
	Slice  string   // the part of the set that is judged; empty for all of it
	Min    *float64 // the lower end of the interval must not be below
	Max    *float64 // the upper end of the interval must not be above
}

// named are the metrics that a bound can name.
func (r *Report) named() map[string]Metric {
	out := map[string]Metric{
		"accuracy": r.Accuracy, "balanced_accuracy": r.BalancedAccuracy, "mcc": r.MCC,
		"precision_macro": r.Precision.Macro, "recall_macro": r.Recall.Macro, "f1_macro": r.F1.Macro,
		"precision_micro": r.Precision.Micro, "recall_micro": r.Recall.Micro, "f1_micro": r.F1.Micro,
		"precision_weighted": r.Precision.Weighted, "recall_weighted": r.Recall.Weighted, "f1_weighted": r.F1.Weighted,
		"roc_auc": r.ROCAUC, "average_precision": r.AveragePrecision, "log_loss": r.LogLoss, "brier": r.Brier, "ece": r.ECE,
	}
	for i, c := range r.Classes {
		out["precision["+c.Label+"]"], out["recall["+c.Label+"]"], out["f1["+c.Label+"]"] = c.Precision, c.Recall, c.F1
		out["roc_auc["+c.Label+"]"], out["average_precision["+c.Label+"]"] = c.ROCAUC, c.AveragePrecision
		if i == 1 && len(r.Classes) == 2 {
			out["precision_binary"], out["recall_binary"], out["f1_binary"] = c.Precision, c.Recall, c.F1
		}
	}
	if l := r.Latency; l != nil {
		for name, d := range map[string]time.Duration{"init": l.Init, "first": l.First, "p50": l.P50, "p90": l.P90, "p99": l.P99} {
			out["latency_"+name+"_ms"] = exactly(d.Seconds()*1e3, l.Runs, true)
		}
	}
	return out
}

// Names are the metrics that a bound may name for models with these labels, sorted.
func Names(labels []string) []string {
	r := &Report{Latency: &Latency{}}
	for _, l := range labels {
		r.Classes = append(r.Classes, ClassReport{Label: l})
	}
	var out []string
	for n := range r.named() {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// Check holds the report against bounds and gives one sentence for every one that it misses. A bound on a slice of fewer
// than MinSlice samples is missed, as one on a metric that is not defined: nothing passes for want of samples.
func (r *Report) Check(bounds []Bound) []string {
	var missed []string
	for _, b := range bounds {
		m, why := r.find(b)
		if why == "" {
			why = b.miss(m)
		}
		if why != "" {
			missed = append(missed, why)
		}
	}
	return missed
}

// find is the metric that b names, or why there is none to judge.
func (r *Report) find(b Bound) (m Metric, why string) {
	if b.Slice == "" {
		m, ok := r.named()[b.Metric]
		if !ok {
			return m, fmt.Sprintf("%s is no metric of this report", b.Metric)
		}
		return m, ""
	}
	i := slices.IndexFunc(r.Slices, func(s Slice) bool { return s.Name == b.Slice })
	if i < 0 {
		return m, fmt.Sprintf("the set has no slice %s", b.Slice)
	}
	s := r.Slices[i]
	m, ok := map[string]Metric{"accuracy": s.Accuracy, "f1_macro": s.F1}[b.Metric]
	switch {
	case !ok:
		return m, fmt.Sprintf("%s is not measured by slice", b.Metric)
	case s.Accuracy.N < MinSlice:
		return m, fmt.Sprintf("%s of %s is of %d samples, too few to judge: a slice wants %d", b.Metric, b.Slice, s.Accuracy.N, MinSlice)
	}
	return m, ""
}

// miss says how the unfavourable end of m's interval misses b.
func (b Bound) miss(m Metric) string {
	name := b.Metric
	if b.Slice != "" {
		name += " of " + b.Slice
	}
	switch {
	case !m.Defined || math.IsNaN(m.Value):
		return fmt.Sprintf("%s is not defined on this set", name)
	case b.Min != nil && m.Low < *b.Min:
		return fmt.Sprintf("%s is %.4g, at least %.4g with 95 %% certainty, less than %.4g", name, m.Value, m.Low, *b.Min)
	case b.Max != nil && m.High > *b.Max:
		return fmt.Sprintf("%s is %.4g, at most %.4g with 95 %% certainty, more than %.4g", name, m.Value, m.High, *b.Max)
	}
	return ""
}
