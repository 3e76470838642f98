package manifest

import "math"

// What the values of the first output are, as its key scores says.
const (
	Probabilities = "probabilities" // each from 0 to 1, taken as they are
	Logits        = "logits"        // any numbers, of which FromLogits makes probabilities
)

// Logits reports whether the first output gives logits. Whoever reads its scores puts them through FromLogits then.
func (m *Manifest) Logits() bool { return m.Outputs[0].Scores == Logits }

// FromLogits makes probabilities of the logits of one window in place: by softmax, and of a single one by the logistic
// function. Logits are finite; they may be as large as a float64 is.
func FromLogits(v []float64) {
	if len(v) == 1 {
		v[0] = logistic(v[0])
		return
	}
	high := math.Inf(-1)
	for _, x := range v {
		high = max(high, x)
	}
	sum := 0.0 // at least 1: the highest adds that much
	for i, x := range v {
		v[i] = math.Exp(x - high)
		sum += v[i]
	}
	for i := range v {
		v[i] /= sum
	}
}

// logistic is 1/(1+exp(-x)), of which neither end overflows.
func logistic(x float64) float64 {
	e := math.Exp(-math.Abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}
