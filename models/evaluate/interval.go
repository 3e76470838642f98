package evaluate

import "math"

// z95 is the normal distribution's 97.5 % point.
const z95 = 1.959963984540054

// Wilson is the 95 % score interval of a proportion (Wilson 1927; Brown, Cai and DasGupta 2001).
func Wilson(hits, of int) (low, high float64) { return score(float64(hits)/float64(of), float64(of)) }

// score is Wilson's interval of a share p of n samples, where n may be an effective number: as many independent samples
// as would make the estimate equally sure (Korn and Graubard 1998).
func score(p, n float64) (low, high float64) {
	centre := (p + z95*z95/(2*n)) / (1 + z95*z95/n)
	half := z95 / (1 + z95*z95/n) * math.Sqrt(p*(1-p)/n+z95*z95/(4*n*n))
	return max(min(centre-half, p), 0), min(max(centre+half, p), 1) // at 0 and 1 the ends round past p
}

// part is one term of a weighted sum: a class of an average. An undefined one says nothing: its interval is 0 to 1.
type part struct {
	weight float64
	Metric
}

// combine is the interval of a weighted sum from those of its parts (MOVER: Zou and Donner 2008, Newcombe 2001), which
// keeps their skew and is as wide as they are where every part is perfect. Each sample may move up to times of the parts
// together; of independent parts, one.
func combine(parts []part, times float64) (low, high float64) {
	sum, below, above := 0.0, 0.0, 0.0
	for _, p := range parts {
		if !p.Defined {
			p.Low, p.High = 0, 1
		}
		sum += p.weight * p.Value
		below += square(p.weight * (p.Value - p.Low))
		above += square(p.weight * (p.High - p.Value))
	}
	return sum - math.Sqrt(times*below), sum + math.Sqrt(times*above)
}

// pooled is the interval of a weighted mean of shares as one share of an effective number of samples (Kish 1965), where
// sizes are the samples behind each part: it is the wider one when the parts are of a sample or two each.
func pooled(parts []part, sizes []int) (low, high float64) {
	weight, sum, spread, unknown := 0.0, 0.0, 0.0, 0.0
	for i, p := range parts {
		if sizes[i] == 0 {
			unknown += p.weight
			continue
		}
		weight += p.weight
		sum += p.weight * p.Value
		spread += p.weight * p.weight / float64(sizes[i])
	}
	if spread == 0 {
		return 0, 1
	}
	low, high = score(sum/weight, weight*weight/spread)
	return weight * low, weight*high + unknown
}

// reach widens m's interval to low and high, and cuts it, and what a sum's rounding adds, to what the metric can be.
func (m Metric) reach(low, high, least, most float64) Metric {
	m.Value = min(max(m.Value, least), most)
	m.Low, m.High = max(min(m.Low, low), least), min(max(m.High, high), most)
	return m
}

// sway widens m's interval to the one of the delta method (Efron's infinitesimal jackknife, 1982): pulls is the sum, over
// the samples, of the square of what one more of the kind would change.
func (m Metric) sway(pulls, least, most float64) Metric {
	half := z95 * math.Sqrt(pulls)
	return m.reach(m.Value-half, m.Value+half, least, most)
}

func square(x float64) float64 { return x * x }
