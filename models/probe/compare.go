package probe

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// What a delegate may be off, where the manifest says nothing. No maker states a tolerance for int8; these hold between
// sound implementations and not for the wrong ones that were met: one step of rounding in each of the last operators.
const (
	maxSteps   = 2     // of integers
	floatError = 1e-3  // of floats, relative to the output's largest value
	minCosine  = 0.999 // of floats
	doubt      = 4     // steps of lead below which the highest value may change places
	minTop1    = 0.99  // of all vectors
	looser     = 4     // times the steps that may be usual on inputs that only look like recorded ones
	manyValues = 4096  // bins of the steps' distribution
	perStep    = 16    // bins of one step
	infinite   = 1e9   // steps between numbers and what is none
	allowance  = 20 * time.Second
	fewest     = 16 // vectors that are run however long it takes
)

// comparison gathers how the outputs of one session differ from a reference.
type comparison struct {
	tolerance int
	own       *comparison // the CPU's fast way against the same reference; nil for none
	strict    *comparison // the same for recorded inputs alone
	golden    string      // what is wrong with the recorded answers, by the manifest's rule; empty when nothing is

	bins    [manyValues + 1]uint64
	values  uint64
	max     float64
	cosine  float64
	ranked  int // vectors with an order
	same    int
	sure    int // of these, where the reference has no doubt
	sureOK  int
	float   bool // an output is of floats: steps are then shares of what an output may be off
	vectors int
}

func newComparison(tolerance int) *comparison {
	return &comparison{tolerance: tolerance, cosine: 1, strict: &comparison{tolerance: tolerance, cosine: 1}}
}

// run runs the inputs on s and compares its outputs with those of plain, or with recorded ones where the CPU cannot run
// the model. It stops early when it takes long. With a fast CPU session it learns what differences are usual here.
func (c *comparison) run(s, plain, fast engine.Session, vectors []Vector) (*engine.Parity, error) {
	p := &engine.Parity{Reference: "none"}
	vectors = recordedFor(s.Inputs(), vectors)
	inputs := inputsFor(s.Inputs(), vectors)
	if plain == nil {
		p.Reference, inputs = "golden", inputs[:min(len(vectors), len(inputs))]
	}
	if len(inputs) == 0 {
		return p, errNoInput
	}
	if fast != nil {
		c.own = newComparison(c.tolerance)
	}
	start := time.Now()
	for i, in := range inputs {
		if i >= fewest && time.Since(start) > allowance {
			break
		}
		took, err := invoke(s, in)
		if err != nil {
			return p, fmt.Errorf("input %d: %w", i, err)
		}
		if i == 0 {
			p.First = took
		}
		if i < len(vectors) && c.golden == "" {
			c.golden = c.check(s.Outputs(), vectors[i].Outputs, i)
		}
		if plain == nil {
			err = c.recorded(s.Outputs(), vectors[i].Outputs)
		} else {
			err = c.onCPU(s, plain, fast, in, i < len(vectors))
		}
		if err != nil {
			return p, err
		}
	}
	c.fill(p)
	return p, nil
}

// check holds answers against recorded ones as loading the model will: what passes here passes there.
func (c *comparison) check(outputs []engine.Tensor, recorded [][]byte, vector int) string {
	for k, out := range outputs {
		if k >= len(recorded) || len(recorded[k]) != len(out.Data) {
			continue // nothing is recorded
		}
		want := out
		want.Data = recorded[k]
		steps, at, err := manifest.Furthest(want, out)
		if err != nil {
			return err.Error()
		}
		if steps > c.tolerance {
			return fmt.Sprintf("recorded vector %d, output %d, value %d is %d steps off, allowed %d", vector, k, at, steps, c.tolerance)
		}
		a, _ := top(reals(want))
		if b, _ := top(reals(out)); k == 0 && a != b {
			return fmt.Sprintf("recorded vector %d: the highest value is %d, recorded is %d", vector, b, a)
		}
	}
	return ""
}

