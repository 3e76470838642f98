package iio

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/poll"
)

// Polled asks the attributes of a device at a steady rate.
type Polled struct {
	cfg   Config
	pulse *hal.Pulse // until the device has been seen once

	mu    sync.Mutex
	inner *poll.Source // from then on
}

// NewPolled makes a source. When neither the device nor the configuration tells the channels yet, they are known when
// Run has found the device.
func NewPolled(cfg Config) *Polled {
	cfg = cfg.complete()
	p := &Polled{cfg: cfg, pulse: hal.NewPulse(cfg.Clock)}
	if _, err := p.meet(); err != nil {
		cfg.Logger.Debug("device is not there yet", "device", cfg.Device, "reason", err)
		if ch := cfg.foretold(); ch != nil {
			p.inner = p.source(ch)
		}
	}
	return p
}

func (p *Polled) String() string { return p.cfg.what() + ", polled" }

// Channels are those of the device, nil while it has not been seen.
func (p *Polled) Channels() []hal.Channel {
	if s := p.known(); s != nil {
		return s.Channels()
	}
	return nil
}

// Health is how the device is now.
func (p *Polled) Health() hal.Health {
	if s := p.known(); s != nil {
		return s.Health()
	}
	return p.pulse.Health()
}

// Run polls the device until ctx is cancelled or too many reads in a row have failed.
func (p *Polled) Run(ctx context.Context, emit func(hal.Block)) error {
	s := p.known()
	if s == nil {
		p.pulse.Begin()
		if ctx.Err() != nil {
			return p.pulse.Finish(ctx, nil)
		}
		met, err := p.meet()
		if err != nil {
			return p.pulse.Finish(ctx, err)
		}
		s = met
	}
	return s.Run(ctx, emit)
}

func (p *Polled) known() *poll.Source {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inner
}

// meet finds the device for the first time.
func (p *Polled) meet() (*poll.Source, error) {
	d, err := p.cfg.find()
	if err != nil {
		return nil, err
	}
	channels, err := p.cfg.choose(d, single)
	if err != nil {
		return nil, err
	}
	s := p.source(words(channels))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inner = s
	return s, nil
}

func (p *Polled) source(channels []hal.Channel) *poll.Source {
	return poll.New(poll.Config{
		What: p.String(), Channels: channels, Every: p.cfg.Every, Clock: p.cfg.Clock, Logger: p.cfg.Logger,
		Open: func(context.Context) (poll.Chip, error) { return openPolled(p.cfg, channels) },
	})
}

// single reports a channel whose attribute holds one number.
func single(c Channel) bool { return (c.Input != "" || c.Raw != "") && c.Kind != "rot" }

// attributes are the open files of one device.
type attributes struct {
	channels []Channel
	files    []*os.File
	buf      [64]byte
}

func openPolled(cfg Config, want []hal.Channel) (poll.Chip, error) {
	d, err := cfg.find()
	if err != nil {
		return nil, err
	}
	channels, err := cfg.choose(d, single)
	if err != nil {
		return nil, err
	}
	if len(channels) != len(want) {
		return nil, fmt.Errorf("open %s: it has %d channels now, it had %d", cfg.what(), len(channels), len(want))
	}
	a := &attributes{channels: channels}
	for i, c := range channels {
		if c.Hal() != want[i] {
			return nil, errors.Join(fmt.Errorf("open %s: channel %s is %s now, it was %s", cfg.what(), c.ID, c.Name, want[i].Name), a.Close())
		}
		name := c.Input
		if name == "" {
			name = c.Raw
		}
		f, err := os.Open(filepath.Join(d.Dir, name))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open %s: %w", cfg.what(), err), a.Close())
		}
		a.files = append(a.files, f)
	}
	return a, nil
}

// Read asks the driver for each channel in turn: a read at offset 0 of an attribute is a new measurement.
func (a *attributes) Read(_ context.Context, dst []float32) error {
	for i, c := range a.channels {
		v, err := a.number(a.files[i])
		switch {
		case errors.Is(err, syscall.ENODEV):
			return &hal.AbsentError{What: "channel " + c.ID, Fix: "plug the device in again", Err: err}
		case errors.Is(err, syscall.EBUSY):
			return fmt.Errorf("read %s: the device is busy, perhaps with its buffer: use the buffered mode: %w", c.ID, err)
		case err != nil:
			return fmt.Errorf("read %s: %w", c.ID, err)
		}
		if c.Input == "" {
			v = (v + c.Offset) * c.Scale
		}
		dst[i] = float32(v * c.factor)
	}
	return nil
}

func (a *attributes) number(f *os.File) (float64, error) {
	n, err := f.ReadAt(a.buf[:], 0)
	if n == 0 && err != nil {
		return 0, err
	}
	return strconv.ParseFloat(strings.TrimSpace(string(a.buf[:n])), 64)
}

// Close lets go of the files.
func (a *attributes) Close() error {
	var err error
	for _, f := range a.files {
		err = errors.Join(err, f.Close())
	}
	return err
}
