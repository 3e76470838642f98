package steps

import "math"

// This file holds the steps that look at a whole channel of the window: statistics, trend, power.

func zScoreKind() Kind {
	return Kind{
		Name: "z-score", Doc: "(x - mean) / std of this window, by channel; a channel that does not change becomes zeros",
		Reference: "scipy.stats.zscore in float64, within 1e-6 of the largest value",
		Params:    []Param{{Name: "ddof", Type: Whole, Low: 0, High: 1, Default: 0.0, Doc: "std divides by n - ddof: 0 as NumPy, 1 as pandas"}},
		shape:     same,
		build: func(a args, in, _ Shape) Step {
			return zScore{channels: in.channels(), less: a.whole("ddof"), group: in.group()}
		},
	}
}

// group is how many values are one list of channels to be treated together: the window, or of pictures one picture.
func (s Shape) group() int {
	if s.Picture != (Picture{}) {
		return s.Columns
	}
	return s.Values()
}

type zScore struct{ channels, less, group int }

func (s zScore) Apply(dst, src []float32) {
	for at := 0; at < len(src); at += s.group {
		for c := range s.channels {
			s.one(dst[at+c:at+s.group], src[at+c:at+s.group])
		}
	}
}

// one treats every channels-th value.
func (s zScore) one(dst, src []float32) {
	low, high, sum, n := src[0], src[0], 0.0, 0
	for i := 0; i < len(src); i += s.channels {
		x := src[i]
		low, high, sum, n = min(low, x), max(high, x), sum+float64(x), n+1
	}
	mean, square := sum/float64(n), 0.0
	for i := 0; i < len(src); i += s.channels {
		d := float64(src[i]) - mean
		square += d * d
	}
	gain := 0.0
	if low != high {
		gain = 1 / math.Sqrt(square/float64(n-s.less))
	}
	for i := 0; i < len(src); i += s.channels {
		dst[i] = float32((float64(src[i]) - mean) * gain)
	}
}

func detrendKind() Kind {
	return Kind{
		Name: "detrend", Doc: "takes away each channel's mean (constant) or its line of least squares (linear)",
		Reference: "scipy.signal.detrend in float64, within 1e-6 of the largest value, or 1e-12",
		Params:    []Param{{Name: "type", Type: Text, Choices: []string{"linear", "constant"}, Default: "linear"}},
		shape:     inTime,
		build: func(a args, in, _ Shape) Step {
			return detrend{columns: in.Columns, linear: a.text("type") == "linear"}
		},
	}
}

type detrend struct {
	columns int
	linear  bool
}

func (s detrend) Apply(dst, src []float32) {
	for c := range s.columns {
		s.one(dst[c:], src[c:])
	}
}

func (s detrend) one(dst, src []float32) {
	n := (len(src) + s.columns - 1) / s.columns
	middle := float64(n-1) / 2
	sum, slope, squares := 0.0, 0.0, 0.0
	for i := range n {
		t, x := float64(i)-middle, float64(src[i*s.columns])
		sum, slope, squares = sum+x, slope+t*x, squares+t*t
	}
	if slope /= squares; !s.linear || n < 2 {
		slope = 0
	}
	mean := sum / float64(n)
	for i := range n {
		dst[i*s.columns] = float32(float64(src[i*s.columns]) - mean - slope*(float64(i)-middle))
	}
}

func movingRMSKind() Kind {
	return Kind{
		Name: "moving-rms", Doc: "root of the mean square of each channel over length_samples, every hop_samples, only where all samples are there",
		Reference: "NumPy in float64, within 1e-6 of the largest value",
		Params: []Param{
			{Name: "length_samples", Type: Whole, Low: 1, High: MaxValues},
			{Name: "hop_samples", Type: Whole, Low: 1, High: MaxValues, Default: 1.0},
		},
		shape: func(a args, in Shape) (Shape, *Error) {
			length, hop := a.whole("length_samples"), a.whole("hop_samples")
			if length > in.Rows {
				return in, &Error{Param: "length_samples", Why: "is more than the rows that come in"}
			}
			return Shape{Rows: (in.Rows-length)/hop + 1, Columns: in.Columns, RateHz: in.RateHz / float64(hop)}, noPictures(in)
		},
		build: func(a args, in, _ Shape) Step {
			n := a.whole("length_samples")
			return &movingRMS{columns: in.Columns, length: n, hop: a.whole("hop_samples"), rest: make([]float64, n)}
		},
	}
}

// movingRMS never subtracts what has left: after a spike, small values would drown in its rounding error. It cuts time
// into blocks of the length; every span is the end of one block and the beginning of the next.
type movingRMS struct {
	columns, length, hop int
	rest                 []float64 // rest[i] is the sum of squares from i to the end of the block
}

func (s *movingRMS) Apply(dst, src []float32) {
	for c := range s.columns {
		s.one(dst[c:], src[c:])
	}
}

func (s *movingRMS) one(dst, src []float32) {
	rows := (len(src) + s.columns - 1) / s.columns
	next, out := 0, 0 // start of the next span that is wanted
	for block := 0; block+s.length <= rows; block += s.length {
		sum := 0.0
		for i := s.length - 1; i >= 0; i-- {
			x := float64(src[(block+i)*s.columns])
			sum += x * x
			s.rest[i] = sum
		}
		head := 0.0
		for i, rest := range s.rest {
			if end := block + s.length + i; i > 0 {
				if end > rows {
					return
				}
				x := float64(src[(end-1)*s.columns])
				head += x * x
			}
			if block+i == next {
				dst[out*s.columns] = float32(math.Sqrt((rest + head) / float64(s.length)))
				next, out = next+s.hop, out+1
			}
		}
	}
}
