package manifest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/models/engine"
)

var (
	// ErrMismatch is wrapped by Match: the model's tensors are not those that the manifest states.
	ErrMismatch = errors.New("model and manifest differ")
	// ErrGolden is wrapped by Verify: this runtime does not reproduce the recorded outputs.
	ErrGolden = errors.New("golden vectors differ")
)

// CheckEngine reports whether a runtime is the one that the model needs; the error wraps engine.ErrRuntime.
func (m *Manifest) CheckEngine(name, version string) error {
	if name != m.Engine.Name {
		return fmt.Errorf("model %s needs engine %s, not %s: %w", m.Ref(), m.Engine.Name, name, engine.ErrRuntime)
	}
	if slices.Compare(numbersOf(version), numbersOf(m.Engine.Min)) < 0 {
		return fmt.Errorf("model %s needs %s %s or later, not %s: %w", m.Ref(), name, m.Engine.Min, version, engine.ErrRuntime)
	}
	return nil
}

// numbersOf reads "2.21.0-rc1" as 2, 21, 0; what is no number ends it.
func numbersOf(version string) (out []int) {
	version, _, _ = strings.Cut(version, "-")
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		out = append(out, n)
	}
	for len(out) < 3 {
		out = append(out, 0)
	}
	return out
}

// Match reports whether the session's tensors are those that the manifest states: count, type, shape, quantisation.
func (m *Manifest) Match(s engine.Session) error {
	if err := match("inputs", m.Inputs, s.Inputs()); err != nil {
		return fmt.Errorf("match %s: %w", m.Ref(), err)
	}
	if err := match("outputs", m.Outputs, s.Outputs()); err != nil {
		return fmt.Errorf("match %s: %w", m.Ref(), err)
	}
	return nil
}

func match(what string, stated []Tensor, real []engine.Tensor) error {
	if len(stated) != len(real) {
		return fmt.Errorf("$.%s: states %d tensors, the model has %d: %w", what, len(stated), len(real), ErrMismatch)
	}
	for i, t := range stated {
		at, have := fmt.Sprintf("$.%s[%d]", what, i), real[i]
		switch {
		case !t.Form().SameForm(have):
			return fmt.Errorf("%s: states %v%v, the model has %v%v: %w", at, t.Type, t.Shape, have.Type, have.Shape, ErrMismatch)
		case !t.Quant.Near(have.Quant):
			return fmt.Errorf("%s: states scale %v and zero point %d, the model has %v and %d: %w", at,
				t.Quant.Scale, t.Quant.ZeroPoint, have.Quant.Scale, have.Quant.ZeroPoint, ErrMismatch)
		}
		if err := have.Check(); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	return nil
}

// GoldenReport is how well a session reproduced the golden vectors.
type GoldenReport struct {
	Vectors   int // vectors that were run
	Tolerance int // largest difference that is allowed, in steps
	MaxSteps  int // largest difference that was seen
	Top1      int // vectors whose first output has its highest value where the recorded one has it
}

func (r GoldenReport) String() string {
	return fmt.Sprintf("%d of %d golden vectors agree in top-1, at most %d steps apart (allowed %d)", r.Top1, r.Vectors, r.MaxSteps, r.Tolerance)
}

// Verify matches the session against the manifest, then runs every golden vector. It fails with ErrGolden at the
// first output value that is further off than the tolerance, is not a number, or at another top-1; the report then
// covers what was run. The session's tensors are overwritten.
func (b *Bundle) Verify(s engine.Session) (GoldenReport, error) {
	report := GoldenReport{Tolerance: b.GoldenSet.ToleranceSteps}
	if err := b.Match(s); err != nil {
		return report, err
	}
	for i, g := range b.Golden {
		for k, in := range s.Inputs() {
			copy(in.Data, g.Inputs[k])
		}
		if err := s.Invoke(); err != nil {
			return report, fmt.Errorf("verify %s: vector %d: %w", b.Ref(), i, err)
		}
		report.Vectors++
		if err := report.compare(g, s.Outputs()); err != nil {
			return report, fmt.Errorf("verify %s: vector %d: %w", b.Ref(), i, err)
		}
	}
	return report, nil
}

func (r *GoldenReport) compare(g Golden, outputs []engine.Tensor) error {
	for k, out := range outputs {
		want := out
		want.Data = g.Outputs[k]
		worst, value, err := furthest(want, out)
		if err != nil {
			return fmt.Errorf("output %d: %w", k, err)
		}
		if r.MaxSteps = max(r.MaxSteps, worst); worst > r.Tolerance {
			return fmt.Errorf("output %d, value %d: %d steps off, allowed %d: %w", k, value, worst, r.Tolerance, ErrGolden)
		}
		if k > 0 {
			continue
		}
		if a, b := top(want), top(out); a != b {
			return fmt.Errorf("output 0: highest is value %d, recorded is %d: %w", b, a, ErrGolden)
		}
		r.Top1++
	}
	return nil
}
