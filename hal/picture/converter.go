package picture

import (
	"fmt"

	"github.com/dunlin-iot/dunlin/hal"
)

// Config of a Converter. Frame and Picture are required.
type Config struct {
	Frame   Frame
	Picture hal.Picture
	Crop    bool // keep the proportions by cutting the sides off; false squeezes the whole frame into the picture
}

// Converter makes pictures of one form from frames of one form. It belongs to one goroutine and does not allocate,
// JPEG apart.
type Converter struct {
	cfg    Config
	x, y   axis
	points []float32 // one row of the frame
	narrow []float32 // the same row, at the picture's width
	unpack func(c *Converter, frame []byte, row int)
	jpeg   *decoder // nil for raw frames
}

// NewConverter makes a converter. The error names what is impossible.
func NewConverter(cfg Config) (*Converter, error) {
	if err := cfg.Frame.Check(); err != nil {
		return nil, err
	}
	if err := CheckPicture(cfg.Picture); err != nil {
		return nil, err
	}
	f, p := cfg.Frame, cfg.Picture
	cfg.Frame.Full = f.Full || f.Format == JPEG // JFIF 1.02: all 256 levels
	x, y, w, h := span(f.Width, f.Height, p.Width, p.Height, cfg.Crop)
	c := &Converter{
		cfg: cfg, x: newAxis(f.Width, x, w, p.Width), y: newAxis(f.Height, y, h, p.Height),
		points: make([]float32, f.Width*p.Depth), narrow: make([]float32, p.Width*p.Depth),
	}
	c.unpack = unpackers[f.Format][p.Depth == 3]
	if f.Format == JPEG {
		d, err := newDecoder(f)
		if err != nil {
			return nil, err
		}
		c.jpeg = d
	}
	return c, nil
}

// Convert writes the picture of one frame into dst, which has Picture.Values() values.
func (c *Converter) Convert(dst []float32, frame []byte) error {
	if len(dst) != c.cfg.Picture.Values() {
		return fmt.Errorf("convert frame: room for %d values, a picture has %d", len(dst), c.cfg.Picture.Values())
	}
	if least := c.cfg.Frame.least(); len(frame) < least {
		return fmt.Errorf("convert %v frame: %d bytes, want %d", c.cfg.Frame.Format, len(frame), least)
	}
	if c.jpeg != nil {
		if err := c.jpeg.decode(frame); err != nil {
			return fmt.Errorf("convert mjpeg frame: %w", err)
		}
	}
	clear(dst)
	for row, taps := range c.y {
		if len(taps) == 0 {
			continue // cut off
		}
		c.unpack(c, frame, row)
		c.squeeze()
		for _, t := range taps {
			into(dst[t.to*len(c.narrow):], c.narrow, t.weight)
		}
	}
	return nil
}

// squeeze brings a row to the picture's width.
func (c *Converter) squeeze() {
	clear(c.narrow)
	if c.cfg.Picture.Depth == 1 {
		for i, taps := range c.x {
			v := c.points[i]
			for _, t := range taps {
				c.narrow[t.to] += v * t.weight
			}
		}
		return
	}
	for i, taps := range c.x {
		r, g, b := c.points[3*i], c.points[3*i+1], c.points[3*i+2]
		for _, t := range taps {
			c.narrow[3*t.to] += r * t.weight
			c.narrow[3*t.to+1] += g * t.weight
			c.narrow[3*t.to+2] += b * t.weight
		}
	}
}

func into(dst, row []float32, weight float32) {
	dst = dst[:len(row)]
	for i, v := range row {
		dst[i] += v * weight
	}
}
