package poll

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Chip is a chip that has been opened and set up.
type Chip interface {
	// Read fills dst, one value for each channel, in the units that the driver names. It keeps no reference to dst.
	Read(ctx context.Context, dst []float32) error
	// Close puts the chip to rest and lets go of its bus.
	Close() error
}

// Config of a source. What, Channels, Every and Open are required.
type Config struct {
	What     string // for people: "bme280 at i2c-1 0x76"
	Channels []hal.Channel
	Every    time.Duration // between two samples
	// Open finds the chip and sets it up. What is not there is an *hal.AbsentError with its fix.
	Open     func(ctx context.Context) (Chip, error)
	Rules    []judge.Rule // one for each channel; nil judges nothing
	Tolerate int          // failed reads in a row before the chip is opened anew; zero means 5
	Clock    clock.Clock  // nil means the system's
	Logger   *slog.Logger // nil discards
}

// Source polls one chip.
type Source struct {
	cfg   Config
	pulse *hal.Pulse
	judge *judge.Judge // of all runs: one that was stuck may still be
}

// New makes a source; the chip is opened by Run.
func New(cfg Config) *Source {
	if cfg.Tolerate <= 0 {
		cfg.Tolerate = 5
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	names := make([]string, len(cfg.Channels))
	for i, c := range cfg.Channels {
		names[i] = c.Name
	}
	return &Source{cfg: cfg, pulse: hal.NewPulse(cfg.Clock), judge: judge.New(names, cfg.Rules)}
}

func (s *Source) String() string { return s.cfg.What }

// Channels are those of the driver.
func (s *Source) Channels() []hal.Channel { return append([]hal.Channel(nil), s.cfg.Channels...) }

// Health is how the chip is now.
func (s *Source) Health() hal.Health { return s.pulse.Health() }

// Run opens the chip and polls it until ctx is cancelled or too many reads in a row have failed.
func (s *Source) Run(ctx context.Context, emit func(hal.Block)) error {
	s.pulse.Begin()
	return s.pulse.Finish(ctx, s.run(ctx, emit))
}

func (s *Source) run(ctx context.Context, emit func(hal.Block)) error {
	if s.cfg.Every <= 0 || len(s.cfg.Channels) == 0 || s.cfg.Open == nil {
		return fmt.Errorf("poll %s: interval, channels or Open are missing", s.cfg.What)
	}
	if ctx.Err() != nil {
		return nil
	}
	chip, err := s.cfg.Open(ctx)
	if err != nil {
		return err
	}
	r := newRun(s, emit)
	err = r.poll(ctx, chip)
	if closeErr := chip.Close(); err == nil && closeErr != nil {
		s.cfg.Logger.Debug("close chip", "source", s.cfg.What, "reason", closeErr)
	}
	return err
}
