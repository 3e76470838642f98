package steps

import "math"

// This file holds the Hann window and the magnitude of a transform over the whole window.

func hannKind() Kind {
	return Kind{
		Name: "hann", Doc: "multiplies every channel by a Hann window as long as the window",
		Reference: "scipy.signal.get_window and windows.hann in float64, within 1e-6 of the largest value",
		Params:    []Param{{Name: "form", Type: Text, Choices: []string{"periodic", "symmetric"}, Default: "periodic", Doc: "periodic before a Fourier transform"}},
		shape:     inTime,
		build: func(a args, in, _ Shape) Step {
			return &hann{hannWindow(in.Rows, a.text("form") == "periodic"), in.Columns}
		},
	}
}

// hannWindow is 1/2 - 1/2 cos(2 pi i / period), the period n or, symmetric, n-1.
func hannWindow(n int, periodic bool) []float32 {
	w := make([]float32, n)
	period := n - 1
	if periodic {
		period = n
	}
	for i := range w {
		w[i] = 1
		if n > 1 {
			w[i] = float32(0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(period)))
		}
	}
	return w
}

type hann struct {
	window  []float32
	columns int
}

func (s *hann) Apply(dst, src []float32) {
	for r, w := range s.window {
		at := r * s.columns
		row, out := src[at:][:s.columns], dst[at:][:s.columns]
		for i, x := range row {
			out[i] = x * w
		}
	}
}

func fftMagnitudeKind() Kind {
	return Kind{
		Name: "fft-magnitude", Doc: "magnitude of the real Fourier transform of every channel: n rows become n/2 + 1",
		Reference: "numpy.abs(numpy.fft.rfft) in float64, within 2e-6 of the largest value",
		Params:    []Param{{Name: "norm", Type: Text, Choices: []string{"backward", "ortho", "forward"}, Default: "backward", Doc: "as NumPy: times 1, 1/sqrt(n) or 1/n"}},
		shape: func(_ args, in Shape) (Shape, *Error) {
			if why := transformable(in.Rows); why != "" {
				return in, &Error{Param: "step", Why: why}
			}
			return Shape{Rows: in.Rows/2 + 1, Columns: in.Columns}, noPictures(in)
		},
		build: func(a args, in, _ Shape) Step { return newFFTMagnitude(in, a.text("norm")) },
	}
}

type fftMagnitude struct {
	fft              *realFFT
	columns          int
	signal, spectrum []float32
}

func newFFTMagnitude(in Shape, norm string) *fftMagnitude {
	n := in.Rows
	s := &fftMagnitude{
		columns: in.Columns, signal: make([]float32, n), spectrum: make([]float32, n),
	}
	factor := map[string]float64{"backward": 1, "ortho": 1 / math.Sqrt(float64(n)), "forward": 1 / float64(n)}[norm]
	window := make([]float32, n)
	for i := range window {
		window[i] = float32(factor)
	}
	s.fft = newRealFFT(window)
	return s
}

func (s *fftMagnitude) Apply(dst, src []float32) {
	n := len(s.signal)
	for c := range s.columns {
		column(s.signal, src, c, s.columns)
		s.fft.run(s.spectrum, s.signal)
		for k := range n/2 + 1 {
			re, im := float64(s.spectrum[k]), 0.0
			if k > 0 && 2*k < n {
				im = float64(s.spectrum[n-k])
			}
			dst[k*s.columns+c] = float32(math.Sqrt(re*re + im*im))
		}
	}
}

// column copies channel c of a window into dst.
func column(dst, src []float32, c, columns int) {
	if columns == 1 {
		copy(dst, src)
		return
	}
	for i := range dst {
		dst[i] = src[i*columns+c]
	}
}
