package steps

import "fmt"

// MaxValues bounds the values of a window before and after every step: 16 Mi.
const MaxValues = 1 << 24

// Picture is the form of a row that is a picture: points row by row from the top left, Depth values each. Zero is none.
type Picture struct{ Height, Width, Depth int }

// Shape is the form of a window.
type Shape struct {
	Rows    int // samples, frames or pictures, the oldest first
	Columns int // values in one row
	Picture Picture
	RateHz  float64 // rows per second; zero when unknown
}

// Values is the number of values in the window.
func (s Shape) Values() int { return s.Rows * s.Columns }

func (s Shape) String() string {
	if p := s.Picture; p != (Picture{}) {
		return fmt.Sprintf("%d pictures of %d x %d x %d", s.Rows, p.Height, p.Width, p.Depth)
	}
	return fmt.Sprintf("%d x %d", s.Rows, s.Columns)
}

// channels is how many lists of values there are to treat alike: columns, or the depth of pictures.
func (s Shape) channels() int {
	if s.Picture != (Picture{}) {
		return s.Picture.Depth
	}
	return s.Columns
}

// check reports whether the window can be: at least one value, at most MaxValues, pictures that fill their rows.
func (s Shape) check() string {
	p := s.Picture
	switch {
	case s.Rows < 1 || s.Columns < 1 || s.Columns > MaxValues || s.Rows > MaxValues/s.Columns:
		return fmt.Sprintf("window of %d x %d: want 1 to %d values", s.Rows, s.Columns, MaxValues)
	case p == Picture{}:
		return ""
	case p.Height < 1 || p.Width < 1 || p.Depth < 1 || p.Height > s.Columns || p.Width > s.Columns/p.Height || p.Height*p.Width*p.Depth != s.Columns:
		return fmt.Sprintf("picture of %d x %d x %d does not fill %d columns", p.Height, p.Width, p.Depth, s.Columns)
	}
	return ""
}
