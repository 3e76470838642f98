package mcp9808

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
	Address uint16                        // 0x18 to 0x1f; zero means 0x18
	Every   time.Duration                 // between two samples, Convert or more; zero means 1 s
	// Convert is how long one conversion typically takes; zero means 250 ms, that of 0.0625 Cel (DS25095, table 5-9). The
	// sheet knows no longest time: the first conversion is waited for a quarter longer, so that no value of before it gets
	// out of a slow chip.
	Convert time.Duration
	Clock   clock.Clock  // nil means the system's
	Logger  *slog.Logger // nil discards
}

// New makes the source of one chip. A Config that no chip can satisfy is an error of Run.
func New(cfg Config) *poll.Source {
	if cfg.Address == 0 {
		cfg.Address = 0x18
	}
	if cfg.Every <= 0 {
		cfg.Every = time.Second
	}
	if cfg.Convert <= 0 {
		cfg.Convert = 250 * time.Millisecond
	}
	return poll.New(poll.Config{
		What: fmt.Sprintf("%s 0x%02x", cfg.name(), cfg.Address), Every: cfg.Every, Open: cfg.open,
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}}, Rules: rules(), Clock: cfg.Clock, Logger: cfg.Logger,
	})
}

func (c Config) name() string { return "mcp9808 at " + c.Where }

// rules: the range of the data sheet. A step of 0.0625 Cel is coarser than its noise: one value may stand for days.
func rules() []judge.Rule { return []judge.Rule{{Min: -40, Max: 125}} }
