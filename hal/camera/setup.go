package camera

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/picture"
)

// route is the way round for cameras that only libcamera understands.
const route = "read it with the process driver: rpicam-vid (or GStreamer) writes frames of format yuv420 to its standard output"

// setup is what a camera was set to.
type setup struct {
	frame   picture.Frame
	bytes   int           // of the largest frame
	period  time.Duration // between frames; zero when the driver does not tell
	buffers [][]byte
	layout  bufferLayout
}

// check refuses what is no camera that could be read.
func (d *device) check(cfg *Config) (offered []uint32, err error) {
	c, err := d.capability()
	if err != nil {
		return nil, err
	}
	switch {
	case !c.camera():
		return nil, &hal.AbsentError{What: "camera " + d.where, Err: fmt.Errorf("%s (driver %s) is no camera", c.card, c.driver), Fix: "name another device: dunlin sources ls lists them"}
	case c.caps&capCapture == 0 || c.caps&capStreaming == 0:
		return nil, &hal.AbsentError{What: "frames of " + d.where, Err: fmt.Errorf("driver %s gives them in a form for libcamera only", c.driver), Fix: route}
	}
	offered, err = d.formats()
	if err != nil {
		return nil, err
	}
	for _, k := range known {
		for _, o := range offered {
			if o == k.code {
				return offered, nil
			}
		}
	}
	var names []string
	for _, o := range offered {
		names = append(names, fourCC(o))
	}
	return nil, &hal.AbsentError{
		What: "frames of " + d.where,
		Err:  fmt.Errorf("driver %s offers %s, none of GREY, YUYV, YU12, RGB3, MJPG, JPEG", c.driver, strings.Join(names, ", ")), Fix: route,
	}
}

// setUp finds the best mode for cfg and makes the camera take it.
func (d *device) setUp(cfg *Config) (setup, error) {
	offered, err := d.check(cfg)
	if err != nil {
		return setup{}, err
	}
	modes := d.modes(cfg, offered)
	if len(modes) == 0 {
		return setup{}, &hal.AbsentError{
			What: fmt.Sprintf("format or size of frames of %s", d.where), Err: errors.New("the camera offers " + d.sizesText(offered)),
			Fix: "set format, width and height of the source to what it offers, or leave them out",
		}
	}
	s, err := d.setFormat(modes[0])
	if err != nil {
		return setup{}, err
	}
	s.period = d.setRate(cfg.Rate)
	return s, d.buffers(&s)
}

func (d *device) setFormat(m mode) (setup, error) {
	b := make([]byte, d.l.formatSize)
	order.PutUint32(b, typeCapture)
	pix := b[d.l.pix:]
	order.PutUint32(pix, uint32(m.width))
	order.PutUint32(pix[4:], uint32(m.height))
	order.PutUint32(pix[8:], m.code)
	order.PutUint32(pix[12:], fieldNone)
	order.PutUint32(pix[28:], privMagic)
	err := d.Ioctl(request(dirBoth, d.l.formatSize, numberSetFormat), b)
	if errors.Is(err, syscall.EBUSY) {
		return setup{}, d.busy(err)
	}
	if err != nil {
		return setup{}, fmt.Errorf("set format of %s: %w", d.where, err)
	}
	if got := order.Uint32(pix[8:]); got != m.code {
		return setup{}, fmt.Errorf("set format of %s: the driver offers %s and gives %s", d.where, fourCC(m.code), fourCC(got))
	}
	colours, quantisation := order.Uint32(pix[24:]), order.Uint32(pix[40:])
	if order.Uint32(pix[28:]) != privMagic {
		quantisation = 0
	}
	s := setup{bytes: int(order.Uint32(pix[20:])), frame: picture.Frame{
		Format: m.format, Width: int(order.Uint32(pix)), Height: int(order.Uint32(pix[4:])),
		Full: quantisation == fullRange || quantisation == 0 && colours == colorJPEG,
	}}
	if m.format != picture.JPEG {
		s.frame.Stride = int(order.Uint32(pix[16:]))
	}
	if err := s.frame.Check(); err != nil {
		return setup{}, fmt.Errorf("set format of %s: the driver chose a %w", d.where, err)
	}
	return s, nil
}

