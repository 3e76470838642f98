package fifo

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Chip is a chip that has been opened, set up, and fills its FIFO.
type Chip interface {
	// Count finds out, in one short transfer, how much waits in the FIFO. The moment it is done is what samples are
	// stamped by.
	Count(ctx context.Context) error
	// Drain takes off the FIFO what Count found. It appends the samples to dst[:0], one value for each channel, in the
	// units that the driver names, and keeps no reference to it. Lost says that samples are missing: before values when
	// err is nil, since the last drain when it is not. An error without lost has taken nothing off.
	Drain(ctx context.Context, dst []float32) (values []float32, lost bool, err error)
	// Close stops the chip and lets go of its bus.
	Close() error
}

// Config of a source. What, Channels, Rate, Every and Open are required.
type Config struct {
	What     string // for people: "lsm6dsox at i2c-1 0x6a"
	Channels []hal.Channel
	Rate     hal.Hertz     // the output rate by the data sheet; the true one is measured
	Every    time.Duration // between two drains: at most half of what the FIFO holds
	// Open finds the chip and sets it up with an empty FIFO. What is not there is an *hal.AbsentError with its fix.
	Open     func(ctx context.Context) (Chip, error)
	Rules    []judge.Rule // one for each channel; nil judges nothing
	Tolerate int          // failed drains in a row before the chip is opened anew; zero means 5
	Clock    clock.Clock  // nil means the system's
	Logger   *slog.Logger // nil discards
}

// Source drains one chip.
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

// Health is how the chip is now. Its rate is the measured one.
func (s *Source) Health() hal.Health { return s.pulse.Health() }

// Run opens the chip and drains it until ctx is cancelled or too many drains in a row have failed.
func (s *Source) Run(ctx context.Context, emit func(hal.Block)) error {
	s.pulse.Begin()
	return s.pulse.Finish(ctx, s.run(ctx, emit))
}

func (s *Source) run(ctx context.Context, emit func(hal.Block)) error {
	if s.cfg.Every <= 0 || s.cfg.Rate <= 0 || len(s.cfg.Channels) == 0 || s.cfg.Open == nil {
		return fmt.Errorf("drain %s: rate, interval, channels or Open are missing", s.cfg.What)
	}
	if ctx.Err() != nil {
		return nil
	}
	chip, err := s.cfg.Open(ctx)
	if err != nil {
		return err
	}
	err = newRun(s, emit).drain(ctx, chip)
	if closeErr := chip.Close(); err == nil && closeErr != nil {
		s.cfg.Logger.Debug("close chip", "source", s.cfg.What, "reason", closeErr)
	}
	return err
}
