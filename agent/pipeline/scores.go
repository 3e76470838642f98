package pipeline

import (
	"errors"
	"fmt"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// errNaN says that a model's answer is not a number.
var errNaN = errors.New("output is not a number")

// scores reads the scores of a model's first output. Its tensor and views are fetched once.
type scores struct {
	quant  engine.Quant
	floats []float32
	int8s  []int8
	uint8s []uint8
	made   []float64 // of the logits of the window that best was asked for last; nil when the output gives probabilities
}

func newScores(out engine.Tensor, labels int, logits bool) (scores, error) {
	if out.Elements() != labels {
		return scores{}, fmt.Errorf("output %q has %d elements for %d labels", out.Name, out.Elements(), labels)
	}
	s := scores{quant: out.Quant}
	if logits {
		s.made = make([]float64, labels)
	}
	var err error
	switch out.Type {
	case engine.Float32:
		s.floats, err = out.Float32s()
	case engine.Int8:
		s.int8s, err = out.Int8s()
	case engine.Uint8:
		s.uint8s, err = out.Uint8s()
	default:
		err = fmt.Errorf("output %q is %s: want float32, int8 or uint8", out.Name, out.Type)
	}
	return s, err
}

// at is the score of a label, as whoever packed the model has seen it.
func (s *scores) at(label int) float64 {
	if s.made != nil {
		return s.made[label]
	}
	return s.real(label)
}

// real is what the output says of a label, in the arithmetic of manifest.RealAt: a reference's edges are such values.
func (s *scores) real(label int) float64 {
	var stored int32
	switch {
	case s.floats != nil:
		return float64(s.floats[label])
	case s.int8s != nil:
		stored = int32(s.int8s[label])
	default:
		stored = int32(s.uint8s[label])
	}
	return float64(s.quant.Scale) * (float64(stored) - float64(s.quant.ZeroPoint))
}

// best is the first label with the highest score. Of logits it is that of the highest logit: probabilities that are
// nearly 1 may be equal where those are not.
func (s *scores) best() (label int, score float64, err error) {
	switch {
	case s.floats != nil:
		label, score, err = bestFloat(s.floats)
	case s.int8s != nil:
		label = largest(s.int8s)
		score = float64(s.quant.Real(int32(s.int8s[label])))
	default:
		label = largest(s.uint8s)
		score = float64(s.quant.Real(int32(s.uint8s[label])))
	}
	if s.made == nil || err != nil {
		return label, score, err
	}
	for i := range s.made {
		s.made[i] = s.real(i)
	}
	manifest.FromLogits(s.made)
	return label, s.made[label], nil
}

func bestFloat(v []float32) (int, float64, error) {
	best := 0
	for i, x := range v {
		if x-x != 0 { // NaN or infinite
			return 0, 0, errNaN
		}
		if x > v[best] {
			best = i
		}
	}
	return best, float64(v[best]), nil
}

func largest[T int8 | uint8](v []T) int {
	best := 0
	for i, x := range v {
		if x > v[best] {
			best = i
		}
	}
	return best
}
