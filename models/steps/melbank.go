package steps

import "math"

// melBank is a bank of triangular filters over the bins of a spectrum, each kept only where it is above zero.
type melBank struct {
	low, high int // the bins that any filter reads: from low to below high
	filters   []melFilter
}

type melFilter struct {
	at      int       // first bin
	weights []float32 // filled up with zeros to a multiple of lanes
}

// lanes is how many sums run beside each other, so that one does not wait for another.
const lanes = 4

// newMelBank computes in float64, as librosa.filters.mel does, and rounds once. Filters that lie between two bins are
// empty: their value is always zero.
func newMelBank(a args) *melBank {
	n, nMels, rate := a.whole("n_fft"), a.whole("n_mels"), a.number("rate_hz")
	toMel, toHertz := melScale(a.text("scale"))
	from, to := toMel(a.number("fmin_hz")), toMel(melTop(a))
	edges := make([]float64, nMels+2)
	for i := range edges {
		edges[i] = toHertz(from + (to-from)*float64(i)/float64(nMels+1))
	}
	bank := &melBank{low: n/2 + 1}
	for i := range nMels {
		area := 1.0
		if a.text("norm") == "slaney" {
			area = 2 / (edges[i+2] - edges[i])
		}
		f := triangle(edges[i:i+3], area, rate/float64(n), n/2+1)
		if len(f.weights) > 0 {
			bank.low, bank.high = min(bank.low, f.at), max(bank.high, f.at+len(f.weights))
		}
		bank.filters = append(bank.filters, f)
	}
	bank.low = min(bank.low, bank.high)
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
	for len(f.weights)%lanes != 0 {
		f.weights = append(f.weights, 0)
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

// apply weighs power, whose first value is that of bin low; behind the last there is room for lanes-1 more.
func (b *melBank) apply(dst, power []float32) {
	dst = dst[:len(b.filters)]
	for i := range b.filters {
		f := &b.filters[i]
		w := f.weights
		p := power[f.at-b.low:][:len(w)]
		var s0, s1, s2, s3 float32
		for k := 0; k < len(w)-lanes+1; k += lanes {
			s0 += w[k] * p[k]
			s1 += w[k+1] * p[k+1]
			s2 += w[k+2] * p[k+2]
			s3 += w[k+3] * p[k+3]
		}
		dst[i] = s0 + s1 + (s2 + s3)
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
