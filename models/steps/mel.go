package steps

import (
	"fmt"
	"math"
)

const (
	maxFFT  = 1 << 16
	maxMels = 1024
	maxRate = 1e9
)

// melParams are shared by mel and mfcc; their names and defaults follow librosa where its own are not traps.
func melParams() []Param {
	return []Param{
		{Name: "rate_hz", Type: Number, Low: 1, High: maxRate, Doc: "samples per second of what comes in"},
		{Name: "n_fft", Type: Whole, Low: 4, High: maxFFT, Doc: "samples of a frame"},
		{Name: "hop_samples", Type: Whole, Low: 1, High: MaxValues, Doc: "samples from one frame to the next"},
		{Name: "win_samples", Type: Whole, Low: 0, High: maxFFT, Default: 0.0, Doc: "length of the Hann window in the middle of the frame; 0 for n_fft"},
		{Name: "n_mels", Type: Whole, Low: 1, High: maxMels, Default: 128.0},
		{Name: "fmin_hz", Type: Number, Low: 0, High: maxRate, Default: 0.0},
		{Name: "fmax_hz", Type: Number, Low: 0, High: maxRate, Default: 0.0, Doc: "0 for half the rate"},
		{Name: "scale", Type: Text, Choices: []string{"slaney", "htk"}, Default: "slaney", Doc: "formula of the mel scale"},
		{Name: "norm", Type: Text, Choices: []string{"slaney", "none"}, Default: "slaney", Doc: "slaney: filters of equal area; none: of height 1"},
		{Name: "power", Type: Whole, Low: 1, High: 2, Default: 2.0, Doc: "of the magnitudes that are summed"},
		{Name: "center", Type: Flag, Default: true, Doc: "frame i stands around sample i hop_samples; the ends are padded"},
		{Name: "pad_mode", Type: Text, Choices: []string{"constant", "reflect", "edge"}, Default: "constant"},
	}
}

func melKind() Kind {
	return Kind{
		Name: "mel", Doc: "mel spectrogram with a periodic Hann window: a row per frame, n_mels columns per channel",
		Reference: "librosa.feature.melspectrogram of float32, transposed: within 1e-4 of each value, or 1e-9 of the largest",
		Params:    melParams(),
		shape:     func(a args, in Shape) (Shape, *Error) { return melShape(a, in, a.whole("n_mels")) },
		build:     func(a args, in, out Shape) Step { return newMel(a, in, out.Rows) },
	}
}

func melShape(a args, in Shape, columns int) (Shape, *Error) {
	n, hop, pad := a.whole("n_fft"), a.whole("hop_samples"), a.padding()
	top := melTop(a)
	why := transformable(n)
	switch {
	case in.Picture != (Picture{}):
		return in, noPictures(in)
	case why != "":
		return in, &Error{Param: "n_fft", Why: why}
	case in.Rows+2*pad < n:
		return in, &Error{Param: "n_fft", Why: fmt.Sprintf("is %d, more than the %d samples that come in", n, in.Rows)}
	case pad >= in.Rows && a.text("pad_mode") == "reflect":
		return in, &Error{Param: "n_fft", Why: fmt.Sprintf("is %d, too long to reflect %d samples", n, in.Rows)}
	case a.whole("win_samples") > n:
		return in, &Error{Param: "win_samples", Why: "is more than n_fft"}
	case top > a.number("rate_hz")/2:
		return in, &Error{Param: "fmax_hz", Why: "is above half of rate_hz"}
	case a.number("fmin_hz") >= top:
		return in, &Error{Param: "fmin_hz", Why: "is not below the upper edge, " + hertz(top)}
	case columns > MaxValues/in.Columns:
		return in, &Error{Param: "step", Why: "makes too many columns"}
	}
	return Shape{Rows: (in.Rows+2*pad-n)/hop + 1, Columns: in.Columns * columns, RateHz: in.RateHz / float64(hop)}, rated(a, in)
}

// padding is how many values are put before and after the window.
func (a args) padding() int {
	if a.flag("center") {
		return a.whole("n_fft") / 2
	}
	return 0
}

type mel struct {
	frames, hop, columns int
	pad                  int
	mode                 string
	square               bool
	fft                  *realFFT
	bank                 melBank
	padded               []float32 // one channel with what is padded
	spectrum             []float32
	power                [together][]float32 // of some frames
	spare                [together][]float32 // takes what would be frames behind the last
}

func newMel(a args, in Shape, frames int) *mel {
	n := a.whole("n_fft")
	s := &mel{
		frames: frames, hop: a.whole("hop_samples"), columns: in.Columns, pad: a.padding(), mode: a.text("pad_mode"), square: a.whole("power") == 2,
		bank: newMelBank(a), spectrum: make([]float32, n),
	}
	length := a.whole("win_samples")
	if length == 0 {
		length = n
	}
	window := make([]float32, n)
	copy(window[(n-length)/2:], hannWindow(length, true))
	s.fft = newRealFFT(window)
	s.padded = make([]float32, in.Rows+2*s.pad)
	for i := range together {
		s.power[i], s.spare[i] = make([]float32, n/2+1), make([]float32, len(s.bank))
	}
	return s
}

func (s *mel) Apply(dst, src []float32) {
	n, mels := len(s.spectrum), len(s.bank)
	for c := range s.columns {
		s.fill(src, c)
		for i := 0; i < s.frames; i += together {
			out := s.spare
			for j := range min(together, s.frames-i) {
				power := s.power[j]
				s.fft.powers(power, s.spectrum, s.padded[(i+j)*s.hop:][:n])
				if !s.square {
					roots(power)
				}
				out[j] = dst[((i+j)*s.columns+c)*mels:][:mels]
			}
			s.bank.apply(&out, &s.power)
		}
	}
}

// fill lays out channel c between what is padded.
func (s *mel) fill(src []float32, c int) {
	body := s.padded[s.pad : len(s.padded)-s.pad]
	column(body, src, c, s.columns)
	before, after := s.padded[:s.pad], s.padded[s.pad+len(body):]
	last := len(body) - 1
	switch s.mode { // constant: they stay zero
	case "reflect":
		for i := range before {
			before[len(before)-1-i], after[i] = body[1+i], body[last-1-i]
		}
	case "edge":
		for i := range before {
			before[i], after[i] = body[0], body[last]
		}
	}
}

// roots makes magnitudes of squares.
func roots(power []float32) {
	for i, p := range power {
		power[i] = float32(math.Sqrt(float64(p)))
	}
}
