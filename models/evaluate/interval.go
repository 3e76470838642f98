package evaluate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// z95 is the normal distribution's 97.5 % point.
const z95 = 1.959963984540054

// Wilson is the 95 % score interval of a proportion (Wilson 1927; Brown, Cai and DasGupta 2001).
func Wilson(hits, of int) (low, high float64) {
	n, p := float64(of), float64(hits)/float64(of)
	centre := (p + z95*z95/(2*n)) / (1 + z95*z95/n)
	half := z95 / (1 + z95*z95/n) * math.Sqrt(p*(1-p)/n+z95*z95/(4*n*n))
	return max(centre-half, 0), min(centre+half, 1)
}

// resamples of the bootstrap: enough for a 95 % interval, and a second or less on a small board.
const resamples = 400

// bootstrap gives every metric that measure computes its 95 % percentile interval (Efron 1979), from resampled
// predictions. The seed is fixed: the same set gives the same report. A metric that is undefined in a resample is left
// out of it; one that is undefined in more than half of them keeps no interval.
func bootstrap(all []Prediction, measure func([]Prediction) []Metric) []Metric {
	out := measure(all)
	draws := make([][]float64, len(out))
	random := rand.New(rand.NewPCG(1, 2))
	sample := make([]Prediction, len(all))
	for range resamples {
		for i := range sample {
			sample[i] = all[random.IntN(len(all))]
		}
		for i, m := range measure(sample) {
			if m.Defined {
				draws[i] = append(draws[i], m.Value)
			}
		}
	}
	for i := range out {
		if d := draws[i]; out[i].Defined && len(d) > resamples/2 {
			slices.Sort(d)
			out[i].Low, out[i].High = quantile(d, 0.025), quantile(d, 0.975)
		}
	}
	return out
}

// quantile interpolates between order statistics (Hyndman and Fan's type 7, as numpy does).
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
