package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
)

// decoder reads the JPEGs of one camera.
type decoder struct {
	frame  Frame
	tables []byte // DHT segments with the tables of ITU-T T.81, annex K
	whole  []byte // a JPEG that came without tables, with them
	in     bytes.Reader
	grey   *image.Gray // the picture, if it has no colours
	ycc    *image.YCbCr
}

func newDecoder(f Frame) (*decoder, error) {
	// Cameras leave the tables of annex K out of their MJPEG streams; the encoder of image/jpeg writes no others.
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, 8, 8), image.YCbCrSubsampleRatio420), nil); err != nil {
		return nil, fmt.Errorf("make huffman tables: %w", err)
	}
	d := &decoder{frame: f}
	err := segments(b.Bytes(), func(marker byte, at, end int) {
		if marker == dht {
			d.tables = append(d.tables, b.Bytes()[at:end]...)
		}
	})
	if err != nil || len(d.tables) == 0 {
		return nil, fmt.Errorf("make huffman tables: %w", errors.Join(err, errors.New("there are none")))
	}
	return d, nil
}

// Markers of a JPEG (ITU-T T.81, table B.1).
const (
	soi = 0xd8 // start of image
	dht = 0xc4 // define Huffman tables
	sos = 0xda // start of scan
)

var errJPEG = errors.New("no jpeg")

// segments calls f for every segment up to the first scan, with the positions of its marker and its end.
func segments(data []byte, f func(marker byte, at, end int)) error {
	if len(data) < 4 || data[0] != 0xff || data[1] != soi {
		return errJPEG
	}
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xff {
			return fmt.Errorf("no marker at byte %d: %w", at, errJPEG)
		}
		marker := data[at+1]
		if marker == 0xff { // a fill byte
			at++
			continue
		}
		end := at + 2 + int(data[at+2])<<8 + int(data[at+3])
		if end > len(data) || end < at+4 {
			return fmt.Errorf("segment at byte %d is longer than the frame: %w", at, errJPEG)
		}
		f(marker, at, end)
		if marker == sos {
			return nil
		}
		at = end
	}
	return fmt.Errorf("no scan: %w", errJPEG)
}

// decode reads one JPEG. Its size is compared with the frame's before anything is allocated for it.
func (d *decoder) decode(data []byte) error {
	data, err := d.complete(data)
	if err != nil {
		return err
	}
	d.in.Reset(data)
	form, err := jpeg.DecodeConfig(&d.in)
	if err != nil {
		return err
	}
	if form.Width != d.frame.Width || form.Height != d.frame.Height {
		return fmt.Errorf("picture of %dx%d points, the camera was set to %dx%d", form.Width, form.Height, d.frame.Width, d.frame.Height)
	}
	d.in.Reset(data)
	img, err := jpeg.Decode(&d.in)
	if err != nil {
		return err
	}
	d.grey, d.ycc = nil, nil
	switch i := img.(type) {
	case *image.Gray:
		d.grey = i
	case *image.YCbCr:
		d.ycc = i
	default:
		return fmt.Errorf("picture is %T, want grey or YCbCr", img)
	}
	return nil
}

// complete puts the usual tables in front of the scan of a JPEG that has none.
func (d *decoder) complete(data []byte) ([]byte, error) {
	scan, has := 0, false
	err := segments(data, func(marker byte, at, _ int) {
		has = has || marker == dht
		scan = at
	})
	if err != nil || has {
		return data, err
	}
	d.whole = append(append(append(d.whole[:0], data[:scan]...), d.tables...), data[scan:]...)
	return d.whole, nil
}

func jpegPoints(c *Converter, _ []byte, row int) {
	var line []byte
	if g := c.jpeg.grey; g != nil {
		line = g.Pix[row*g.Stride:]
	} else {
		line = c.jpeg.ycc.Y[row*c.jpeg.ycc.YStride:]
	}
	for i := range c.points {
		c.points[i] = float32(line[i])
	}
}

func jpegColours(c *Converter, _ []byte, row int) {
	if g := c.jpeg.grey; g != nil {
		for i, v := range g.Pix[row*g.Stride:][:c.cfg.Frame.Width] {
			p := float32(v)
			c.points[3*i], c.points[3*i+1], c.points[3*i+2] = p, p, p
		}
		return
	}
	img := c.jpeg.ycc
	for i := range c.cfg.Frame.Width {
		at := img.COffset(i, row)
		c.colours(c.points[3*i:3*i+3], img.Y[img.YOffset(i, row)], img.Cb[at], img.Cr[at])
	}
}
