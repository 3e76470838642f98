package manifest

import (
	"maps"
	"slices"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// This file reads what a bundle says of its use: samples, window, preprocessing, decisions, golden vectors.

func (r *reader) source(o object) (s Source) {
	sub, ok := r.object(o, "source", true)
	if !ok {
		return s
	}
	if r.has(sub, "picture") {
		s.Picture = r.picture(sub)
	} else {
		s.Channels = r.channels(sub)
	}
	s.RateHz = r.number(sub, "rate_hz", false)
	if r.err == nil && (s.RateHz < 0 || s.RateHz > maxRate) {
		r.fail(sub.at+".rate_hz", "is %v, want 0 to %v", s.RateHz, maxRate)
	}
	r.end(sub)
	return s
}

func (r *reader) channels(o object) (all []Channel) {
	r.each(o, "channels", true, 1, maxChannels, func(v any, at string) {
		if c, ok := r.asObject(v, at); ok {
			all = append(all, Channel{Name: r.text(c, "name", true, maxText), Unit: r.text(c, "unit", true, maxText)})
			r.end(c)
		}
	})
	return all
}

func (r *reader) picture(o object) (p Picture) {
	if r.has(o, "channels") {
		r.fail(o.at+".channels", "stands beside picture; a sample has channels or is a picture")
	}
	sub, ok := r.object(o, "picture", true)
	if !ok {
		return p
	}
	p.Width = r.integer(sub, "width", 1, maxSide)
	p.Height = r.integer(sub, "height", 1, maxSide)
	p.Depth = r.integer(sub, "depth", 1, 3)
	if r.err == nil && p.Depth == 2 {
		r.fail(sub.at+".depth", "is 2, want 1 (luminance) or 3 (red, green, blue)")
	}
	if r.err == nil && p.Width*p.Height > maxElements/p.Depth {
		r.fail(sub.at, "has more than %d values", maxElements)
	}
	r.end(sub)
	return p
}

func (r *reader) window(o object) (w Window) {
	if sub, ok := r.object(o, "window", true); ok {
		w.Length = r.integer(sub, "length", 1, maxElements)
		w.Hop = r.integer(sub, "hop", 1, maxElements)
		r.end(sub)
	}
	return w
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
	d.Release = d.Threshold
	if r.has(sub, "release") {
		d.Release = r.bounded(sub, "release", 0, 1, 0)
	}
	if r.err == nil && d.Release > d.Threshold {
		r.fail(sub.at+".release", "is %v, above the threshold %v", d.Release, d.Threshold)
	}
	r.end(sub)
	return d
}

func (r *reader) golden(o object) (g GoldenSet) {
	if sub, ok := r.object(o, "golden", true); ok {
		g.File = r.formed(sub, "file", fileForm, "a plain file name")
		g.ToleranceSteps = r.integer(sub, "tolerance_steps", 0, maxTolerance)
		r.end(sub)
	}
	return g
}

// agree checks statements against each other: the files that are named are listed, and the window fills the input.
func (r *reader) agree(m *Manifest) {
	r.listed(m, "$.engine.name", m.ModelFile())
	r.listed(m, "$.labels", m.LabelsFile)
	r.listed(m, "$.golden.file", m.GoldenSet.File)
	r.listedLife(m)
	if r.err != nil {
		return
	}
	r.scored(m)
	r.filled(m)
	if r.err == nil {
		cfg := m.Framing()
		if err := cfg.Check(); err != nil {
			r.fail("$.preprocess", "%v", err)
		}
	}
}

// scored checks that a pipeline can write samples into the one input and read scores from the first output: it knows
// three types, and without a scale every score of a whole number would be zero. A second input would keep what the last
// golden vector left in it, and every answer would be wrong without an error.
func (r *reader) scored(m *Manifest) {
	if n := len(m.Inputs); n > 1 {
		r.fail("$.inputs", "has %d, windows of samples fill one", n)
	}
	in, out := m.Inputs[0], m.Outputs[0]
	for _, t := range []struct {
		at string
		engine.DType
	}{{"$.inputs[0].type", in.Type}, {"$.outputs[0].type", out.Type}} {
		if t.DType != engine.Float32 && t.DType != engine.Int8 && t.DType != engine.Uint8 {
			r.fail(t.at, "is %v, want float32, int8 or uint8", t.DType)
		}
	}
	if out.Type != engine.Float32 && out.Quant.Scale == 0 {
		r.fail("$.outputs[0].scale", "is missing; the scores of %v are read by it", out.Type)
	}
}

// solid is a shape without its sides of 1.
func solid(shape []int) []int {
	return slices.DeleteFunc(slices.Clone(shape), func(n int) bool { return n == 1 })
}

func (r *reader) listed(m *Manifest, at, name string) {
	if _, ok := m.Files[name]; !ok {
		r.fail(at, "file %s is not listed in $.files", name)
	}
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
