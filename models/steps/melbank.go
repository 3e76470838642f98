package steps

import "math"

// melBank is a bank of triangular filters over the bins of a spectrum, each kept only where it is above zero.
type melBank []melFilter

type melFilter struct {
	at      int // first bin
	weights []float32
}

// together is how many frames are weighed at once: a weight is read once for all, and no sum waits for another.
const together = 4

// newMelBank computes in float64, as librosa.filters.mel does, and rounds once. Filters that lie between two bins are
// empty: their value is always zero.
func newMelBank(a args) (bank melBank) {
	n, nMels, rate := a.whole("n_fft"), a.whole("n_mels"), a.number("rate_hz")
	toMel, toHertz := melScale(a.text("scale"))
	from, to := toMel(a.number("fmin_hz")), toMel(melTop(a))
	edges := make([]float64, nMels+2)
	for i := range edges {
		edges[i] = toHertz(from + (to-from)*float64(i)/float64(nMels+1))
	}
	for i := range nMels {
		area := 1.0
		if a.text("norm") == "slaney" {
			area = 2 / (edges[i+2] - edges[i])
		}
		bank = append(bank, triangle(edges[i:i+3], area, rate/float64(n), n/2+1))
	}
	return bank
}

// triangle is a filter that rises from edges[0] to edges[1] and falls to edges[2], for bins of the given width.
func triangle(edges []float64, area, width float64, bins int) (f melFilter) {
	for k := range bins {
		hz := float64(k) * width
		w := min((hz-edges[0])/(edges[1]-edges[0]), (edges[2]-hz)/(edges[2]-edges[1]))
		if !(w > 0) {
			if len(f.weights) > 0 {
				break
			}
			continue
		}
		if len(f.weights) == 0 {
			f.at = k
		}
		f.weights = append(f.weights, float32(w*area))
	}
	return f
}

// melTop is the upper edge; zero means half the rate.
func melTop(a args) float64 {
	if top := a.number("fmax_hz"); top > 0 {
		return top
	}
	return a.number("rate_hz") / 2
}

// melScale is the scale of HTK's book, 2595 log10(1 + f/700), or that of Slaney's Auditory Toolbox: linear to 1 kHz at
// 200/3 Hz per mel, then 27 mels for every factor of 6.4.
func melScale(name string) (toMel, toHertz func(float64) float64) {
	if name == "htk" {
		return func(hz float64) float64 { return 2595 * math.Log10(1+hz/700) },
			func(mel float64) float64 { return 700 * (math.Pow(10, mel/2595) - 1) }
	}
	const knee, perMel, kneeMel = 1000.0, 200.0 / 3, 15.0
	step := math.Log(6.4) / 27
	return func(hz float64) float64 {
			if hz < knee {
				return hz / perMel
			}
			return kneeMel + math.Log(hz/knee)/step
		}, func(mel float64) float64 {
			if mel < kneeMel {
				return mel * perMel
			}
			return knee * math.Exp(step*(mel-kneeMel))
		}
}

// apply weighs the powers of together frames; those of frame i go to dst[i].
func (b melBank) apply(dst *[together][]float32, power *[together][]float32) {
	d0, d1, d2, d3 := dst[0][:len(b)], dst[1][:len(b)], dst[2][:len(b)], dst[3][:len(b)]
	for i := range b {
		f := &b[i]
		w := f.weights
		p0, p1, p2, p3 := power[0][f.at:][:len(w)], power[1][f.at:][:len(w)], power[2][f.at:][:len(w)], power[3][f.at:][:len(w)]
		var s0, s1, s2, s3 float32
		for k, w := range w {
			s0 += w * p0[k]
			s1 += w * p1[k]
			s2 += w * p2[k]
			s3 += w * p3[k]
		}
		d0[i], d1[i], d2[i], d3[i] = s0, s1, s2, s3
	}
}

// dot sums in four lanes, so that the sums do not wait for each other. b is at least as long as a.
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i < len(a)-3; i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + (s2 + s3)
}
