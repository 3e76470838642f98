package hdc302x

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
	Address uint16                        // 0x44 to 0x47; zero means 0x44
	Every   time.Duration                 // between two samples; zero means 1 s, below which the chip warms itself
	// Convert is how long one measurement takes; zero means 16 ms: 14.1 ms at most by the data sheet (SNAS778,
	// "electrical characteristics", low-power mode 0), and a little.
	Convert time.Duration
	Clock   clock.Clock  // nil means the system's
	Logger  *slog.Logger // nil discards
}

// New makes the source of one chip. A Config that no chip can satisfy is an error of Run.
func New(cfg Config) *poll.Source {
	if cfg.Address == 0 {
		cfg.Address = 0x44
	}
	if cfg.Every <= 0 {
		cfg.Every = time.Second
	}
	if cfg.Convert <= 0 {
		cfg.Convert = 16 * time.Millisecond
	}
	return poll.New(poll.Config{
		What: fmt.Sprintf("%s 0x%02x", cfg.name(), cfg.Address), Every: cfg.Every, Open: cfg.open,
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}, {Name: "humidity", Unit: "%"}},
		Rules:    cfg.rules(), Clock: cfg.Clock, Logger: cfg.Logger,
	})
}

func (c Config) name() string { return "hdc302x at " + c.Where }

// rules are the operating range and the noise of the data sheet: 0.04 Cel of repeatability are fifteen steps, so that
// one value does not stand for long. Humidity stands still at its ends.
func (c Config) rules() []judge.Rule {
	return []judge.Rule{{Min: -40, Max: 125, Stuck: max(10*time.Minute, 60*c.Every)}, {Min: 0, Max: 100}}
}
