package steps

// This file holds the squared magnitudes of a realFFT.

// powers transforms in, by way of spectrum, and fills power[k] with the square of |X[k]| for k from 0 to n/2. A last
// pass of factor 4 squares what it makes at once: that spares writing the spectrum and reading it again.
func (f *realFFT) powers(power, spectrum, in []float32) {
	f.begin(spectrum, in)
	last := len(f.passes) - 1
	if last >= 0 && f.passes[last].p == 4 {
		f.merge(spectrum, f.passes[:last])
		f.passes[last].power4(power, spectrum)
		return
	}
	f.merge(spectrum, f.passes)
	n := f.n
	power[0] = spectrum[0] * spectrum[0]
	if n%2 == 0 {
		power[n/2] = spectrum[n/2] * spectrum[n/2]
	}
	for k := 1; k < (n+1)/2; k++ {
		re, im := spectrum[k], spectrum[n-k]
		power[k] = re*re + im*im
	}
}

// power4 is merge4 of one block, squared.
func (s *pass) power4(power, x []float32) {
	const h = 0.70710678118654752440 // cos(pi/4)
	m := s.m
	a, c, b, d := x[0], x[2*m], x[m], x[3*m]
	even, odd := a+c+(b+d), a+c-(b+d)
	power[0], power[m], power[2*m] = even*even, (a-c)*(a-c)+(d-b)*(d-b), odd*odd
	if m%2 == 0 {
		at := m / 2
		a, b, c, d := x[at], x[m+at], x[2*m+at], x[3*m+at]
		p, q := (b-d)*h, (b+d)*h
		power[at], power[m+at] = (a+p)*(a+p)+(c+q)*(c+q), (a-p)*(a-p)+(c-q)*(c-q)
	}
	if len(s.four) > 0 {
		s.powerTurn4(power, x[:4*m])
	}
}

// powerTurn4 is turn4, squared.
func (s *pass) powerTurn4(power, x []float32) {
	m, four := s.m, s.four
	n := len(four)
	r0, r1, r2, r3 := x[1:][:n], x[m+1:][:n], x[2*m+1:][:n], x[3*m+1:][:n] // rising with k
	f0, f1, f2, f3 := x[m-n:][:n], x[2*m-n:][:n], x[3*m-n:][:n], x[4*m-n:][:n]
	p0, p1, p2, p3 := power[1:][:n], power[m-n:][:n], power[m+1:][:n], power[2*m-n:][:n]
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
		er, ei := r0[i]+re2, f0[j]+im2
		or, oi := r0[i]-re2, f0[j]-im2
		p0[i] = (er+pr)*(er+pr) + (ei+pi)*(ei+pi)
		p3[j] = (er-pr)*(er-pr) + (ei-pi)*(ei-pi)
		p2[i] = (or+di)*(or+di) + (oi-dr)*(oi-dr)
		p1[j] = (or-di)*(or-di) + (oi+dr)*(oi+dr)
	}
}
