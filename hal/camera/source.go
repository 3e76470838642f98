package camera

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/picture"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Config of a camera. Device and Picture are required.
type Config struct {
	Device        string           // "/dev/video0", or a link of /dev/v4l/by-id that names the same camera for ever
	Picture       hal.Picture      // what becomes of a frame
	Formats       []picture.Format // that may be used; nil means all
	Width, Height int              // of frames; zero takes the smallest that cover the picture
	Rate          hal.Hertz        // pictures per second; zero takes all that the camera gives
	Crop          bool             // keep the proportions by cutting the sides off; false squeezes
	Stuck         time.Duration    // frames that stay the very same for longer are of no use; zero means 10 s, less than zero never
	Kernel        Kernel           // nil means the one that runs this program
	Clock         clock.Clock      // nil means the system's
	Logger        *slog.Logger     // nil discards
}

// Source is a camera.
type Source struct {
	cfg   Config
	pulse *hal.Pulse
	watch *picture.Watch // of all runs: a camera that was frozen may still be
}

// New makes a source; the camera is opened by Run.
func New(cfg Config) *Source {
	if cfg.Kernel == nil {
		cfg.Kernel = system{}
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Source{cfg: cfg, pulse: hal.NewPulse(cfg.Clock), watch: picture.NewWatch(cfg.Stuck)}
}

func (s *Source) String() string { return "camera " + s.cfg.Device }

// Picture is the form of the samples.
func (s *Source) Picture() hal.Picture { return s.cfg.Picture }

// Channels has none: the values of a picture have no names.
func (s *Source) Channels() []hal.Channel { return nil }

// Health is how the camera is now.
func (s *Source) Health() hal.Health { return s.pulse.Health() }

// Run takes pictures until ctx is cancelled or the camera fails.
func (s *Source) Run(ctx context.Context, emit func(hal.Block)) error {
	s.pulse.Begin()
	return s.pulse.Finish(ctx, s.run(ctx, emit))
}

func (s *Source) run(ctx context.Context, emit func(hal.Block)) (err error) {
	if err := picture.CheckPicture(s.cfg.Picture); err != nil {
		return fmt.Errorf("set up %s: %w", s, err)
	}
	if (s.cfg.Width > 0) != (s.cfg.Height > 0) || s.cfg.Device == "" {
		return fmt.Errorf("set up %s: it takes a device, and width and height of frames together or neither", s)
	}
	if ctx.Err() != nil {
		return nil
	}
	f, err := s.cfg.Kernel.Open(s.cfg.Device)
	if err != nil {
		return s.notOpened(err)
	}
	d := &device{File: f, l: native(), where: s.cfg.Device}
	defer func() { err = errors.Join(err, closing(d)) }()
	set, err := d.setUp(&s.cfg)
	if err != nil {
		return err
	}
	s.cfg.Logger.Debug("camera is set up", "device", s.cfg.Device, "format", set.frame.Format, "width", set.frame.Width, "height", set.frame.Height, "period", set.period)
	r, err := newStream(s, d, set, emit)
	if err != nil {
		return fmt.Errorf("set up %s: %w", s, err)
	}
	return r.run(ctx)
}

// closing lets go of the camera. One that was pulled out has nothing to say to that.
func closing(d *device) error {
	if err := d.Close(); err != nil && !errors.Is(err, syscall.ENODEV) {
		return fmt.Errorf("close %s: %w", d.where, err)
	}
	return nil
}

// notOpened tells what a person can do about it.
func (s *Source) notOpened(err error) error {
	fix := ""
	switch {
	case errors.Is(err, fs.ErrPermission):
		fix = "let the agent's user into the group of cameras: sudo usermod -aG video dunlin, then restart it"
	case errors.Is(err, syscall.EBUSY):
		fix = "end the program that uses it: sudo fuser -v " + s.cfg.Device + " names it"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ENXIO):
		fix = "plug it in, or name another device: dunlin sources ls lists them; a camera on the CSI connector needs its overlay in config.txt"
	default:
		return fmt.Errorf("open %s: %w", s, err)
	}
	return &hal.AbsentError{What: s.String(), Err: err, Fix: fix}
}
