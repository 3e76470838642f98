package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/steps"
)

// This file reads the steps of preprocessing and checks that what they make fills the first input.

func (r *reader) preprocess(o object) (all []steps.Spec) {
	r.each(o, "preprocess", false, 0, steps.MaxSteps, func(v any, at string) {
		if sub, ok := r.asObject(v, at); ok {
			all = append(all, r.step(sub))
		}
	})
	return all
}

func (r *reader) step(o object) steps.Spec {
	s := steps.Spec{Name: r.text(o, "step", true, maxText), Params: map[string]any{}}
	for _, key := range sortedKeys(o.fields) {
		s.Params[key] = r.param(o.fields[key], member(o.at, key))
	}
	return s
}

// param is a value that steps.Out then judges.
func (r *reader) param(v any, at string) any {
	switch v := v.(type) {
	case json.Number:
		return r.asNumber(v, at)
	case string, bool:
		return v
	case []any:
		return r.asNumbers(v, at)
	}
	r.fail(at, "want a number, a string, a boolean or a list of numbers, have %s", kind(v))
	return nil
}

func (r *reader) asNumbers(list []any, at string) []float64 {
	if len(list) > maxChannels {
		r.fail(at, "has %d elements, want at most %d", len(list), maxChannels)
	}
	all := make([]float64, 0, len(list))
	for i, v := range list {
		if r.err != nil {
			return nil
		}
		all = append(all, r.asNumber(v, fmt.Sprintf("%s[%d]", at, i)))
	}
	return all
}

// before is the form of a window before preprocessing.
func (m *Manifest) before() steps.Shape {
	p := m.Source.Picture
	return steps.Shape{
		Rows: m.Window.Length, Columns: m.Source.Values(), RateHz: m.Source.RateHz,
		Picture: steps.Picture{Height: p.Height, Width: p.Width, Depth: p.Depth},
	}
}

// filled checks the steps, and that what they make of a window fills the first input.
func (r *reader) filled(m *Manifest) {
	before, in := m.before(), m.Inputs[0].Form()
	after, err := steps.Out(before, m.Preprocess)
	var bad *steps.Error
	switch n := in.Elements(); {
	case errors.As(err, &bad):
		r.badStep(bad)
	case err != nil:
		r.fail("$.preprocess", "%v", err)
	case after.Values() != n && after == before:
		r.fail("$.window.length", "%d samples of %d channels do not fill $.inputs[0] of shape %v", before.Rows, before.Columns, in.Shape)
	case after.Values() != n:
		r.fail("$.preprocess", "makes %v of a window of %v, which does not fill $.inputs[0] of shape %v", after, before, in.Shape)
	case after.Picture != steps.Picture{}:
		r.pictured(after, in)
	case after != before:
		r.rowed(after, in)
	}
	for i, s := range m.Preprocess {
		if _, stated := s.Params["rate_hz"]; stated && m.Source.RateHz == 0 {
			r.fail("$.source.rate_hz", "is missing; $.preprocess[%d].rate_hz is only true of samples at that rate", i)
		}
	}
}

func (r *reader) badStep(bad *steps.Error) {
	at := fmt.Sprintf("$.preprocess[%d]", bad.Step)
	switch {
	case bad.Step < 0:
		at = "$.window"
	case bad.Param != "":
		at = member(at, bad.Param)
	}
	r.fail(at, "%s", bad.Why)
}

// pictured compares the input's shape with the pictures that fill it: rows before columns before depth, or flat. A
// model that wants planes of colours, or the sides the other way round, would take such pictures and see nothing.
func (r *reader) pictured(s steps.Shape, in engine.Tensor) {
	p := s.Picture
	want := []int{s.Rows, p.Height, p.Width, p.Depth}
	if have := solid(in.Shape); len(have) > 1 && !slices.Equal(have, solid(want)) {
		r.fail("$.source.picture", "%d of height %d, width %d and depth %d do not fill $.inputs[0] of shape %v: want %v or a flat shape",
			s.Rows, p.Height, p.Width, p.Depth, in.Shape, want)
	}
}

// rowed compares the input's shape with the rows that preprocessing makes: rows before columns, either of them in
// several sides, or flat. A model that wants mel bands before frames would take frames and hear nothing.
func (r *reader) rowed(s steps.Shape, in engine.Tensor) {
	lead := 1
	for _, side := range in.Shape {
		if lead == s.Rows {
			break
		}
		lead *= side
	}
	if len(solid(in.Shape)) > 1 && lead != s.Rows {
		r.fail("$.preprocess", "makes %d rows of %d values, which do not fill $.inputs[0] of shape %v: want [1 %d %d] or a flat shape",
			s.Rows, s.Columns, in.Shape, s.Rows, s.Columns)
	}
}
