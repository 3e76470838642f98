package pipeline

import (
	"errors"
	"fmt"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// errNaN says that a model's answer is not a number.
var errNaN = errors.New("output is not a number")

// scores reads the scores of a model's first output. Its tensor and views are fetched once.
type scores struct {
	quant  engine.Quant
	floats []float32
	int8s  []int8
	uint8s []uint8
}

func newScores(out engine.Tensor, labels int) (scores, error) {
	if out.Elements() != labels {
		return scores{}, fmt.Errorf("output %q has %d elements for %d labels", out.Name, out.Elements(), labels)
	}
	s := scores{quant: out.Quant}
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

// at is the score of a label.
func (s *scores) at(label int) float64 {
	switch {
	case s.floats != nil:
		return float64(s.floats[label])
	case s.int8s != nil:
		return float64(s.quant.Real(int32(s.int8s[label])))
	default:
		return float64(s.quant.Real(int32(s.uint8s[label])))
	}
}

// best is the first label with the highest score.
func (s *scores) best() (label int, score float64, err error) {
	switch {
	case s.floats != nil:
		return bestFloat(s.floats)
	case s.int8s != nil:
		i := largest(s.int8s)
		return i, float64(s.quant.Real(int32(s.int8s[i]))), nil
	default:
		i := largest(s.uint8s)
		return i, float64(s.quant.Real(int32(s.uint8s[i]))), nil
	}
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
