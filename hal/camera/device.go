package camera

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/picture"
)

// device is an open camera.
type device struct {
	File
	l     layout
	where string
}

// capability is what VIDIOC_QUERYCAP says.
type capability struct {
	driver, card string
	caps         uint32
}

func (d *device) capability() (capability, error) {
	b := make([]byte, capSize)
	if err := d.Ioctl(request(dirRead, capSize, numberQueryCap), b); err != nil {
		return capability{}, fmt.Errorf("ask %s what it is: %w", d.where, err)
	}
	c := capability{driver: text(b[:16]), card: text(b[16:48]), caps: order.Uint32(b[84:])}
	if c.caps&capDeviceCaps != 0 {
		c.caps = order.Uint32(b[88:]) // of this file alone
	}
	return c, nil
}

// camera reports whether pictures come out of it that no program has put in.
func (c capability) camera() bool {
	return c.caps&(capCapture|capCapturePlane) != 0 && c.caps&(capM2M|capM2MPlane) == 0
}

// most bounds what a driver may enumerate.
const most = 64

// formats are the pixel formats that the camera has.
func (d *device) formats() (all []uint32, err error) {
	b := make([]byte, formatDescSize)
	for i := range uint32(most) {
		clear(b)
		order.PutUint32(b, i)
		order.PutUint32(b[4:], typeCapture)
		err := d.Ioctl(request(dirBoth, formatDescSize, numberEnumFormat), b)
		if errors.Is(err, syscall.EINVAL) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("ask %s for its formats: %w", d.where, err)
		}
		all = append(all, order.Uint32(b[44:]))
	}
	return all, nil
}

// size is one size of frames, or a span of sizes.
type size struct {
	width, height         int // the smallest
	maxWidth, maxHeight   int
	stepWidth, stepHeight int
}

// sizes are those of one format; none when the driver does not tell.
func (d *device) sizes(code uint32) (all []size) {
	b := make([]byte, sizeEnumSize)
	at := func(i int) int { return int(order.Uint32(b[12+4*i:])) }
	for i := range uint32(most) {
		clear(b)
		order.PutUint32(b, i)
		order.PutUint32(b[4:], code)
		if d.Ioctl(request(dirBoth, sizeEnumSize, numberEnumSizes), b) != nil {
			return all
		}
		if order.Uint32(b[8:]) == sizesDiscrete {
			all = append(all, size{at(0), at(1), at(0), at(1), 1, 1})
			continue
		}
		return append(all, size{at(0), at(3), at(1), at(4), max(at(2), 1), max(at(5), 1)})
	}
	return all
}

// nearest is the smallest size of a span that covers width and height, or its largest.
func (s size) nearest(width, height int) (int, int) {
	return step(s.width, s.maxWidth, s.stepWidth, width), step(s.height, s.maxHeight, s.stepHeight, height)
}

func step(low, high, step, want int) int {
	if want <= low {
		return low
	}
	return min(low+(want-low+step-1)/step*step, high)
}

func (s size) String() string {
	if s.width == s.maxWidth && s.height == s.maxHeight {
		return fmt.Sprintf("%dx%d", s.width, s.height)
	}
	return fmt.Sprintf("%dx%d to %dx%d", s.width, s.height, s.maxWidth, s.maxHeight)
}

// known are the formats that this package reads.
var known = []struct {
	code   uint32
	format picture.Format
}{
	{codeOf("GREY"), picture.Grey}, {codeOf("YUYV"), picture.YUYV}, {codeOf("YU12"), picture.I420},
	{codeOf("RGB3"), picture.RGB}, {codeOf("MJPG"), picture.JPEG}, {codeOf("JPEG"), picture.JPEG},
}

// mode is a way to run the camera.
type mode struct {
	code          uint32
	format        picture.Format
	width, height int
}

// covers reports whether the frame has no fewer points than the picture, either way.
func (m mode) covers(p hal.Picture) bool { return m.width >= p.Width && m.height >= p.Height }

// modes are those of the camera, the best first: frames that cover the picture, of the format that costs least to turn
// into it, as small as possible.
func (d *device) modes(cfg *Config, offered []uint32) (all []mode) {
	for _, k := range known {
		if !slices.Contains(offered, k.code) || cfg.Formats != nil && !slices.Contains(cfg.Formats, k.format) {
			continue
		}
		width, height := max(cfg.Width, cfg.Picture.Width), max(cfg.Height, cfg.Picture.Height)
		if cfg.Width > 0 {
			width, height = cfg.Width, cfg.Height
		}
		sizes := d.sizes(k.code)
		if sizes == nil { // the driver will say what it makes of this
			all = append(all, mode{k.code, k.format, max(width, 640), max(height, 480)})
		}
		for _, s := range sizes {
			w, h := s.nearest(width, height)
			if cfg.Width == 0 || w == cfg.Width && h == cfg.Height {
				all = append(all, mode{k.code, k.format, w, h})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b mode) int { return rank(a, cfg.Picture) - rank(b, cfg.Picture) })
	return all
}

// rank orders modes: less is better.
func rank(m mode, p hal.Picture) int {
	cost := [...]int{picture.Grey: 0, picture.YUYV: 1, picture.I420: 1, picture.RGB: 2, picture.JPEG: 3}[m.format]
	points := min(m.width*m.height, 1<<26)
	switch {
	case p.Depth == 3 && m.format == picture.Grey:
		cost = 4 // colours that are none
	case !m.covers(p):
		return 1<<30 + cost<<26/4 - points/4 // the largest of what is too small
	}
	return cost<<26 + points
}

// sizesText says what formats and sizes there are for people.
func (d *device) sizesText(offered []uint32) string {
	var all []string
	for _, k := range known {
		if slices.Contains(offered, k.code) {
			for _, s := range d.sizes(k.code) {
				all = append(all, fmt.Sprintf("%s %v", k.format, s))
			}
		}
	}
	return strings.Join(slices.Compact(all), ", ")
}