func (c *comparison) recorded(outputs []engine.Tensor, want [][]byte) error {
	var list []engine.Tensor
	for k, out := range outputs {
		if k >= len(want) || len(want[k]) != len(out.Data) {
			return fmt.Errorf("recorded output %d has another size", k)
		}
		out.Data = want[k]
		list = append(list, out)
	}
	return c.compare(list, outputs, true)
}

func (c *comparison) onCPU(s, plain, fast engine.Session, in [][]byte, recorded bool) error {
	if _, err := invoke(plain, in); err != nil {
		return fmt.Errorf("on the CPU: %w", err)
	}
	if fast != nil {
		if _, err := invoke(fast, in); err != nil {
			return fmt.Errorf("on the CPU: %w", err)
		}
		if err := c.own.compare(plain.Outputs(), fast.Outputs(), recorded); err != nil {
			return fmt.Errorf("on the CPU: %w", err)
		}
	}
	return c.compare(plain.Outputs(), s.Outputs(), recorded)
}

func (c *comparison) compare(want, have []engine.Tensor, recorded bool) error {
	c.vectors++
	if len(want) != len(have) {
		return fmt.Errorf("%d outputs, on the CPU %d", len(have), len(want))
	}
	c.float = slices.ContainsFunc(want, isFloat)
	c.strict.float = c.float
	for k := range want {
		if !want[k].SameForm(have[k]) {
			return fmt.Errorf("output %d has another form than on the CPU", k)
		}
		c.output(k, want[k], have[k])
		if recorded {
			c.strict.output(k, want[k], have[k])
		}
	}
	return nil
}

func invoke(s engine.Session, inputs [][]byte) (time.Duration, error) {
	for i, t := range s.Inputs() {
		if err := t.SetBytes(inputs[i]); err != nil {
			return 0, err
		}
	}
	start := time.Now()
	err := s.Invoke()
	return time.Since(start), err
}

// output compares one output; the first one's order of values is compared too.
func (c *comparison) output(k int, want, have engine.Tensor) {
	n := want.Elements()
	a, b := reals(want), reals(have)
	step := c.step(want, a)
	unit := step
	if c.float && !isFloat(want) {
		unit *= c.mostSteps()
	}
	for i := range n {
		c.add(distance(a[i], b[i], unit))
	}
	if isFloat(want) {
		c.cosine = math.Min(c.cosine, cosine(a, b))
	}
	if k == 0 && n > 1 {
		c.rank(a, b, step)
	}
}

func isFloat(t engine.Tensor) bool { return t.Type == engine.Float32 || t.Type == engine.Float64 }

// mostSteps is how far integers may be off.
func (c *comparison) mostSteps() float64 {
	if c.tolerance > 0 {
		return float64(c.tolerance)
	}
	return maxSteps
}

// step is what counts as one: of floats the permitted error.
func (c *comparison) step(t engine.Tensor, values []float64) float64 {
	if !isFloat(t) {
		return manifest.StepOf(t)
	}
	largest := 0.0
	for _, v := range values {
		if a := math.Abs(v); a > largest && !math.IsInf(a, 0) {
			largest = a
		}
	}
	return math.Max(math.Max(floatError*largest, float64(c.tolerance)*manifest.StepOf(t)), 1e-30)
}

func reals(t engine.Tensor) []float64 {
	out := make([]float64, t.Elements())
	for i := range out {
		v, err := manifest.RealAt(t, i)
		if err != nil { // a type without numbers: only equality counts, and it is not there
			v = math.NaN()
		}
		out[i] = v
	}
	return out
}

func distance(a, b, step float64) float64 {
	if a == b || math.IsNaN(a) && math.IsNaN(b) {
		return 0
	}
	if d := math.Abs(a-b) / step; d < infinite {
		return d
	}
	return infinite // also of what is no number
}

