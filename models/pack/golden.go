package pack

import (
	"bytes"
	"fmt"
	"math"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// Expected is what the training side's runtime gave for the first output, one row for each window in order.
type Expected struct {
	Rows   int
	Values []float32
	Stored bool // values are those that a quantised tensor stores; else real ones
}

// GoldenReport is what packing the golden vectors found.
type GoldenReport struct {
	Windows  int // that the samples hold
	Vectors  int // that were kept
	Compared int // windows whose outputs were compared with the training side's
	MaxSteps int // largest difference seen there, in steps

	Doubt string // why the outputs look like logits though the spec does not say so; empty when they do not
}

// worst is the largest difference so far.
type worst struct {
	steps, value, beyond int
	at                   string
	have, want           float64
}

// Golden runs all windows, compares them with what is expected (nil: nothing is), and keeps some as golden vectors, evenly
// spread. A window whose highest output leads by so little that a difference within the tolerance can turn it, proves
// nothing and is not kept.
func (d *Draft) Golden(all []Recording, want *Expected) (GoldenReport, error) {
	var r GoldenReport
	var kept []manifest.Golden
	var w worst
	g := newGuess(d)
	n, out := 0, d.s.Outputs()[0]
	if err := d.each(all, func([]float32, spot) error { n++; return nil }); err != nil {
		return r, err
	}
	r.Windows = n
	if want != nil && (want.Rows != n || len(want.Values) != n*out.Elements()) {
		return r, fmt.Errorf("$.golden.outputs: %d rows of %d values for %d windows of %d outputs; it wants a row for each window of length %d, one every %d samples: %w",
			want.Rows, len(want.Values)/max(want.Rows, 1), n, out.Elements(), d.m.Window.Length, d.m.Window.Hop, ErrSpec)
	}
	err := d.each(all, func(win []float32, s spot) error {
		if err := d.run(win, s); err != nil {
			return err
		}
		if err := g.look(s); err != nil {
			return err
		}
		if want != nil {
			row := want.Values[s.index*out.Elements():][:out.Elements()]
			if err := w.compare(out, row, want.Stored, d.m.GoldenSet.ToleranceSteps, d.where(s)); err != nil {
				return err
			}
			r.Compared++
		}
		due := (len(kept)*n + d.spec.Vectors - 1) / d.spec.Vectors // the window from which on the next one is taken
		if len(kept) < d.spec.Vectors && s.index >= due && d.firm(out) {
			kept = append(kept, snapshot(d.s))
		}
		return nil
	})
	r.MaxSteps, r.Vectors, r.Doubt = w.steps, len(kept), g.doubt()
	switch {
	case err != nil:
		return r, err
	case w.beyond > 0:
		return r, w.refusal(d, r.Windows)
	case len(kept) == 0:
		return r, fmt.Errorf("in none of %d windows does the highest output lead by more than 2 x %d steps: no golden vector would be firm; give clearer samples or a smaller $.golden.tolerance_steps: %w",
			n, d.m.GoldenSet.ToleranceSteps, ErrSpec)
	}
	d.files[goldenFile], err = manifest.EncodeGolden(kept)
	return r, err
}

func (w *worst) refusal(d *Draft, windows int) error {
	return fmt.Errorf("the model does not answer as its training side says: %s, output %d (%s) is %.6g, the training side has %.6g, %d steps apart (allowed %d); in all %d of %d windows differ by more: %w",
		w.at, w.value, d.labels[w.value], w.have, w.want, w.steps, d.m.GoldenSet.ToleranceSteps, w.beyond, windows, ErrSpec)
}

// slackSteps forgives what float32 loses when real values were made of stored ones.
const slackSteps = 1e-3

// compare takes in one window's output.
func (w *worst) compare(out engine.Tensor, row []float32, stored bool, allowed int, at string) error {
	beyond := false
	step := manifest.StepOf(out)
	for i, v := range row {
		have, err := manifest.RealAt(out, i)
		if err != nil {
			return err
		}
		want := float64(v)
		if stored && out.Quant.Scale != 0 {
			want = float64(out.Quant.Scale) * (want - float64(out.Quant.ZeroPoint))
		}
		steps := math.MaxInt32
		if d := math.Ceil(math.Abs(have-want)/step - slackSteps); d < math.MaxInt32 {
			steps = max(int(d), 0)
		}
		beyond = beyond || steps > allowed
		if steps > w.steps {
			w.steps, w.value, w.at, w.have, w.want = steps, i, at, have, want
		}
	}
	if beyond {
		w.beyond++
	}
	return nil
}

// firm reports whether the highest value leads by more than two runtimes may differ.
func (d *Draft) firm(out engine.Tensor) bool {
	first, second := math.Inf(-1), math.Inf(-1)
	for i := range out.Elements() {
		v, err := manifest.RealAt(out, i)
		if err != nil || v-v != 0 {
			return false
		}
		if v > first {
			first, second = v, first
		} else {
			second = max(second, v)
		}
	}
	return out.Elements() == 1 || (first-second)/manifest.StepOf(out) > float64(2*d.m.GoldenSet.ToleranceSteps)+slackSteps
}

// snapshot copies what the session holds.
func snapshot(s engine.Session) manifest.Golden {
	var g manifest.Golden
	for _, t := range s.Inputs() {
		g.Inputs = append(g.Inputs, bytes.Clone(t.Data))
	}
	for _, t := range s.Outputs() {
		g.Outputs = append(g.Outputs, bytes.Clone(t.Data))
	}
	return g
}
