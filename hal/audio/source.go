package audio

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Config of a microphone. Device is required.
type Config struct {
	Device   string        // "hw:1,0", "hw:Loopback,1", "hw:CARD=Loopback,DEV=1"
	Rate     hal.Hertz     // frames per second; zero means 16,000
	Channels int           // zero means 1
	Format   Format        // of the hardware; Auto takes what there is
	Period   time.Duration // of sound in one block, about; zero means 20 ms
	Root     string        // where proc/asound is looked for; "" means "/"
	Kernel   Kernel        // nil means the one that runs this program
	Clock    clock.Clock   // nil means the system's
	Logger   *slog.Logger  // nil discards
}

// Source is a microphone.
type Source struct {
	cfg      Config
	channels []hal.Channel
	pulse    *hal.Pulse
}

// New makes a source; the device is opened by Run.
func New(cfg Config) *Source {
	if cfg.Rate <= 0 {
		cfg.Rate = 16000
	}
	if cfg.Channels <= 0 {
		cfg.Channels = 1
	}
	if cfg.Period <= 0 {
		cfg.Period = 20 * time.Millisecond
	}
	if cfg.Kernel == nil {
		cfg.Kernel = system{}
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Logger = cfg.Logger.With("device", cfg.Device)
	s := &Source{cfg: cfg, channels: make([]hal.Channel, cfg.Channels), pulse: hal.NewPulse(cfg.Clock)}
	for i := range s.channels {
		s.channels[i] = hal.Channel{Name: "mic" + strconv.Itoa(i), Unit: "1"}
	}
	if len(s.channels) == 1 {
		s.channels[0].Name = "mic"
	}
	return s
}

func (s *Source) String() string { return "microphone " + s.cfg.Device }

// Channels are "mic", or "mic0", "mic1" and so on, in the order of the hardware.
func (s *Source) Channels() []hal.Channel { return append([]hal.Channel(nil), s.channels...) }

// Health is how the microphone is now.
func (s *Source) Health() hal.Health { return s.pulse.Health() }

// Run records until ctx is cancelled or the device fails.
func (s *Source) Run(ctx context.Context, emit func(hal.Block)) error {
	s.pulse.Begin()
	return s.pulse.Finish(ctx, s.run(ctx, emit))
}

func (s *Source) run(ctx context.Context, emit func(hal.Block)) (err error) {
	if s.cfg.Channels > mostChannels {
		return fmt.Errorf("set up %s: %d channels, want at most %d", s, s.cfg.Channels, mostChannels)
	}
	if ctx.Err() != nil {
		return nil
	}
	d, err := s.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closing(d)) }()
	set, err := d.setUp(&s.cfg)
	if err != nil {
		return err
	}
	s.cfg.Logger.Debug("microphone is set up", "format", set.format, "rate", set.rate, "period", set.period, "buffer", set.buffer)
	return newStream(s, d, set, emit).run(ctx)
}

// closing lets go of the device. One that was pulled out has nothing to say to that.
func closing(d *device) error {
	if err := d.Close(); err != nil && !errors.Is(err, syscall.ENODEV) {
		return fmt.Errorf("close %s: %w", d.where, err)
	}
	return nil
}

func (s *Source) open() (*device, error) {
	n, err := parseName(s.cfg.Device)
	if err != nil {
		return nil, err
	}
	all, err := List(s.cfg.Root)
	if err != nil {
		return nil, err
	}
	at, ok := find(all, n)
	if !ok {
		return nil, &hal.AbsentError{What: s.String(), Fix: "plug it in, or name another device in the source; " + addresses(all)}
	}
	pcm, err := s.cfg.Kernel.Open(at.Path())
	if err != nil {
		return nil, s.notOpened(at, err)
	}
	l := native()
	return &device{PCM: pcm, l: l, where: s.cfg.Device, status: make([]byte, l.statusSize)}, nil
}

// notOpened tells what a person can do about it.
func (s *Source) notOpened(at Device, err error) error {
	fix := ""
	switch {
	case errors.Is(err, fs.ErrPermission):
		fix = "let the agent's user into the group of sound: sudo usermod -aG audio dunlin, then restart it"
	case errors.Is(err, syscall.EBUSY):
		fix = "end the program that records from it, which sudo fuser -v " + at.Path() + " names"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ENXIO):
		fix = "plug it in again"
	default:
		return fmt.Errorf("open %s: %w", s, err)
	}
	return &hal.AbsentError{What: s.String(), Err: err, Fix: fix}
}