func (c *comparison) add(steps float64) {
	c.values++
	c.max = math.Max(c.max, steps)
	c.bins[int(math.Min(math.Ceil(steps*perStep-1e-6), manyValues))]++
}

func (c *comparison) rank(a, b []float64, step float64) {
	best, lead := top(a)
	have, _ := top(b)
	c.ranked++
	if best == have {
		c.same++
	}
	if lead > doubt*step {
		c.sure++
		if best == have {
			c.sureOK++
		}
	}
}

// top is the place of the highest value and how far it leads.
func top(values []float64) (best int, lead float64) {
	second := math.Inf(-1)
	for i, v := range values[1:] {
		if v > values[best] {
			second, best = values[best], i+1
		} else {
			second = math.Max(second, v)
		}
	}
	return best, values[best] - second
}

func cosine(a, b []float64) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab, aa, bb = ab+a[i]*b[i], aa+a[i]*a[i], bb+b[i]*b[i]
	}
	if aa == 0 && bb == 0 {
		return 1
	}
	if v := ab / math.Sqrt(aa*bb); !math.IsNaN(v) {
		return v
	}
	return 0
}

// parity is what was gathered; of nothing it is perfect.
func (c *comparison) parity() *engine.Parity {
	p := &engine.Parity{Top1: 1, Decided: 1, Cosine: 1}
	if c != nil {
		c.fill(p)
	}
	return p
}

func (c *comparison) fill(p *engine.Parity) {
	p.Vectors, p.MaxSteps, p.Cosine, p.Top1, p.Decided = c.vectors, c.max, c.cosine, 1, 1
	var below uint64
	for i, n := range c.bins {
		if below += n; 100*below >= 99*c.values {
			p.P99Steps = math.Min(float64(i)/perStep, c.max)
			if i == manyValues {
				p.P99Steps = c.max
			}
			break
		}
	}
	if c.ranked > 0 {
		p.Top1 = float64(c.same) / float64(c.ranked)
	}
	if c.sure > 0 {
		p.Decided = float64(c.sureOK) / float64(c.sure)
	}
}

// judge says what is wrong with the numbers; empty when nothing is. A delegate may always be as far off as the CPU's
// own fast way is on the same inputs: plain kernels and XNNPACK differ by tens of steps on some sound models.
func (c *comparison) judge(p *engine.Parity) string {
	most := c.mostSteps()
	if c.float {
		most = 1
	}
	usual := math.Max(1, most/2)
	here, own, ownHere := c.strict.parity(), c.own.parity(), &engine.Parity{Top1: 1, Decided: 1, Cosine: 1}
	if c.own != nil {
		ownHere = c.own.strict.parity()
	}
	most, usual, loose := math.Max(most, ownHere.MaxSteps), math.Max(usual, ownHere.P99Steps), math.Max(looser*usual, own.P99Steps)
	switch {
	case c.golden != "":
		return c.golden
	case here.MaxSteps > most:
		return fmt.Sprintf("an output value of a recorded input is %.4g steps off, allowed %.4g", here.MaxSteps, most)
	case here.P99Steps > usual:
		return fmt.Sprintf("one output value in a hundred is more than %.4g steps off, allowed %.4g", here.P99Steps, usual)
	case p.P99Steps > loose:
		return fmt.Sprintf("one output value in a hundred is more than %.4g steps off on inputs like the recorded ones, allowed %.4g", p.P99Steps, loose)
	case here.Decided < ownHere.Decided:
		return fmt.Sprintf("%d of %d decided answers to recorded inputs are others", c.strict.sure-c.strict.sureOK, c.strict.sure)
	case c.float && p.Cosine < math.Min(minCosine, own.Cosine):
		return fmt.Sprintf("outputs point elsewhere: cosine %.4f, at least %.4f is wanted", p.Cosine, math.Min(minCosine, own.Cosine))
	case p.Top1 < math.Min(minTop1, own.Top1):
		return fmt.Sprintf("%d of %d answers are others", c.ranked-c.same, c.ranked)
	}
	return ""
}
