package picture

// tap is a share that one source position has in one position of the result.
type tap struct {
	to     int
	weight float32
}

// axis says, for every source position of one direction, where it goes and with what weight. The weights that meet in
// one position of the result sum to 1.
type axis [][]tap

// newAxis maps source positions first to first+length onto n positions.
func newAxis(source, first, length, n int) axis {
	a := make(axis, source)
	scale := float64(length) / float64(n)
	for to := range n {
		if length >= n {
			a.area(to, first, float64(to)*scale, float64(to+1)*scale, length)
		} else {
			a.linear(to, first, (float64(to)+0.5)*scale-0.5, length)
		}
	}
	return a
}

// area lets every source position take part by how much of it lies between from and until.
func (a axis) area(to, first int, from, until float64, length int) {
	for i := int(from); i < length && float64(i) < until; i++ {
		share := min(until, float64(i+1)) - max(from, float64(i))
		if share > 1e-9 {
			a[first+i] = append(a[first+i], tap{to, float32(share / (until - from))})
		}
	}
}

// linear lets the two neighbours of a point between source centres take part; at the edges the outermost stands alone.
func (a axis) linear(to, first int, at float64, length int) {
	at = min(max(at, 0), float64(length-1))
	i := int(at)
	part := float32(at - float64(i))
	a[first+i] = append(a[first+i], tap{to, 1 - part})
	if part > 0 {
		a[first+i+1] = append(a[first+i+1], tap{to, part})
	}
}

// span is the part of a frame that the picture shows: all of it, or the largest part in the middle that has the
// picture's own proportions.
func span(width, height, toWidth, toHeight int, crop bool) (x, y, w, h int) {
	w, h = width, height
	if crop {
		if width*toHeight > height*toWidth {
			w = max(height*toWidth/toHeight, 1)
		} else {
			h = max(width*toHeight/toWidth, 1)
		}
	}
	return (width - w) / 2, (height - h) / 2, w, h
}
