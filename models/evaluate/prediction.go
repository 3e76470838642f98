package evaluate

import (
	"fmt"
	"math"
)

// Prediction is what a model said of one labelled window.
type Prediction struct {
	Truth  int       // class, from 0
	Scores []float64 // one for each class; they sum to one
	Slice  string    // the part of the set it belongs to, as "site=north"; may be empty
}

// Top is the class with the highest score, the first of equals.
func (p *Prediction) Top() int {
	top := 0
	for i, s := range p.Scores {
		if s > p.Scores[top] {
			top = i
		}
	}
	return top
}

// ahead are the class with the highest score, as Top says, and the one that comes next.
func (p *Prediction) ahead() (top, next int) {
	top, next = p.Top(), -1
	for i, s := range p.Scores {
		if i != top && (next < 0 || s > p.Scores[next]) {
			next = i
		}
	}
	return top, next
}

// check says what is wrong with predictions of classes classes.
func check(all []Prediction, classes int) error {
	if classes < 2 {
		return fmt.Errorf("%d classes: want at least 2", classes)
	}
	for i := range all {
		p := &all[i]
		if len(p.Scores) != classes {
			return fmt.Errorf("prediction %d has %d scores for %d classes", i, len(p.Scores), classes)
		}
		if p.Truth < 0 || p.Truth >= classes {
			return fmt.Errorf("prediction %d: true class %d of %d", i, p.Truth, classes)
		}
		for _, s := range p.Scores {
			if math.IsNaN(s) || math.IsInf(s, 0) {
				return fmt.Errorf("prediction %d: score %v", i, s)
			}
		}
	}
	return nil
}

// Metric is one number, how sure it is, and whether it means anything.
type Metric struct {
	Value   float64 `json:"value"`
	Low     float64 `json:"low"`  // 95 % interval; equal to Value where there is none
	High    float64 `json:"high"` //
	N       int     `json:"n"`    // samples behind the value
	Defined bool    `json:"defined"`
}

// exactly is a metric without an interval yet.
func exactly(value float64, n int, defined bool) Metric {
	return Metric{Value: value, Low: value, High: value, N: n, Defined: defined}
}

// ratio is a share with Wilson's interval; a share of nothing is 0 and undefined.
func ratio(hits, of int) Metric {
	if of == 0 {
		return Metric{}
	}
	low, high := Wilson(hits, of)
	return Metric{Value: float64(hits) / float64(of), Low: low, High: high, N: of, Defined: true}
}
