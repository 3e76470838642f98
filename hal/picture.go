package hal

import "fmt"

// Picture is the form of a sample that is a picture: Width times Height points of Depth values each, row by row from
// the top left, 0 (dark) to 255. Depth is 1 for luminance, 3 for red, green, blue.
type Picture struct {
	Width, Height, Depth int
}

// Values is the number of values in one picture, which is what Block.Channels says for such samples.
func (p Picture) Values() int { return p.Width * p.Height * p.Depth }

// String is the form in the order that people name it: "96x96x1".
func (p Picture) String() string { return fmt.Sprintf("%dx%dx%d", p.Width, p.Height, p.Depth) }

// Pictured is a source whose samples are pictures. The zero Picture says that they are not, after all: a kind of source
// that can be set up either way. A source of pictures has no names for its values: its Channels, if any, are nil.
type Pictured interface {
	Picture() Picture
}