func (d *device) busy(err error) error {
	return &hal.AbsentError{What: "camera " + d.where, Err: err, Fix: "end the program that uses it: sudo fuser -v " + d.where + " names it"}
}

// setRate asks for a rate, or only how fast the camera is, and returns the time between two frames. Cameras may refuse
// both: then they come as they come.
func (d *device) setRate(want hal.Hertz) time.Duration {
	b := make([]byte, parmSize)
	order.PutUint32(b, typeCapture)
	get, set := request(dirBoth, parmSize, numberGetParm), request(dirBoth, parmSize, numberSetParm)
	if d.Ioctl(get, b) != nil {
		return 0
	}
	if want > 0 && order.Uint32(b[4:])&perFrame != 0 {
		order.PutUint32(b[12:], 1000)
		order.PutUint32(b[16:], uint32(want*1000+0.5))
		if d.Ioctl(set, b) != nil && d.Ioctl(get, b) != nil {
			return 0
		}
	}
	num, den := order.Uint32(b[12:]), order.Uint32(b[16:])
	if num == 0 || den == 0 {
		return 0
	}
	return time.Duration(float64(num) / float64(den) * float64(time.Second))
}

// inFlight is how many buffers the camera may fill while one is looked at.
const inFlight = 4

// buffers maps the camera's buffers and hands them to it.
func (d *device) buffers(s *setup) error {
	b := make([]byte, reqBufsSize)
	order.PutUint32(b, inFlight)
	order.PutUint32(b[4:], typeCapture)
	order.PutUint32(b[8:], memoryMap)
	err := d.Ioctl(request(dirBoth, reqBufsSize, numberReqBufs), b)
	if errors.Is(err, syscall.EBUSY) {
		return d.busy(err)
	}
	if err != nil {
		return fmt.Errorf("ask %s for buffers: %w", d.where, err)
	}
	n := order.Uint32(b)
	if n < 2 || n > 32 {
		return fmt.Errorf("ask %s for buffers: %d were given", d.where, n)
	}
	for i := range n {
		if err := d.buffer(s, i); err != nil {
			return fmt.Errorf("set up buffer %d of %s: %w", i, d.where, err)
		}
	}
	return nil
}

func (d *device) buffer(s *setup, i uint32) error {
	b, err := d.query(s, i)
	if err != nil {
		return err
	}
	length := order.Uint32(b[s.layout.length:])
	if length == 0 || length > 64<<20 {
		return fmt.Errorf("length of %d bytes", length)
	}
	m, err := d.Map(int64(order.Uint32(b[s.layout.offset:])), int(length))
	if err != nil {
		return err
	}
	s.buffers = append(s.buffers, m)
	return d.queue(s, i)
}

// query asks for a buffer's place, in the form of the structure that this kernel takes.
func (d *device) query(s *setup, i uint32) (b []byte, err error) {
	forms := d.l.buffers
	if s.layout.size != 0 {
		forms = []bufferLayout{s.layout}
	}
	for _, l := range forms {
		b = make([]byte, l.size)
		l.fill(b, i)
		err = d.Ioctl(request(dirBoth, l.size, numberQueryBuf), b)
		if !errors.Is(err, syscall.ENOTTY) {
			s.layout = l
			return b, err
		}
	}
	return nil, err
}

func (d *device) queue(s *setup, i uint32) error {
	b := make([]byte, s.layout.size)
	s.layout.fill(b, i)
	return d.Ioctl(request(dirBoth, s.layout.size, numberQueue), b)
}

func (d *device) stream(on bool) error {
	b := make([]byte, 4)
	order.PutUint32(b, typeCapture)
	number := uint32(numberStreamOff)
	if on {
		number = numberStreamOn
	}
	return d.Ioctl(request(dirWrite, 4, number), b)
}
