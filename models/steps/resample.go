package steps

import (
	"fmt"
	"math"
)

const (
	maxRatio  = 4096 // of either side of a reduced ratio of rates
	halfTaps  = 10   // periods of the slower rate on each side of the filter's middle
	kaiserArg = 5
)

func resampleKind() Kind {
	return Kind{
		Name: "resample", Doc: "another rate, by a polyphase filter: a windowed sinc (Kaiser, beta 5) of 10 periods to each side; what lies outside the window counts as zero",
		Reference: "scipy.signal.resample_poly in float64, within 2e-6 of the largest value",
		Params: []Param{
			{Name: "rate_hz", Type: Whole, Low: 1, High: maxRate, Doc: "samples per second of what comes in"},
			{Name: "to_hz", Type: Whole, Low: 1, High: maxRate, Doc: "samples per second of what leaves"},
		},
		shape: func(a args, in Shape) (Shape, *Error) {
			up, down := a.ratio()
			if up > maxRatio || down > maxRatio {
				return in, &Error{Param: "to_hz", Why: fmt.Sprintf("makes a ratio of %d to %d: want at most %d on each side", up, down, maxRatio)}
			}
			rows := (int64(in.Rows)*int64(up) + int64(down) - 1) / int64(down)
			if rows > MaxValues {
				return in, &Error{Param: "to_hz", Why: fmt.Sprintf("makes %d rows: want at most %d", rows, MaxValues)}
			}
			if bad := noPictures(in); bad != nil {
				return in, bad
			}
			return Shape{Rows: int(rows), Columns: in.Columns, RateHz: in.RateHz * float64(up) / float64(down)}, rated(a, in)
		},
		build: func(a args, in, _ Shape) Step { return newResample(a, in) },
	}
}

// ratio is the reduced ratio of the rates.
func (a args) ratio() (up, down int) {
	up, down = a.whole("to_hz"), a.whole("rate_hz")
	x, y := up, down
	for y != 0 {
		x, y = y, x%y
	}
	return up / x, down / x
}

type resample struct {
	up, down, rows, columns int
	phases                  []phase // by position of the output modulo up
}

// phase is the filter as one of the positions between two input rows sees it.
type phase struct {
	from int // first input row, relative to the one at or before the position
	taps []float32
}

func newResample(a args, in Shape) *resample {
	s := &resample{rows: in.Rows, columns: in.Columns}
	s.up, s.down = a.ratio()
	if s.up == s.down {
		s.phases = []phase{{taps: []float32{1}}}
		return s
	}
	half := halfTaps * max(s.up, s.down)
	h := lowPass(half, 1/float64(max(s.up, s.down)))
	for p := range s.up {
		var f phase
		f.from = -((half - p) / s.up) // rounded up: half is at least p
		for t := f.from; p+half-t*s.up >= 0; t++ {
			f.taps = append(f.taps, float32(h[p+half-t*s.up]*float64(s.up)))
		}
		s.phases = append(s.phases, f)
	}
	return s
}

// lowPass is a sinc that cuts off at the given part of half the rate, under a Kaiser window, with a sum of 1.
func lowPass(half int, cut float64) []float64 {
	h := make([]float64, 2*half+1)
	sum := 0.0
	for i := range h {
		t := float64(i - half)
		v := 1.0
		if x := math.Pi * cut * t; x != 0 {
			v = math.Sin(x) / x
		}
		r := t / float64(half)
		h[i] = v * bessel0(kaiserArg*math.Sqrt(max(0, 1-r*r)))
		sum += h[i]
	}
	for i := range h {
		h[i] /= sum
	}
	return h
}

// bessel0 is the modified Bessel function of order zero, by its power series: Abramowitz and Stegun, 9.6.12.
func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-17*sum; k++ {
		term *= x * x / (4 * k * k)
		sum += term
	}
	return sum
}

func (s *resample) Apply(dst, src []float32) {
	at, part := 0, 0 // position of the output: input row and parts of up
	for len(dst) > 0 {
		s.one(dst[:s.columns], src, at, &s.phases[part])
		dst = dst[s.columns:]
		part += s.down
		at, part = at+part/s.up, part%s.up
	}
}

// one makes the row at the given input row.
func (s *resample) one(out, src []float32, at int, f *phase) {
	first, taps := at+f.from, f.taps
	if first < 0 {
		first, taps = 0, taps[min(-first, len(taps)):]
	}
	taps = taps[:max(0, min(len(taps), s.rows-first))]
	if s.columns == 1 {
		out[0] = dot(taps, src[min(first, len(src)):])
		return
	}
	clear(out)
	for i, w := range taps {
		row := src[(first+i)*s.columns:][:s.columns]
		for c, x := range row {
			out[c] += w * x
		}
	}
}
