package pack

import (
	"fmt"
	"math"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// Beside what rounding to steps makes of each: how far probabilities may be from a sum of 1, and below zero.
const (
	slackSum  = 0.05
	slackZero = 1e-6
)

// guess looks at the outputs of all windows for what no probabilities are.
type guess struct {
	d          *Draft
	row        []float64
	low, apart float64 // lowest value; sum that is furthest from 1
	lowAt      string
	apartAt    string
}

func newGuess(d *Draft) *guess {
	return &guess{d: d, row: make([]float64, len(d.labels)), apart: 1}
}

// row reads the values of the first output into dst, as many as there are labels.
func (d *Draft) row(dst []float64) ([]float64, error) {
	var err error
	for i := range dst {
		if dst[i], err = manifest.RealAt(d.s.Outputs()[0], i); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// look takes in the output of a window.
func (g *guess) look(s spot) error {
	row, err := g.d.row(g.row)
	if err != nil {
		return err
	}
	sum := 0.0
	for _, v := range row {
		if sum += v; v < g.low {
			g.low, g.lowAt = v, g.d.where(s)
		}
	}
	if len(row) == 1 {
		sum = max(sum, 1) // one score alone is no share of anything
	}
	if math.Abs(sum-1) > math.Abs(g.apart-1) {
		g.apart, g.apartAt = sum, g.d.where(s)
	}
	return nil
}

// doubt is the sentence about what was seen; empty when the spec says what the scores are, or nothing speaks against
// probabilities.
func (g *guess) doubt() string {
	out := g.d.m.Outputs[0]
	if out.Scores != "" {
		return ""
	}
	var seen string
	step := float64(out.Quant.Scale)
	slack := slackSum + float64(len(g.row))*step/2
	switch {
	case g.low < -step-slackZero:
		seen = fmt.Sprintf("%s has a score of %.4g, which no probability is", g.lowAt, g.low)
	case len(g.row) == 1 && g.apart > 1+slack:
		seen = fmt.Sprintf("%s has a score of %.4g, which no probability is", g.apartAt, g.apart)
	case len(g.row) > 1 && math.Abs(g.apart-1) > slack:
		seen = fmt.Sprintf("the scores of %s add up to %.4g, not to 1", g.apartAt, g.apart)
	default:
		return ""
	}
	return seen + ": say `scores: logits` in $.outputs[0] if the model ends without softmax, or `scores: probabilities` if they are meant so; as it is, they are compared with $.decide.threshold as they stand"
}
