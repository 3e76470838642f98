package aht20

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
	Bus     func() (i2c.BusCloser, error) // opens the bus; the source closes it
	Where   string                        // the bus for people: "i2c-1"
	Address uint16                        // the chip has only 0x38; zero means that
	Every   time.Duration                 // between two samples; zero means 2 s, below which the chip warms itself
	// Convert is how long one measurement takes; zero means the 80 ms of the data sheet.
	Convert time.Duration
	Clock   clock.Clock  // nil means the system's
	Logger  *slog.Logger // nil discards
}

// New makes the source of one chip. A Config that no chip can satisfy is an error of Run.
func New(cfg Config) *poll.Source {
	if cfg.Address == 0 {
		cfg.Address = address
	}
	if cfg.Every <= 0 {
		cfg.Every = 2 * time.Second
	}
	if cfg.Convert <= 0 {
		cfg.Convert = 80 * time.Millisecond
	}
	return poll.New(poll.Config{
		What: fmt.Sprintf("%s 0x%02x", cfg.name(), cfg.Address), Every: cfg.Every, Open: cfg.open,
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}, {Name: "humidity", Unit: "%"}},
		Rules:    cfg.rules(), Clock: cfg.Clock, Logger: cfg.Logger,
	})
}

func (c Config) name() string { return "aht20 at " + c.Where }

// rules are the ranges of the data sheet (tables 1 and 2). One step of temperature is 0.0002 Cel, far below its noise,
// so that one value does not stand for long. Humidity stands still at its ends.
func (c Config) rules() []judge.Rule {
	return []judge.Rule{{Min: -40, Max: 85, Stuck: max(10*time.Minute, 60*c.Every)}, {Min: 0, Max: 100}}
}
