package picture

// unpackers turn one row of a frame into points, by format and by whether they are to have colours.
var unpackers = map[Format]map[bool]func(c *Converter, frame []byte, row int){
	Grey: {false: greyPoints, true: greyColours},
	YUYV: {false: yuyvPoints, true: yuyvColours},
	RGB:  {false: rgbPoints, true: rgbColours},
	I420: {false: planarPoints, true: planarColours},
	JPEG: {false: jpegPoints, true: jpegColours},
}

func (c *Converter) row(frame []byte, row int) []byte {
	at := row * c.cfg.Frame.stride()
	return frame[at : at+c.cfg.Frame.row()]
}

func greyPoints(c *Converter, frame []byte, row int) {
	for i, v := range c.row(frame, row) {
		c.points[i] = float32(v)
	}
}

func greyColours(c *Converter, frame []byte, row int) {
	for i, v := range c.row(frame, row) {
		g := float32(v)
		c.points[3*i], c.points[3*i+1], c.points[3*i+2] = g, g, g
	}
}

func yuyvPoints(c *Converter, frame []byte, row int) {
	line := c.row(frame, row)
	for i := range c.points {
		c.points[i] = c.luma(line[2*i])
	}
}

func yuyvColours(c *Converter, frame []byte, row int) {
	line := c.row(frame, row)
	for i := 0; i < len(line); i += 4 {
		two := c.points[i/4*6:][:6]
		c.colours(two[:3], line[i], line[i+1], line[i+3])
		c.colours(two[3:], line[i+2], line[i+1], line[i+3])
	}
}

func rgbPoints(c *Converter, frame []byte, row int) {
	line := c.row(frame, row)
	for i := range c.points {
		c.points[i] = lumaOf(line[3*i], line[3*i+1], line[3*i+2])
	}
}

func rgbColours(c *Converter, frame []byte, row int) {
	for i, v := range c.row(frame, row) {
		c.points[i] = float32(v)
	}
}

func planarPoints(c *Converter, frame []byte, row int) {
	for i, v := range c.row(frame, row) {
		c.points[i] = c.luma(v)
	}
}

func planarColours(c *Converter, frame []byte, row int) {
	f := c.cfg.Frame
	half := f.stride() / 2
	u := f.stride()*f.Height + row/2*half
	v := u + half*f.Height/2
	for i, y := range c.row(frame, row) {
		c.colours(c.points[3*i:3*i+3], y, frame[u+i/2], frame[v+i/2])
	}
}

// luma is the brightness of one point. ITU-R BT.601 puts black at 16 and white at 235; JPEG uses all of a byte.
func (c *Converter) luma(y byte) float32 {
	if c.cfg.Frame.Full {
		return float32(y)
	}
	return clamp((float32(y) - 16) * (255. / 219))
}

// colours are red, green and blue of one point: ITU-R BT.601-7, 2.5.1, solved for R, G and B; the video range has
// chroma from 16 to 240.
func (c *Converter) colours(rgb []float32, y, cb, cr byte) {
	l, u, v := float32(y), float32(cb)-128, float32(cr)-128
	if !c.cfg.Frame.Full {
		l, u, v = (l-16)*(255./219), u*(255./224), v*(255./224)
	}
	rgb[0] = clamp(l + 1.402*v)
	rgb[1] = clamp(l - 0.344136*u - 0.714136*v)
	rgb[2] = clamp(l + 1.772*u)
}

// lumaOf is the brightness of red, green and blue (BT.601-7, 2.5.1).
func lumaOf(r, g, b byte) float32 {
	return 0.299*float32(r) + 0.587*float32(g) + 0.114*float32(b)
}

func clamp(v float32) float32 { return min(max(v, 0), 255) }
