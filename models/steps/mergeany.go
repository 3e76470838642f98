package steps

// anyFactor is the pass of a realFFT for an odd factor. All factors before it are odd, so m is odd too and no value
// stands in the middle.
type anyFactor struct {
	p, m     int
	cos, sin []float32 // of 2 pi j q / p at (q-1) (p-1)/2 + j-1, both up to (p-1)/2
	turns    []turn1   // for k from 1 to (m-1)/2: p-1 of them
	sum, dif []point   // t[j] + t[p-j], t[j] - t[p-j]
}

type point struct{ re, im float32 }

func newAnyFactor(p, m int, at func(j, k int) (float32, float32)) *anyFactor {
	half := (p - 1) / 2
	s := &anyFactor{p: p, m: m, sum: make([]point, half), dif: make([]point, half)}
	for q := 1; q <= half; q++ {
		for j := 1; j <= half; j++ {
			re, im := turn(j*q, p)
			s.cos, s.sin = append(s.cos, float32(re)), append(s.sin, float32(-im))
		}
	}
	for k := 1; k <= (m-1)/2; k++ {
		for j := 1; j < p; j++ {
			re, im := at(j, k)
			s.turns = append(s.turns, turn1{re, im})
		}
	}
	return s
}

// mergeFirst transforms p single values.
func (s *anyFactor) mergeFirst(x []float32) { s.zero(x, 1) }

func (s *anyFactor) merge(x []float32) {
	s.zero(x, s.m)
	for k := 1; k <= (s.m-1)/2; k++ {
		s.one(x, k, s.turns[(k-1)*(s.p-1):][:s.p-1])
	}
}

// zero is k = 0, where all parts are real: X[mq] = r - is with r = t0 + sum of cos(2 pi jq/p) (t[j]+t[p-j]) and s the
// same of sines and differences.
func (s *anyFactor) zero(x []float32, m int) {
	half := len(s.sum)
	first := x[0]
	all := first
	for j := range half {
		a, b := x[(j+1)*m], x[(s.p-1-j)*m]
		s.sum[j].re, s.dif[j].re = a+b, a-b
		all += a + b
	}
	x[0] = all
	for q := range half {
		re, im := first, float32(0)
		cos, sin := s.cos[q*half:][:half], s.sin[q*half:][:half]
		for j := range half {
			re += cos[j] * s.sum[j].re
			im += sin[j] * s.dif[j].re
		}
		x[(q+1)*m], x[(s.p-1-q)*m] = re, -im
	}
}

// one is another k: X[mq+k] = r - is, X[mq-k] = conj(r + is).
func (s *anyFactor) one(x []float32, k int, turns []turn1) {
	half, m := len(s.sum), s.m
	first := point{x[k], x[m-k]}
	all := first
	for j := range half {
		a := turned(x, (j+1)*m, k, m, turns[j])
		b := turned(x, (s.p-1-j)*m, k, m, turns[s.p-2-j])
		s.sum[j], s.dif[j] = point{a.re + b.re, a.im + b.im}, point{a.re - b.re, a.im - b.im}
		all.re, all.im = all.re+s.sum[j].re, all.im+s.sum[j].im
	}
	n := s.p * m
	x[k], x[n-k] = all.re, all.im
	for q := range half {
		r, i := first, point{}
		cos, sin := s.cos[q*half:][:half], s.sin[q*half:][:half]
		for j := range half {
			a, b := s.sum[j], s.dif[j]
			r.re, r.im = r.re+cos[j]*a.re, r.im+cos[j]*a.im
			i.re, i.im = i.re+sin[j]*b.re, i.im+sin[j]*b.im
		}
		at := (q + 1) * m
		x[at+k], x[n-at-k] = r.re+i.im, r.im-i.re
		x[at-k], x[n-at+k] = r.re-i.im, -r.im-i.re
	}
}

// turned is the k-th value of the part at the given place, turned.
func turned(x []float32, at, k, m int, t turn1) point {
	re, im := x[at+k], x[at+m-k]
	return point{re*t.c1 - im*t.s1, re*t.s1 + im*t.c1}
}
