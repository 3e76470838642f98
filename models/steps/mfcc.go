package steps

import "math"

func mfccKind() Kind {
	return Kind{
		Name: "mfcc", Doc: "cepstral coefficients: mel spectrogram in decibels (as the step decibel by default), orthonormal DCT-II, the first n_mfcc of it",
		Reference: "librosa.feature.mfcc of float32, transposed: within 1e-3 of each value in dB plus 1e-5 of the largest",
		Params: append(melParams(),
			Param{Name: "n_mfcc", Type: Whole, Low: 1, High: maxMels, Default: 20.0},
			Param{Name: "lifter", Type: Number, Low: 0, High: 1e6, Default: 0.0, Doc: "coefficient i is raised by 1 + lifter/2 sin(pi (i+1)/lifter); 0 for none"},
		),
		shape: func(a args, in Shape) (Shape, *Error) {
			if a.whole("n_mfcc") > a.whole("n_mels") {
				return in, &Error{Param: "n_mfcc", Why: "is more than n_mels"}
			}
			return melShape(a, in, a.whole("n_mfcc"))
		},
		build: func(a args, in, out Shape) Step { return newMFCC(a, in, out.Rows) },
	}
}

type mfcc struct {
	mel          *mel
	db           decibel
	table        [][]float32 // by coefficient: one factor for each mel band
	power, level []float32
}

func newMFCC(a args, in Shape, frames int) *mfcc {
	nMels := a.whole("n_mels")
	values := frames * in.Columns * nMels
	s := &mfcc{mel: newMel(a, in, frames), db: newDecibel(1, 1e-10, 80), power: make([]float32, values), level: make([]float32, values)}
	for i := range a.whole("n_mfcc") {
		factor := math.Sqrt(2 / float64(nMels))
		if i == 0 {
			factor = math.Sqrt(1 / float64(nMels))
		}
		if l := a.number("lifter"); l > 0 {
			factor *= 1 + l/2*math.Sin(math.Pi*float64(i+1)/l)
		}
		row := make([]float32, nMels)
		for k := range row {
			row[k] = float32(factor * math.Cos(math.Pi*float64(i)*(2*float64(k)+1)/float64(2*nMels)))
		}
		s.table = append(s.table, row)
	}
	return s
}

func (s *mfcc) Apply(dst, src []float32) {
	s.mel.Apply(s.power, src)
	s.db.Apply(s.level, s.power)
	n, bands := len(s.table), len(s.mel.bank)
	for i := 0; (i+1)*n <= len(dst); i++ {
		level, out := s.level[i*bands:][:bands], dst[i*n:][:n]
		for c, row := range s.table {
			out[c] = dot(row, level)
		}
	}
}
