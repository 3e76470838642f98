package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// inspection is a manifest as JSON, in the words of the manifest file.
func inspection(b *manifest.Bundle) map[string]any {
	out := map[string]any{
		"model": b.Ref().String(), "digest": b.Digest, "bytes": len(b.Model), "labels": b.Labels,
		"engine":     map[string]string{"name": b.Engine.Name, "min": b.Engine.Min},
		"inputs":     tensors(b.Inputs),
		"outputs":    tensors(b.Outputs),
		"channels":   channelWords(channelsOfModel(b)),
		"rate_hz":    b.Source.RateHz,
		"window":     map[string]int{"length": b.Window.Length, "hop": b.Window.Hop},
		"decide":     map[string]any{"threshold": b.Decide.Threshold, "hold": b.Decide.Hold, "release": b.Decide.Release},
		"licence":    b.Licence,
		"golden":     len(b.Golden),
		"provenance": b.Provenance,
		"preprocess": stepNames(b),
		"acceptance": boundTexts(b),
		"trial":      trialText(b.Trial),
	}
	if p := b.Source.Picture; p != (manifest.Picture{}) {
		out["picture"] = map[string]int{"width": p.Width, "height": p.Height, "depth": p.Depth}
	}
	return out
}

// sourceText says what the model's samples are made of.
func sourceText(b *manifest.Bundle) string {
	what := channelText(channelsOfModel(b))
	if p := hal.Picture(b.Source.Picture); p != (hal.Picture{}) {
		what = fmt.Sprintf("pictures of %v (width, height, depth)", p)
	}
	if b.Source.RateHz == 0 {
		return what + " at any rate"
	}
	return fmt.Sprintf("%s at %g Hz", what, b.Source.RateHz)
}

func tensors(all []manifest.Tensor) []map[string]any {
	var out []map[string]any
	for _, t := range all {
		one := map[string]any{
			"name": t.Name, "type": t.Type.String(), "shape": t.Shape, "scale": t.Quant.Scale, "zero_point": t.Quant.ZeroPoint, "unit": t.Unit,
		}
		if t.Scores != "" {
			one["scores"] = t.Scores
		}
		out = append(out, one)
	}
	return out
}

func channelsOfModel(b *manifest.Bundle) []hal.Channel {
	all := make([]hal.Channel, len(b.Source.Channels))
	for i, c := range b.Source.Channels {
		all[i] = hal.Channel(c)
	}
	return all
}

func writeInspection(t *table, b *manifest.Bundle) error {
	t.row("model", b.Ref().String())
	t.row("digest", b.Digest)
	t.row("engine", b.Engine.Name+" "+b.Engine.Min+" or later")
	t.row("size", fmt.Sprintf("%d bytes", len(b.Model)))
	t.row("source", sourceText(b))
	t.row("window", fmt.Sprintf("%d samples, a new one every %d", b.Window.Length, b.Window.Hop))
	for _, in := range b.Inputs {
		t.row("input", tensorText(in))
	}
	for _, out := range b.Outputs {
		t.row("output", tensorText(out))
	}
	t.row("labels", strings.Join(b.Labels, ", "))
	t.row("decide", fmt.Sprintf("threshold %g, release %g, hold %d", b.Decide.Threshold, b.Decide.Release, b.Decide.Hold))
	t.row("golden", fmt.Sprintf("%d vectors, %d steps allowed", len(b.Golden), b.GoldenSet.ToleranceSteps))
	if len(b.Preprocess) > 0 {
		t.row("preprocess", strings.Join(stepNames(b), ", "))
	}
	if b.Acceptance.File != "" {
		t.row("acceptance", strings.Join(boundTexts(b), ", "))
	}
	t.row("trial", trialText(b.Trial))
	if b.Reference != nil {
		t.row("reference", fmt.Sprintf("%d samples, %d windows", b.Reference.Samples, b.Reference.Windows))
	}
	t.row("licence", b.Licence)
	for _, key := range slices.Sorted(maps.Keys(b.Provenance)) {
		t.row(key, b.Provenance[key])
	}
	return t.flush()
}

func stepNames(b *manifest.Bundle) []string {
	all := []string{}
	for _, s := range b.Preprocess {
		all = append(all, s.Name)
	}
	return all
}

// boundTexts are the bounds of the acceptance test, as "accuracy >= 0.95".
func boundTexts(b *manifest.Bundle) []string {
	all := []string{}
	for _, bound := range b.Acceptance.Bounds {
		text := bound.Metric
		if bound.Slice != "" {
			text += " of " + bound.Slice
		}
		if bound.Min != nil {
			text += fmt.Sprintf(" >= %g", *bound.Min)
		} else {
			text += fmt.Sprintf(" <= %g", *bound.Max)
		}
		all = append(all, text)
	}
	return all
}

// trialText is what ends a trial.
func trialText(t manifest.Trial) string {
	length := fmt.Sprintf("%d minutes", t.Minutes)
	if t.Windows > 0 {
		length = fmt.Sprintf("%d windows", t.Windows)
	}
	text := fmt.Sprintf("%s, %d attempts; p95 latency %g times the old one's, errors %g, no numbers %g, output drift %g, memory growth %g at most",
		length, t.Attempts, t.P95Ratio, t.ErrorRate, t.NaNRate, t.OutputDrift, t.MemoryGrowth)
	if t.ReferenceDrift > 0 {
		text += fmt.Sprintf("; drift from the reference %g", t.ReferenceDrift)
	}
	return text
}

func tensorText(t manifest.Tensor) string {
	s := fmt.Sprintf("%s: %s%v", t.Name, t.Type, t.Shape)
	if t.Quant.Scale != 0 {
		s += fmt.Sprintf(", scale %g, zero point %d", t.Quant.Scale, t.Quant.ZeroPoint)
	}
	if t.Scores != "" {
		s += ", scores are " + t.Scores
	}
	return s
}
