package serial

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/lines"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// DefaultBaud is the rate of most boards that print.
const DefaultBaud = 115200

// Config of a serial line. Device and Channels are required.
type Config struct {
	Device   string // "/dev/ttyUSB0", better "/dev/serial/by-id/…", which stays when adapters change places
	Channels []hal.Channel
	Baud     int       // zero means DefaultBaud
	Rate     hal.Hertz // of samples; zero: the board has no fixed rate
	// SilentAfter is how long may pass without a line before the source is degraded; zero means ten at Rate but at least
	// 10 s, and for ever without a rate.
	SilentAfter time.Duration
	Clock       clock.Clock  // nil means the system's
	Logger      *slog.Logger // nil discards
}

// Source is a serial line that carries samples.
type Source struct {
	cfg   Config
	pulse *hal.Pulse
}

// New makes a source; Run opens the line.
func New(cfg Config) *Source {
	if cfg.Baud == 0 {
		cfg.Baud = DefaultBaud
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Source{cfg: cfg, pulse: hal.NewPulse(cfg.Clock)}
	s.pulse.Silence(hal.Silence{
		After: cfg.SilentAfter, Period: cfg.Rate.Period(), Of: "line",
		Check: "check that the device is on and sends, its wires, and the keys device and baud of the source",
	})
	return s
}

func (s *Source) String() string { return "serial line " + s.cfg.Device }

// Channels are those of the configuration.
func (s *Source) Channels() []hal.Channel { return append([]hal.Channel(nil), s.cfg.Channels...) }

// Health is how the line is now.
func (s *Source) Health() hal.Health { return s.pulse.Health() }

// Run opens the line and emits its samples until ctx is cancelled or the line hangs up, which is an error.
func (s *Source) Run(ctx context.Context, emit func(hal.Block)) error {
	s.pulse.Begin()
	return s.pulse.Finish(ctx, s.run(ctx, emit))
}

func (s *Source) run(ctx context.Context, emit func(hal.Block)) error {
	if s.cfg.Device == "" || len(s.cfg.Channels) == 0 || s.cfg.Baud < 0 {
		return errors.New("run serial line: device or channels are missing, or the rate is negative")
	}
	if ctx.Err() != nil {
		return nil
	}
	f, err := open(s.cfg.Device, s.cfg.Baud)
	if err != nil {
		return s.notOpened(err)
	}
	err = s.read(ctx, f, emit)
	return errors.Join(err, f.Close())
}

func (s *Source) read(ctx context.Context, f *os.File, emit func(hal.Block)) error {
	ended := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = f.SetReadDeadline(time.Now()) // terminals take deadlines; open has made sure of it
	})
	l := lines.New(lines.Config{
		Channels: len(s.cfg.Channels), Rate: s.cfg.Rate, Joined: true, Pulse: s.pulse, Emit: emit,
		Clock: s.cfg.Clock, Logger: s.cfg.Logger.With("device", s.cfg.Device),
	})
	err := l.Read(f)
	l.Close()
	if !unhook() {
		<-ended
		return nil
	}
	if err == nil || errors.Is(err, syscall.EIO) {
		err = fmt.Errorf("the line hung up: was it unplugged?: %w", syscall.EIO)
	}
	return fmt.Errorf("read %s: %w", s, err)
}

func (s *Source) notOpened(err error) error {
	gone := &hal.AbsentError{What: s.String(), Err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ENXIO):
		gone.Fix = "plug it in, or check the key device of the source (ls /dev/serial/by-id)"
	case errors.Is(err, fs.ErrPermission):
		gone.Fix = "let the agent's user read it: sudo usermod -aG dialout dunlin, then restart the agent"
	case errors.Is(err, syscall.EBUSY):
		return fmt.Errorf("open %s: another program holds it (sudo fuser %s names it): %w", s, s.cfg.Device, err)
	default:
		return fmt.Errorf("open %s: %w", s, err)
	}
	return gone
}
