package steps

// realFFT is the discrete Fourier transform of n real values, in place, in float32. The spectrum stands as n reals: the
// real part of X[k] at k, its imaginary part at n-k, for k from 0 to n/2; X[0] and, of even n, X[n/2] are real. Every
// pass merges p transforms of m values into one of p m: decimation in time. It reads and writes the same 2 p places
// for each k: k and m-k of each part. That is the real-valued split of Sorensen, Jones, Heideman and Burrus, "Real-valued
// fast Fourier transform algorithms", IEEE Trans. ASSP 35 (1987), here for any factor.
type realFFT struct {
	n       int
	first   int     // factor of the first pass
	blocks  []int32 // output position of the first pass's block that begins with this input; the others follow n/first apart
	window  []float32
	window4 [][4]float32 // by block, when that is first
	window8 [][8]float32
	passes  []pass // without the first
	other   *anyFactor
}

// pass merges p parts of m values. turns are exp(-2 pi i j k / (p m)) for k from 1 to below m/2 and j from 1 to p-1.
type pass struct {
	p, m  int
	two   []turn1
	four  []turn3
	other *anyFactor
}

type turn1 struct{ c1, s1 float32 }
type turn3 struct{ c1, s1, c2, s2, c3, s3 float32 }

// newRealFFT prepares transforms of values that are multiplied by those of window first.
func newRealFFT(window []float32) *realFFT {
	n := len(window)
	list, _ := factors(n)
	f := &realFFT{n: n, first: 1}
	if len(list) > 0 {
		f.first = list[0]
	}
	f.blocks = make([]int32, n/f.first)
	for i := range f.blocks {
		at, m, rest := 0, n, i // digits reversed
		for k := len(list) - 1; k > 0; k-- {
			p := list[k]
			m /= p
			at += rest % p * m
			rest /= p
		}
		f.blocks[i] = int32(at)
	}
	f.setWindow(window)
	if f.first%2 == 1 {
		f.other = newAnyFactor(f.first, 1, nil)
	}
	m := f.first
	for k := 1; k < len(list); k++ {
		f.passes = append(f.passes, newPass(list[k], m))
		m *= list[k]
	}
	return f
}

// setWindow lays the window out as the first pass reads it.
func (f *realFFT) setWindow(window []float32) {
	f.window = window
	q := f.n / f.first
	for i := range q {
		switch f.first {
		case 4:
			f.window4 = append(f.window4, [4]float32{window[i], window[q+i], window[2*q+i], window[3*q+i]})
		case 8:
			var w [8]float32
			for j := range w {
				w[j] = window[j*q+i]
			}
			f.window8 = append(f.window8, w)
		}
	}
}

func newPass(p, m int) pass {
	s := pass{p: p, m: m}
	at := func(j, k int) (float32, float32) {
		re, im := turn(j*k, p*m)
		return float32(re), float32(im)
	}
	switch p {
	case 2:
		s.two = make([]turn1, (m-1)/2)
		for i := range s.two {
			s.two[i].c1, s.two[i].s1 = at(1, i+1)
		}
	case 4:
		s.four = make([]turn3, (m-1)/2)
		for i := range s.four {
			t := &s.four[i]
			t.c1, t.s1 = at(1, i+1)
			t.c2, t.s2 = at(2, i+1)
			t.c3, t.s3 = at(3, i+1)
		}
	default:
		s.other = newAnyFactor(p, m, at)
	}
	return s
}

// run transforms in, which stays as it is, into out. Both are n long.
func (f *realFFT) run(out, in []float32) {
	f.begin(out, in)
	f.merge(out, f.passes)
}

// begin is the first pass.
func (f *realFFT) begin(out, in []float32) {
	switch f.first {
	case 8:
		f.begin8(out, in)
	case 4:
		f.begin4(out, in)
	default:
		f.beginAny(out, in)
	}
}

func (f *realFFT) merge(out []float32, passes []pass) {
	for i := range passes {
		s := &passes[i]
		switch s.p {
		case 2:
			for x := out; len(x) > 0; x = x[2*s.m:] {
				s.merge2(x[:2*s.m])
			}
		case 4:
			s.merge4(out)
		default:
			for x := out; len(x) > 0; x = x[s.p*s.m:] {
				s.other.merge(x[:s.p*s.m])
			}
		}
	}
}

// The first pass gathers its blocks and transforms them: they hold single values, so nothing turns.

func (f *realFFT) begin4(out, in []float32) {
	windows := f.window4
	q := len(windows)
	x0, x1, x2, x3, blocks := in[:q], in[q:][:q], in[2*q:][:q], in[3*q:][:q], f.blocks[:q]
	for i := range windows {
		w := &windows[i]
		a, c := x0[i]*w[0], x2[i]*w[2]
		e, g := x1[i]*w[1], x3[i]*w[3]
		x := (*[4]float32)(out[blocks[i]:])
		x[0], x[1], x[2], x[3] = a+c+(e+g), a-c, a+c-(e+g), g-e
	}
}

func (f *realFFT) begin8(out, in []float32) {
	const h = 0.70710678118654752440 // cos(pi/4)
	windows := f.window8
	q := len(windows)
	x0, x1, x2, x3, x4, x5, x6, x7 := in[:q], in[q:][:q], in[2*q:][:q], in[3*q:][:q], in[4*q:][:q], in[5*q:][:q], in[6*q:][:q], in[7*q:][:q]
	blocks := f.blocks[:q]
	for i := range windows {
		w := &windows[i]
		a0, b0 := x0[i]*w[0], x4[i]*w[4]
		a2, b2 := x2[i]*w[2], x6[i]*w[6]
		a0, b0 = a0+b0, a0-b0
		a2, b2 = a2+b2, a2-b2
		a1, b1 := x1[i]*w[1], x5[i]*w[5]
		a3, b3 := x3[i]*w[3], x7[i]*w[7]
		a1, b1 = a1+b1, a1-b1
		a3, b3 = a3+b3, a3-b3
		x := (*[8]float32)(out[blocks[i]:])
		x[2], x[6] = a0-a2, a3-a1
		a0, a1 = a0+a2, a1+a3
		x[0], x[4] = a0+a1, a0-a1
		b1, b3 = (b1-b3)*h, (b1+b3)*h
		x[1], x[7] = b0+b1, -(b2 + b3)
		x[3], x[5] = b0-b1, b2-b3
	}
}

func (f *realFFT) beginAny(out, in []float32) {
	p, q := f.first, f.n/f.first
	for i, block := range f.blocks {
		x := out[block:][:p]
		for j := range x {
			at := i + j*q
			x[j] = in[at] * f.window[at]
		}
		switch p {
		case 1:
		case 2:
			x[0], x[1] = x[0]+x[1], x[0]-x[1]
		default:
			f.other.mergeFirst(x)
		}
	}
}
