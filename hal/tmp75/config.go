package tmp75

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
	Address uint16                        // 0x48 to 0x4f; zero means 0x48
	Every   time.Duration                 // between two samples; zero means 1 s
	// Convert is how long one conversion takes; zero means 300 ms, the longest of 12 bits by the data sheet.
	Convert time.Duration
	Clock   clock.Clock  // nil means the system's
	Logger  *slog.Logger // nil discards
}

// New makes the source of one chip. A Config that no chip can satisfy is an error of Run.
func New(cfg Config) *poll.Source {
	if cfg.Address == 0 {
		cfg.Address = 0x48
	}
	if cfg.Every <= 0 {
		cfg.Every = time.Second
	}
	if cfg.Convert <= 0 {
		cfg.Convert = 300 * time.Millisecond
	}
	return poll.New(poll.Config{
		What: fmt.Sprintf("%s 0x%02x", cfg.name(), cfg.Address), Every: cfg.Every, Open: cfg.open,
		Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}}, Rules: rules(), Clock: cfg.Clock, Logger: cfg.Logger,
	})
}

func (c Config) name() string { return "tmp75 at " + c.Where }

// rules: the chips work from -55 Cel on, and their 12 bits end at 127.9375, which stands for everything above, too. A
// step of 0.0625 Cel is coarser than their noise: one value may stand for days.
func rules() []judge.Rule { return []judge.Rule{{Min: -55, Max: 127.9}} }
