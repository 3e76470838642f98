package hx711

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"periph.io/x/conn/v3/gpio"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Pins are the two lines of a chip.
type Pins struct {
	Data  gpio.PinIn   // DOUT
	Clock gpio.PinOut  // PD_SCK
	Close func() error // lets go of both; nil does nothing
}

// Input is what the chip amplifies, and how much.
type Input string

const (
	A128 Input = "a128" // channel A, gain 128: 20 mV at full scale; the zero value means this too
	A64  Input = "a64"  // channel A, gain 64: 40 mV
	B32  Input = "b32"  // channel B, gain 32: 80 mV
)

// Config of a source. Pins is required.
type Config struct {
	Pins  func() (Pins, error) // takes the lines for this source, which closes them
	Where string               // "gpiochip0 5 and 6", for people
	Every time.Duration        // between two samples, at least 1.2 conversions; zero means two conversions
	Rate  int                  // conversions per second, 10 or 80 by the RATE pin; zero means 10
	Input Input
	Scale float64 // counts in a gram, negative for a cell that is wired the other way round; zero emits counts
	Tare  int32   // counts without a load
	// Clock times the pulses too; nil means the system's.
	Clock  clock.Clock
	Logger *slog.Logger // nil discards
}

// pulses after the 24 bits choose the input of the next conversion (table 3).
var pulses = map[Input]int{A128: 1, B32: 2, A64: 3}

// Largest and smallest code: the input is beyond full scale.
const (
	highest = 0x7FFFFF
	lowest  = -0x800000
)

// New makes a source with the channel weight, in "g" with a Scale and in "1" without; the chip is opened by Run. It is
// clipped at the end of the scale; with a tare, also as near as that to the other end.
func New(cfg Config) *poll.Source {
	if cfg.Rate == 0 {
		cfg.Rate = 10
	}
	if cfg.Input == "" {
		cfg.Input = A128
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	c := &chip{cfg: cfg, period: time.Second / time.Duration(max(cfg.Rate, 1)), scale: cfg.Scale, clock: cfg.Clock}
	if cfg.Every == 0 {
		cfg.Every = 2 * c.period
		c.cfg.Every = cfg.Every
	}
	unit := "g"
	if c.scale == 0 {
		unit, c.scale = "1", 1
	}
	clip := min(math.Abs(float64(c.weight(highest))), math.Abs(float64(c.weight(lowest))))
	return poll.New(poll.Config{
		What: "hx711 at " + cfg.Where, Channels: []hal.Channel{{Name: "weight", Unit: unit}}, Every: cfg.Every,
		// 50 nV of noise (sheet, "key electrical characteristics") are twenty counts at a gain of 128, and five or more at the others.
		Rules: []judge.Rule{{Clip: clip, Stuck: max(10*time.Second, 50*cfg.Every)}}, Clock: cfg.Clock, Logger: cfg.Logger,
		Open: func(ctx context.Context) (poll.Chip, error) { return open(ctx, *c) },
	})
}

func (c *chip) weight(counts int32) float32 {
	return float32((float64(counts) - float64(c.cfg.Tare)) / c.scale)
}

func (cfg Config) check() error {
	switch {
	case cfg.Rate != 10 && cfg.Rate != 80:
		return fmt.Errorf("rate of %d: want 10 or 80, as the RATE pin is wired", cfg.Rate)
	case pulses[cfg.Input] == 0:
		return fmt.Errorf("input %q: want a128, a64 or b32", cfg.Input)
	case cfg.Tare > highest || cfg.Tare < lowest:
		return fmt.Errorf("tare of %d: the chip counts from %d to %d", cfg.Tare, lowest, highest)
	case cfg.Every < 6*time.Second/time.Duration(5*cfg.Rate):
		return fmt.Errorf("a sample every %s: the chip converts %d times a second, take 1.2 conversions or more", cfg.Every, cfg.Rate)
	case cfg.Pins == nil:
		return errors.New("no pins are configured")
	}
	return nil
}

func open(ctx context.Context, c chip) (poll.Chip, error) {
	if err := c.cfg.check(); err != nil {
		return nil, fmt.Errorf("open hx711 at %s: %w", c.cfg.Where, err)
	}
	pins, err := c.cfg.Pins()
	if err != nil {
		return nil, err
	}
	c.pins = pins
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(err, c.release())
	}
	return &c, nil
}
