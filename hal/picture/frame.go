package picture

import (
	"fmt"

	"github.com/dunlin-iot/dunlin/hal"
)

// Bounds of a frame: an edge device has no camera beyond them, and nothing larger is ever allocated.
const (
	MaxSide   = 8192
	MaxPoints = 1 << 24
)

// Format is how the points of a frame lie in its bytes.
type Format uint8

const (
	Grey Format = iota // 8 bits of luminance
	YUYV               // 4:2:2, packed: Y U Y V for two points
	RGB                // 8 bits each of red, green, blue
	I420               // 4:2:0, planar: all Y, then U, then V, each at a quarter; "yuv420" of rpicam-vid and ffmpeg
	JPEG               // one JPEG picture, of a camera's MJPEG stream
)

var formatNames = [...]string{"grey", "yuyv", "rgb", "i420", "mjpeg"}

func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return fmt.Sprintf("format(%d)", uint8(f))
}

// ParseFormat reads the name of a format: grey, yuyv, rgb, i420 (or yuv420), mjpeg.
func ParseFormat(s string) (Format, error) {
	if s == "yuv420" {
		return I420, nil
	}
	for i, name := range formatNames {
		if s == name {
			return Format(i), nil
		}
	}
	return 0, fmt.Errorf("unknown format %q; there are grey, yuyv, rgb, i420 and mjpeg", s)
}

// Frame is the form of the frames that come in.
type Frame struct {
	Format        Format
	Width, Height int
	Stride        int  // bytes from one row to the next; zero means that rows follow one another without a gap
	Full          bool // luminance of YUYV and I420 uses 0 to 255 (JPEG range), not 16 to 235 (video range, BT.601)
}

// Check says what is impossible.
func (f Frame) Check() error {
	switch {
	case int(f.Format) >= len(formatNames):
		return fmt.Errorf("frame of unknown %v", f.Format)
	case f.Width < 1 || f.Height < 1 || f.Width > MaxSide || f.Height > MaxSide || f.Width*f.Height > MaxPoints:
		return fmt.Errorf("frame of %dx%d points: want 1 to %d each way and %d in all", f.Width, f.Height, MaxSide, MaxPoints)
	case f.Format == YUYV && f.Width%2 != 0, f.Format == I420 && (f.Width%2 != 0 || f.Height%2 != 0):
		return fmt.Errorf("%v frame of %dx%d points: want even numbers", f.Format, f.Width, f.Height)
	case f.Stride != 0 && (f.Stride < f.row() || f.Stride > 16*MaxSide || f.Format == I420 && f.Stride%2 != 0):
		return fmt.Errorf("stride of %d bytes for rows of %d", f.Stride, f.row())
	}
	return nil
}

// row is the length of a row's own bytes.
func (f Frame) row() int {
	switch f.Format {
	case YUYV:
		return 2 * f.Width
	case RGB:
		return 3 * f.Width
	}
	return f.Width
}

func (f Frame) stride() int { return max(f.Stride, f.row()) }

// Bytes is the length of a raw frame; a JPEG's is its own affair, this is the most that is taken of one.
func (f Frame) Bytes() int {
	switch n := f.stride() * f.Height; f.Format {
	case I420:
		return n + n/2
	case JPEG:
		return 3*n + 64<<10
	default:
		return n
	}
}

// least is the shortest frame that is complete: the padding after the last row may be missing.
func (f Frame) least() int {
	switch f.Format {
	case I420:
		return f.Bytes() - f.stride()/2 + f.Width/2
	case JPEG:
		return 1
	}
	return f.stride()*(f.Height-1) + f.row()
}

// CheckPicture says why a picture of this form cannot be made.
func CheckPicture(p hal.Picture) error {
	if p.Depth != 1 && p.Depth != 3 {
		return fmt.Errorf("picture %v: depth of %d, want 1 (grey) or 3 (red, green, blue)", p, p.Depth)
	}
	if p.Width < 1 || p.Height < 1 || p.Width > MaxSide || p.Height > MaxSide || p.Width*p.Height > MaxPoints/p.Depth {
		return fmt.Errorf("picture %v: want 1 to %d points each way and %d values in all", p, MaxSide, MaxPoints)
	}
	return nil
}
