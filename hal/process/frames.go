package process

import (
	"errors"
	"io"
	"os"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/picture"
)

// frames turns a program's output into pictures: frames of one size, one after the other, without anything between.
type frames struct {
	src     *Source
	emit    func(hal.Block)
	convert *picture.Converter
	watch   *picture.Watch
	raw     []byte
	block   hal.Block
	begun   bool
	last    time.Duration // when the newest frame was complete
	frozen  time.Duration // when the first frozen one of a row was; zero for none
}

// patience is how long a camera may stay frozen before its program is ended and started anew.
const patience = 5 * time.Second

func newFrames(s *Source, emit func(hal.Block)) (*frames, error) {
	cfg := *s.cfg.Frames
	c, err := picture.NewConverter(cfg)
	if err == nil && cfg.Frame.Format == picture.JPEG {
		err = errors.New("mjpeg frames differ in length: let the program write grey, yuyv, rgb or i420")
	}
	if err != nil {
		return nil, err
	}
	n := cfg.Picture.Values()
	return &frames{
		src: s, emit: emit, convert: c, watch: s.watch, raw: make([]byte, cfg.Frame.Bytes()),
		block: hal.Block{Channels: n, Period: s.cfg.Rate.Period(), Values: make([]float32, n)},
	}, nil
}

// Read takes in frames until the output ends. A last one that is not whole is not used.
func (f *frames) Read(in io.Reader) error {
	for {
		_, err := io.ReadFull(in, f.raw)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, os.ErrDeadlineExceeded):
			return nil
		case err != nil:
			return err
		}
		if err := f.frame(f.src.cfg.Clock.Boot()); err != nil {
			return err
		}
	}
}

// Close has nothing left to tell.
func (f *frames) Close() {}

// frame passes one frame on; now is when it was complete. An error says that the camera stays frozen.
func (f *frames) frame(now time.Duration) error {
	silent := f.begun && f.block.Period > 0 && now-f.last > time.Second+10*f.block.Period
	f.begun, f.last = true, now
	if v, why := f.watch.Frame(now, f.raw); v == judge.Useless {
		f.src.pulse.Skip(1)
		f.src.pulse.Mood(why)
		if f.frozen == 0 {
			f.frozen = now
		}
		if now-f.frozen > patience {
			return errors.New(why)
		}
		return nil
	}
	f.frozen = 0
	if err := f.convert.Convert(f.block.Values, f.raw); err != nil {
		f.src.pulse.Skip(1)
		f.src.pulse.Mood(err.Error())
		return nil
	}
	_, why := f.watch.Picture(f.block.Values)
	f.block.At, f.block.Discont = max(now, f.block.At+1), silent
	f.src.pulse.Emit(f.emit, f.block)
	f.src.pulse.Mood(why)
	return nil
}
