package steps

// This file holds the passes of a realFFT for the factors 2 and 4. Places of part j: the real part of its k-th value at
// j m + k, the imaginary part at j m + m - k.

// merge4 makes X[k], X[m+k], X[2m-k] and X[m-k] of four parts: with t[j] the turned k-th value of part j,
//
//	X[k] = t0+t1+t2+t3, X[m+k] = t0-it1-t2+it3, X[2m-k] = conj(t0-t1+t2-t3), X[m-k] = conj(t0+it1-t2-it3).
func (s *pass) merge4(x []float32) {
	for n := 4 * s.m; len(x) >= n; x = x[n:] {
		zero4(x, s.m)
		if s.m%2 == 0 {
			middle4(x, s.m)
		}
		switch {
		case s.m == 8:
			merge4of8((*[32]float32)(x), (*[3]turn3)(s.four))
		case s.m > 2:
			s.turn4(x[:n])
		}
	}
}

// turn4 does what lies between k = 0 and the middle.
func (s *pass) turn4(x []float32) {
	m, four := s.m, s.four
	n := len(four)
	r0, r1, r2, r3 := x[1:][:n], x[m+1:][:n], x[2*m+1:][:n], x[3*m+1:][:n] // rising with k
	f0, f1, f2, f3 := x[m-n:][:n], x[2*m-n:][:n], x[3*m-n:][:n], x[4*m-n:][:n]
	for i := range four {
		j := n - 1 - i // falling with k
		if uint(j) >= uint(n) {
			break
		}
		t := &four[i]
		re1, im1 := r1[i]*t.c1-f1[j]*t.s1, r1[i]*t.s1+f1[j]*t.c1
		re3, im3 := r3[i]*t.c3-f3[j]*t.s3, r3[i]*t.s3+f3[j]*t.c3
		re2, im2 := r2[i]*t.c2-f2[j]*t.s2, r2[i]*t.s2+f2[j]*t.c2
		pr, pi := re1+re3, im1+im3
		dr, di := re1-re3, im1-im3
		re0, im0 := r0[i], f0[j]
		er, ei := re0+re2, im0+im2
		or, oi := re0-re2, im0-im2
		r0[i], f3[j] = er+pr, ei+pi
		f1[j], r2[i] = er-pr, pi-ei
		r1[i], f2[j] = or+di, oi-dr
		f0[j], r3[i] = or-di, -oi-dr
	}
}

// merge4of8 is turn4 for the many short parts of 8, without the slices.
func merge4of8(x *[32]float32, four *[3]turn3) {
	const m = 8
	for i := range four {
		t, k := &four[i], i+1
		re1, im1 := x[m+k]*t.c1-x[2*m-k]*t.s1, x[m+k]*t.s1+x[2*m-k]*t.c1
		re3, im3 := x[3*m+k]*t.c3-x[4*m-k]*t.s3, x[3*m+k]*t.s3+x[4*m-k]*t.c3
		re2, im2 := x[2*m+k]*t.c2-x[3*m-k]*t.s2, x[2*m+k]*t.s2+x[3*m-k]*t.c2
		pr, pi := re1+re3, im1+im3
		dr, di := re1-re3, im1-im3
		re0, im0 := x[k], x[m-k]
		er, ei := re0+re2, im0+im2
		or, oi := re0-re2, im0-im2
		x[k], x[4*m-k] = er+pr, ei+pi
		x[2*m-k], x[2*m+k] = er-pr, pi-ei
		x[m+k], x[3*m-k] = or+di, oi-dr
		x[m-k], x[3*m+k] = or-di, -oi-dr
	}
}

// zero4 is k = 0, where the parts are real and nothing turns.
func zero4(x []float32, m int) {
	a, c, b, d := x[0], x[2*m], x[m], x[3*m]
	x[0], x[m], x[2*m], x[3*m] = a+c+(b+d), a-c, a+c-(b+d), d-b
}

// middle4 is k = m/2, where the parts are real and turn by eighths.
func middle4(x []float32, m int) {
	const h = 0.70710678118654752440 // cos(pi/4)
	at := m / 2
	a, b, c, d := x[at], x[m+at], x[2*m+at], x[3*m+at]
	p, q := (b-d)*h, (b+d)*h
	x[at], x[3*m+at] = a+p, -c-q
	x[m+at], x[2*m+at] = a-p, c-q
}

// merge2 makes X[k] = t0+t1 and X[m-k] = conj(t0-t1) of two parts.
func (s *pass) merge2(x []float32) {
	m := s.m
	x[0], x[m] = x[0]+x[m], x[0]-x[m]
	if m%2 == 0 {
		x[m+m/2] = -x[m+m/2]
	}
	two := s.two
	n := len(two)
	if n == 0 {
		return
	}
	r0, r1 := x[1:][:n], x[m+1:][:n]
	f0, f1 := x[m-n:][:n], x[2*m-n:][:n]
	for i := range two {
		j := n - 1 - i
		if uint(j) >= uint(n) {
			break
		}
		t := &two[i]
		re, im := r1[i]*t.c1-f1[j]*t.s1, r1[i]*t.s1+f1[j]*t.c1
		re0, im0 := r0[i], f0[j]
		r0[i], f1[j] = re0+re, im0+im
		f0[j], r1[i] = re0-re, im-im0
	}
}
