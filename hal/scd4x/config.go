package scd4x

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"periph.io/x/conn/v3/i2c"
)

// Config of one chip. Bus is required.
type Config struct {
	Bus      func() (i2c.BusCloser, error) // opens the bus; the source closes it
	Where    string                        // the bus for people: "i2c-1"
	Address  uint16                        // the chip has only 0x62; zero means that
	Every    time.Duration                 // between two samples, a period of the chip or more; zero means two periods
	LowPower bool                          // measure once in 30 s instead of 5 s
	Altitude int                           // metres above the sea, 0 to 3000, for the pressure; zero leaves the chip's own setting
	Timing   Timing                        // zero fields are the data sheet's
	Clock    clock.Clock                   // nil means the system's
	Logger   *slog.Logger                  // nil discards
}

// Timing is how long the chip takes.
type Timing struct {
	Period time.Duration // of a measurement; zero means 5 s, or 30 s with LowPower
	Wake   time.Duration // after the wake-up command; zero means 30 ms
	Stop   time.Duration // until a measurement has stopped; zero means 500 ms
	Fetch  time.Duration // between a command and its words; zero means 1 ms
}

// New makes the source of one chip. A Config that no chip can satisfy is an error of Run.
func New(cfg Config) *poll.Source {
	cfg = cfg.withDefaults()
	return poll.New(poll.Config{
		What: fmt.Sprintf("%s 0x%02x", cfg.name(), cfg.Address), Every: cfg.Every, Open: cfg.open,
		Channels: []hal.Channel{{Name: "co2", Unit: "ppm"}, {Name: "temperature", Unit: "Cel"}, {Name: "humidity", Unit: "%"}},
		Rules:    cfg.rules(), Clock: cfg.Clock, Logger: cfg.Logger,
	})
}

func (c Config) withDefaults() Config {
	period := 5 * time.Second
	if c.LowPower {
		period = 30 * time.Second
	}
	for _, d := range []struct {
		field *time.Duration
		zero  time.Duration
	}{{&c.Timing.Period, period}, {&c.Timing.Wake, 30 * time.Millisecond}, {&c.Timing.Stop, 500 * time.Millisecond}, {&c.Timing.Fetch, time.Millisecond}} {
		if *d.field <= 0 {
			*d.field = d.zero
		}
	}
	if c.Address == 0 {
		c.Address = address
	}
	if c.Every <= 0 {
		c.Every = 2 * c.Timing.Period
	}
	return c
}

func (c Config) name() string { return "scd4x at " + c.Where }

// rules are the output ranges of the data sheet. 0 ppm is how the chip says that a measurement is invalid (Sensirion's
// arduino-i2c-scd4x skips such in its examples); no air has none. CO2 has a repeatability of 10 ppm at steps of 1, temperature of 0.1 Cel
// at steps of 0.003: one value does not stand for an hour. Humidity stands still at its ends.
func (c Config) rules() []judge.Rule {
	stuck := max(time.Hour, 60*c.Every)
	return []judge.Rule{{Min: 1, Max: 40000, Stuck: stuck}, {Min: -10, Max: 60, Stuck: stuck}, {Min: 0, Max: 100}}
}
