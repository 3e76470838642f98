package steps

import "math"

const maxSide = 8192

func resizeKind() Kind {
	return Kind{
		Name: "resize", Doc: "pictures of another size; where they shrink, every point of the old picture counts. Values are rounded to 0 to 255 before and after, as a picture file holds them",
		Reference: "PIL.Image.resize of 8 bit pictures in Pillow 13, exactly; earlier ones are up to 1 off where the height shrinks much more than the width",
		Params: []Param{
			{Name: "width_points", Type: Whole, Low: 1, High: maxSide},
			{Name: "height_points", Type: Whole, Low: 1, High: maxSide},
			{Name: "filter", Type: Text, Choices: []string{"bilinear", "box"}, Default: "bilinear"},
		},
		shape: func(a args, in Shape) (Shape, *Error) {
			if in.Picture == (Picture{}) {
				return in, &Error{Param: "step", Why: "works on pictures only"}
			}
			p := Picture{Height: a.whole("height_points"), Width: a.whole("width_points"), Depth: in.Picture.Depth}
			if p.Height*p.Width > MaxValues/p.Depth {
				return in, &Error{Param: "width_points", Why: "makes too large a picture"}
			}
			return Shape{Rows: in.Rows, Columns: p.Height * p.Width * p.Depth, Picture: p, RateHz: in.RateHz}, nil
		},
		build: func(a args, in, out Shape) Step { return newResize(in.Picture, out.Picture, a.text("filter")) },
	}
}

// resize works in whole numbers, rounding to 8 bits between its two passes, as Pillow does.
type resize struct {
	from, to     Picture
	acrossFirst  bool
	lines        []weights // by column of the new picture
	across       []weights // by line of the new picture
	source, made []uint8   // the old and the new picture
	between      []uint8   // after the first pass
}

// weights say which points count how much for one new point, in parts of weightOne.
type weights struct {
	from int
	of   []int32
}

const (
	weightBits = 22 // 8 bits of value and 22 of weight fill 30 of an int32
	weightOne  = 1 << weightBits
)

func newResize(from, to Picture, filter string) *resize {
	s := &resize{
		from: from, to: to, acrossFirst: acrossFirst(from, to),
		lines: newWeights(from.Width, to.Width, filter), across: newWeights(from.Height, to.Height, filter),
		source: make([]uint8, from.Height*from.Width*from.Depth), made: make([]uint8, to.Height*to.Width*to.Depth),
	}
	if s.acrossFirst {
		s.between = make([]uint8, to.Height*from.Width*from.Depth)
	} else {
		s.between = make([]uint8, from.Height*to.Width*from.Depth)
	}
	return s
}

// acrossFirst tells whether the pass across the lines comes first: in Pillow 13 where the height loses more than twice
// the points that the width loses. Before, the pass along the lines was always the first.
func acrossFirst(from, to Picture) bool {
	return to.Height < from.Height && from.Height-to.Height > 2*(from.Width-to.Width)
}

// newWeights lays the filter over the centre of each new point, as wide as the points of the larger side.
func newWeights(from, to int, filter string) []weights {
	ratio := float64(from) / float64(to)
	wide := max(ratio, 1)
	reach := wide
	if filter == "box" {
		reach = wide / 2
	}
	all := make([]weights, to)
	for i := range all {
		center := (float64(i) + 0.5) * ratio
		low, high := max(0, int(center-reach+0.5)), min(from, int(center+reach+0.5))
		sum, w := 0.0, make([]float64, 0, high-low)
		for k := low; k < high; k++ {
			v := filterAt(filter, (float64(k)-center+0.5)*(1/wide))
			sum, w = sum+v, append(w, v)
		}
		all[i].from = low
		for _, v := range w {
			all[i].of = append(all[i].of, int32(v/sum*weightOne+0.5))
		}
	}
	return all
}

func filterAt(filter string, x float64) float64 {
	switch {
	case filter == "bilinear":
		return max(0, 1-math.Abs(x))
	case x > -0.5 && x <= 0.5:
		return 1
	}
	return 0
}

func (s *resize) Apply(dst, src []float32) {
	for len(src) > 0 {
		s.one(dst[:len(s.made)], src[:len(s.source)])
		dst, src = dst[len(s.made):], src[len(s.source):]
	}
}

func (s *resize) one(dst, src []float32) {
	for i, x := range src {
		if x-x != 0 { // no picture: say so
			for k := range dst {
				dst[k] = float32(math.NaN())
			}
			return
		}
		s.source[i] = uint8(min(max(x, 0), 255) + 0.5)
	}
	if s.acrossFirst {
		s.runAcross(s.between, s.source, s.from.Width)
		s.runAlong(s.made, s.between)
	} else {
		s.runAlong(s.between, s.source)
		s.runAcross(s.made, s.between, s.to.Width)
	}
	for i, v := range s.made {
		dst[i] = float32(v)
	}
}

// runAlong makes every line as wide as the new picture.
func (s *resize) runAlong(dst, src []uint8) {
	depth := s.from.Depth
	old, line := s.from.Width*depth, s.to.Width*depth
	for ; len(src) > 0; src, dst = src[old:], dst[line:] {
		for x := range s.lines {
			w := &s.lines[x]
			for c := range depth {
				dst[x*depth+c] = weigh(w.of, src[w.from*depth+c:], depth)
			}
		}
	}
}

// runAcross makes as many lines, of the given width, as the new picture has.
func (s *resize) runAcross(dst, src []uint8, width int) {
	line := width * s.from.Depth
	for y := range s.across {
		w := &s.across[y]
		out := dst[y*line:][:line]
		for i := range out {
			out[i] = weigh(w.of, src[w.from*line+i:], line)
		}
	}
}

// weigh sums every step-th value. Weights are at or above zero, so only rounding can lead beyond 255.
func weigh(w []int32, v []uint8, step int) uint8 {
	sum := int32(weightOne / 2)
	for i, k := range w {
		sum += k * int32(v[i*step])
	}
	return uint8(min(sum>>weightBits, math.MaxUint8))
}
