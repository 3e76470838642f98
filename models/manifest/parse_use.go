package manifest

import (
	"maps"
	"slices"
)

// This file reads what a bundle says of its use: samples, window, preprocessing, decisions, golden vectors.

func (r *reader) source(o object) (s Source) {
	sub, ok := r.object(o, "source", true)
	if !ok {
		return s
	}
	r.each(sub, "channels", true, 1, maxChannels, func(v any, at string) {
		if c, ok := r.asObject(v, at); ok {
			s.Channels = append(s.Channels, Channel{Name: r.text(c, "name", true, maxText), Unit: r.text(c, "unit", true, maxText)})
			r.end(c)
		}
	})
	s.RateHz = r.number(sub, "rate_hz", false)
	if r.err == nil && (s.RateHz < 0 || s.RateHz > maxRate) {
		r.fail(sub.at+".rate_hz", "is %v, want 0 to %v", s.RateHz, maxRate)
	}
	r.end(sub)
	return s
}

func (r *reader) window(o object) (w Window) {
	if sub, ok := r.object(o, "window", true); ok {
		w.Length = r.integer(sub, "length", 1, maxElements)
		w.Hop = r.integer(sub, "hop", 1, maxElements)
		r.end(sub)
	}
	return w
}

func (r *reader) step(v any, at string) (s Step) {
	o, ok := r.asObject(v, at)
	if !ok {
		return s
	}
	s.Name = r.text(o, "step", true, maxText)
	if r.err == nil && s.Name != "scale" {
		r.fail(at+".step", "unknown step %q; this version knows: scale", s.Name)
	}
	s.Mean = r.numbers(o, "mean")
	s.Std = r.numbers(o, "std")
	r.end(o)
	return s
}

func (r *reader) numbers(o object, key string) (out []float64) {
	r.each(o, key, true, 1, maxChannels, func(v any, at string) { out = append(out, r.asNumber(v, at)) })
	return out
}

func (r *reader) decide(o object) (d Decide) {
	sub, ok := r.object(o, "decide", true)
	if !ok {
		return d
	}
	d.Threshold = r.number(sub, "threshold", true)
	if r.err == nil && (d.Threshold < 0 || d.Threshold > 1) {
		r.fail(sub.at+".threshold", "is %v, want 0 to 1", d.Threshold)
	}
	d.Hold = r.integer(sub, "hold", 1, maxHold)
	r.end(sub)
	return d
}

func (r *reader) golden(o object) (g GoldenSet) {
	if sub, ok := r.object(o, "golden", true); ok {
		g.File = r.formed(sub, "file", fileForm, "a plain file name")
		g.ToleranceSteps = r.integer(sub, "tolerance_steps", 0, 255)
		r.end(sub)
	}
	return g
}

// agree checks statements against each other: the files that are named are listed, and the window fills the input.
func (r *reader) agree(m *Manifest) {
	r.listed(m, "$.engine.name", m.ModelFile())
	r.listed(m, "$.labels", m.LabelsFile)
	r.listed(m, "$.golden.file", m.GoldenSet.File)
	in, channels := m.Inputs[0].Form(), len(m.Source.Channels)
	if n := in.Elements(); n%channels != 0 || m.Window.Length != n/channels {
		r.fail("$.window.length", "%d samples of %d channels do not fill $.inputs[0] of shape %v", m.Window.Length, channels, in.Shape)
	}
	for _, s := range m.Preprocess {
		if len(s.Mean) != channels || len(s.Std) != channels {
			r.fail("$.preprocess[0]", "has %d means and %d stds for %d channels", len(s.Mean), len(s.Std), channels)
		}
	}
	if r.err == nil {
		cfg := m.Framing()
		if err := cfg.Check(); err != nil {
			r.fail("$.preprocess", "%v", err)
		}
	}
}

func (r *reader) listed(m *Manifest, at, name string) {
	if _, ok := m.Files[name]; !ok {
		r.fail(at, "file %s is not listed in $.files", name)
	}
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
