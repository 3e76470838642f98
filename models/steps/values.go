package steps

import (
	"math"
	"strconv"
)

// This file holds the steps that treat every value alone.

const (
	// rateTolerance is how far a stated rate may be from that of the source, relative: clocks of sensors are that good.
	rateTolerance = 1e-3
	largest       = 1e30 // of a parameter: its inverse and its square of float64 stay finite
	smallest      = 1e-30
)

func hertz(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) + " Hz" }

func scaleKind() Kind {
	return Kind{
		Name: "scale", Doc: "(x - mean) / std, by channel",
		Reference: "NumPy, within 1e-6 of the largest value",
		Params: []Param{
			{Name: "mean", Type: Numbers, Low: -largest, High: largest, Doc: "in the unit of the channel"},
			{Name: "std", Type: Numbers, Low: smallest, High: largest, Doc: "in the unit of the channel"},
		},
		shape: same,
		build: func(a args, in, _ Shape) Step { return newAffine(a.affine(in.Columns)) },
	}
}

func normaliseKind() Kind {
	return Kind{
		Name: "normalise", Doc: "(x / divide_by - mean) / std, by colour; x/127.5 - 1 is divide_by 127.5, mean 1",
		Reference: "NumPy, within 1e-6 of the largest value",
		Params: []Param{
			{Name: "divide_by", Type: Number, Low: smallest, High: largest, Doc: "255 makes 0 to 1 of a picture"},
			{Name: "mean", Type: Numbers, Low: -largest, High: largest, Default: []float64{0}},
			{Name: "std", Type: Numbers, Low: smallest, High: largest, Default: []float64{1}},
		},
		shape: func(a args, in Shape) (Shape, *Error) {
			mean, std := a.affine(in.channels())
			for i := range mean {
				if !(math.Abs(mean[i]) <= largest && std[i] >= smallest && std[i] <= largest) {
					return in, &Error{Param: "divide_by", Why: "makes a mean or std out of range"}
				}
			}
			return in, nil
		},
		build: func(a args, in, _ Shape) Step { return newAffine(a.affine(in.Columns)) },
	}
}

// affine makes one mean and one std for each column of scale and normalise.
func (a args) affine(columns int) (mean, std []float64) {
	mean, std = a.spread("mean", columns), a.spread("std", columns)
	if _, divided := a["divide_by"]; divided {
		d := a.number("divide_by")
		for i := range mean {
			mean[i], std[i] = mean[i]*d, std[i]*d
		}
	}
	return mean, std
}

type affine struct{ mean, gain []float32 }

func newAffine(mean, std []float64) *affine {
	s := &affine{make([]float32, len(mean)), make([]float32, len(mean))}
	for i := range mean {
		s.mean[i], s.gain[i] = float32(mean[i]), float32(1/std[i])
	}
	return s
}

// Apply subtracts before it multiplies: exact where the mean is large beside the spread, and nothing to fuse, so that
// every architecture gives the same bytes.
func (s *affine) Apply(dst, src []float32) {
	n := len(s.mean)
	for len(src) >= n {
		row, out := src[:n], dst[:n]
		mean, gain := s.mean[:len(row)], s.gain[:len(row)]
		out = out[:len(row)]
		for i, x := range row {
			out[i] = (x - mean[i]) * gain[i]
		}
		src, dst = src[n:], dst[n:]
	}
}

func clipKind() Kind {
	return Kind{
		Name: "clip", Doc: "values below low become low, above high become high",
		Reference: "numpy.clip, exactly",
		Params: []Param{
			{Name: "low", Type: Number, Low: -largest, High: largest},
			{Name: "high", Type: Number, Low: -largest, High: largest},
		},
		shape: func(a args, in Shape) (Shape, *Error) {
			if a.number("high") < a.number("low") {
				return in, &Error{Param: "high", Why: "is below low"}
			}
			return in, nil
		},
		build: func(a args, _, _ Shape) Step { return clip{float32(a.number("low")), float32(a.number("high"))} },
	}
}

type clip struct{ low, high float32 }

func (s clip) Apply(dst, src []float32) {
	for i, x := range src {
		dst[i] = min(max(x, s.low), s.high)
	}
}

func logKind() Kind {
	return Kind{
		Name: "log", Doc: "natural logarithm of x + eps, which is no finite number when that is zero or below",
		Reference: "numpy.log in float64, within 1e-6 of the largest value",
		Params:    []Param{{Name: "eps", Type: Number, Low: 0, High: largest, Default: 1e-6}},
		shape:     same,
		build:     func(a args, _, _ Shape) Step { return logarithm(a.number("eps")) },
	}
}

type logarithm float64

func (eps logarithm) Apply(dst, src []float32) {
	for i, x := range src {
		dst[i] = float32(math.Log(float64(x) + float64(eps)))
	}
}

func decibelKind() Kind {
	return Kind{
		Name: "decibel", Doc: "10 log10 of power over ref; powers below amin count as amin, and what is more than top_db below the window's highest is raised to that",
		Reference: "librosa.power_to_db, within 1e-4 dB",
		Params: []Param{
			{Name: "ref", Type: Number, Low: smallest, High: largest, Default: 1.0, Doc: "power of 0 dB"},
			{Name: "amin", Type: Number, Low: smallest, High: largest, Default: 1e-10, Doc: "lowest power"},
			{Name: "top_db", Type: Number, Low: 0, High: 1000, Default: 80.0, Doc: "range below the highest; 0 for no bound"},
		},
		shape: same,
		build: func(a args, _, _ Shape) Step {
			return newDecibel(a.number("ref"), a.number("amin"), a.number("top_db"))
		},
	}
}

type decibel struct {
	amin        float32
	offset, top float64
}

func newDecibel(ref, amin, top float64) decibel {
	return decibel{amin: float32(amin), offset: 10 * math.Log10(max(amin, ref)), top: top}
}

func (s decibel) Apply(dst, src []float32) {
	highest := float32(math.Inf(-1))
	for i, x := range src {
		v := float32(10*math.Log10(float64(max(s.amin, x))) - s.offset)
		dst[i], highest = v, max(highest, v)
	}
	if s.top == 0 {
		return
	}
	floor := highest - float32(s.top)
	for i, v := range dst {
		dst[i] = max(v, floor)
	}
}
