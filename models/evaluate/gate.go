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
		out["precision["+c.Label+"]"], out["recall["+c.Label+"]"] = c.Precision, c.Recall
		out["roc_auc["+c.Label+"]"], out["average_precision["+c.Label+"]"] = c.ROCAUC, c.AveragePrecision
		if i == 1 && len(r.Classes) == 2 {
			out["precision_binary"], out["recall_binary"] = c.Precision, c.Recall
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

// Check holds the report against bounds and gives one sentence for every one that it misses.
func (r *Report) Check(bounds []Bound) []string {
	var missed []string
	for _, b := range bounds {
		m, judged, why := r.find(b)
		if why != "" {
			missed = append(missed, why)
			continue
		}
		if why := b.miss(m); judged && why != "" {
			missed = append(missed, why)
		}
	}
	return missed
}

// find is the metric that b names; judged is false for a slice that is too small.
func (r *Report) find(b Bound) (m Metric, judged bool, why string) {
	if b.Slice == "" {
		m, ok := r.named()[b.Metric]
		if !ok {
			return m, false, fmt.Sprintf("%s is no metric of this report", b.Metric)
		}
		return m, true, ""
	}
	for _, s := range r.Slices {
		if s.Name != b.Slice {
			continue
		}
		switch b.Metric {
		case "accuracy":
			return s.Accuracy, s.Accuracy.N >= MinSlice, ""
		case "f1_macro":
			return s.F1, s.Accuracy.N >= MinSlice, ""
		}
		return m, false, fmt.Sprintf("%s is not measured by slice", b.Metric)
	}
	return m, false, fmt.Sprintf("the set has no slice %s", b.Slice)
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
