package audio

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// setup is what a device was set to.
type setup struct {
	format   Format
	channels int
	rate     int
	period   int // frames after which the kernel wakes us
	buffer   int // frames that the kernel keeps
}

// frame is the bytes of one value of every channel.
func (s setup) frame() int { return formats[s.format].bytes * s.channels }

// rates that hardware commonly has; asked for when the wanted one is refused.
var rates = [...]uint32{8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000}

const mostChannels = 32

// device is an open PCM with its layout.
type device struct {
	PCM
	l      layout
	where  string
	status []byte
}

func (d *device) refine(p hwParams) error { return d.Ioctl(d.hw(numberRefine), p) }

func (d *device) hw(number uint32) uint32 {
	return request(dirRead|dirWrite, d.l.hwSize, number)
}

// setUp finds a configuration that is what cfg wants and makes the device take it.
func (d *device) setUp(cfg *Config) (setup, error) {
	p := anything(d.l)
	p.only(maskAccess, accessInterleaved)
	p.only(maskSubformat, 0)
	if err := d.refine(p); err != nil {
		return setup{}, fmt.Errorf("ask %s what it can do: %w", d.where, err)
	}
	s := setup{channels: cfg.Channels, rate: int(cfg.Rate + 0.5)}
	var err error
	if s.format, err = d.chooseFormat(p, cfg.Format); err != nil {
		return s, err
	}
	p.only(maskFormat, formats[s.format].number)
	if err := d.narrow(p, channelsOf, s.channels); err != nil {
		return s, d.refuse(err, fmt.Sprintf("%d channels of %s", s.channels, d.where), "channels", d.offered(p, channelsOf, 1, mostChannels))
	}
	if err := d.narrow(p, rateOf, s.rate); err != nil {
		return s, d.refuse(err, fmt.Sprintf("rate %d Hz of %s", s.rate, d.where), "rate", d.offeredRates(p))
	}
	return s, d.apply(p, cfg.Period, &s)
}

// chooseFormat takes the wanted format, or the first that there is.
func (d *device) chooseFormat(p hwParams, want Format) (Format, error) {
	var offered []string
	for f := S16LE; f <= S243LE; f++ {
		if !p.has(maskFormat, formats[f].number) {
			continue
		}
		if want == f || want == Auto {
			return f, nil
		}
		offered = append(offered, f.String())
	}
	if len(offered) == 0 {
		return Auto, fmt.Errorf("set up %s: it gives none of the formats S16_LE, S32_LE, S24_LE and S24_3LE", d.where)
	}
	return Auto, d.refuse(syscall.EINVAL, fmt.Sprintf("format %v of %s", want, d.where), "format", strings.Join(offered, ", "))
}

// narrow sets a parameter to one value, if the device can do that beside what is set already.
func (d *device) narrow(p hwParams, param, value int) error {
	try := p.clone()
	try.within(param, uint32(value), uint32(value))
	if err := d.refine(try); err != nil {
		return err
	}
	copy(p, try)
	return nil
}

// refuse says what cannot be had, and what can.
func (d *device) refuse(err error, what, key, offered string) error {
	if !errors.Is(err, syscall.EINVAL) {
		return fmt.Errorf("set up %s: %w", d.where, err)
	}
	return &hal.AbsentError{What: what, Err: errors.New("the hardware offers " + offered), Fix: "set " + key + " of the source to what the hardware offers"}
}

// offered names the values from low to high that a parameter can take.
func (d *device) offered(p hwParams, param, low, high int) string {
	var all []string
	for v := low; v <= high; v++ {
		if d.narrow(p.clone(), param, v) == nil {
			all = append(all, strconv.Itoa(v))
		}
	}
	return words(all, p, param)
}

func (d *device) offeredRates(p hwParams) string {
	var all []string
	for _, r := range rates {
		if d.narrow(p.clone(), rateOf, int(r)) == nil {
			all = append(all, strconv.Itoa(int(r)))
		}
	}
	return words(all, p, rateOf)
}

// words lists values, or the span when there are too many to list or none of those that were tried.
func words(all []string, p hwParams, param int) string {
	if len(all) == 0 || len(all) == mostChannels {
		low, high := p.span(param)
		return fmt.Sprintf("%d to %d", low, high)
	}
	return strings.Join(all, ", ")
}

// apply fixes the configuration: wake-ups about every period, and room for a second or whatever comes near to it.
func (d *device) apply(p hwParams, period time.Duration, s *setup) error {
	if err := d.refine(p); err != nil {
		return fmt.Errorf("set up %s: %w", d.where, err)
	}
	wish := p.clone()
	low, high := p.span(periodFrames)
	wish.within(periodFrames, min(max(uint32(period.Seconds()*float64(s.rate)), low), high), high)
	low, high = p.span(bufferFrames)
	wish.within(bufferFrames, low, min(max(uint32(s.rate), low), high))
	err := d.Ioctl(d.hw(numberHWParams), wish)
	if errors.Is(err, syscall.EINVAL) { // then as the driver likes it
		wish = p.clone()
		err = d.Ioctl(d.hw(numberHWParams), wish)
	}
	if err != nil {
		return fmt.Errorf("set up %s: %w", d.where, err)
	}
	got, _ := wish.span(periodFrames)
	buffer, _ := wish.span(bufferFrames)
	if got == 0 || buffer < got || buffer > 1<<26 {
		return fmt.Errorf("set up %s: the driver chose periods of %d frames in a buffer of %d", d.where, got, buffer)
	}
	s.period, s.buffer = int(got), int(buffer)
	if err := d.Ioctl(request(dirRead|dirWrite, d.l.swSize, numberSWParams), swParams(d.l, got, buffer)); err != nil {
		return fmt.Errorf("set up stamps of %s: %w", d.where, err)
	}
	return nil
}

// start begins recording, also after an overrun.
func (d *device) start() error {
	if err := d.Ioctl(request(0, 0, numberPrepare), nil); err != nil {
		return fmt.Errorf("prepare %s: %w", d.where, err)
	}
	if err := d.Ioctl(request(0, 0, numberStart), nil); err != nil {
		return fmt.Errorf("start %s: %w", d.where, err)
	}
	return nil
}

func (d *device) now() (status, error) {
	clear(d.status)
	if err := d.Ioctl(request(dirRead, d.l.statusSize, numberStatus), d.status); err != nil {
		return status{}, fmt.Errorf("ask %s how it is: %w", d.where, err)
	}
	return d.l.status(d.status), nil
}
