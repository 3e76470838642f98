package ds18b20

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Config of a source. The zero value reads the only thermometer that the kernel knows.
type Config struct {
	ID    string        // as the kernel writes it: "28-0316a2794f7c"; empty takes the only one there is
	Every time.Duration // between two samples; zero means 2 s. A conversion takes up to 750 ms
	Root  string        // of sysfs; empty means /sys
	// Bus opens a 1-Wire bus for this source, which closes it; nil means the kernel's w1 devices.
	Bus   func(ctx context.Context) (Bus, error)
	Where string // of that bus, for people: "i2c-1 0x18"
	// Resolution is 9 to 12 bits, set anew by each Run and not kept by the chip; zero leaves it as it is. On the
	// kernel's devices only root may set it, in the file "resolution".
	Resolution int
	// Convert is how long a conversion takes at 12 bits, where Bus is set; zero means 750 ms, the longest by the data sheet.
	Convert time.Duration
	Clock   clock.Clock  // nil means the system's
	Logger  *slog.Logger // nil discards
}

// New makes a source with the channel temperature (Cel); the chip is looked for by Run.
func New(cfg Config) *poll.Source {
	if cfg.Every == 0 {
		cfg.Every = 2 * time.Second
	}
	if cfg.Root == "" {
		cfg.Root = "/sys"
	}
	if cfg.Bus == nil {
		cfg.Where = "w1"
	}
	if cfg.Convert <= 0 {
		cfg.Convert = 750 * time.Millisecond
	}
	what := "ds18b20 at " + cfg.Where
	if cfg.ID != "" {
		what += " " + cfg.ID
	}
	return poll.New(poll.Config{
		What: what, Channels: []hal.Channel{{Name: "temperature", Unit: "Cel"}}, Every: cfg.Every,
		Rules: []judge.Rule{{Min: lowest, Max: highest}}, Clock: cfg.Clock, Logger: cfg.Logger,
		Open: func(ctx context.Context) (poll.Chip, error) {
			switch {
			case cfg.Resolution != 0 && (cfg.Resolution < 9 || cfg.Resolution > 12):
				return nil, fmt.Errorf("open %s: resolution of %d bits: want 9 to 12", what, cfg.Resolution)
			case cfg.Resolution != 0 && cfg.Bus == nil:
				return nil, fmt.Errorf("open %s: the resolution of the kernel's devices is root's to set", what)
			case cfg.Bus == nil:
				return openKernel(cfg.Root, cfg.ID)
			}
			return openBus(ctx, cfg)
		},
	})
}

const wiringFix = "check the thermometer's wires (data, 3.3 V, ground) and the resistor of 4.7 kohm between data and 3.3 V"

// choose picks the thermometer that is meant out of those that were found.
func choose(where, id string, found []string) (string, error) {
	switch {
	case id != "" && slices.Contains(found, id):
		return id, nil
	case id != "" && len(found) > 0:
		return "", &hal.AbsentError{
			What: "ds18b20 at " + where + " " + id,
			Err:  errors.New("others are there: " + strings.Join(found, ", ")), Fix: "choose one of them, or " + wiringFix,
		}
	case len(found) == 0:
		return "", &hal.AbsentError{What: strings.TrimSpace("ds18b20 at " + where + " " + id), Fix: wiringFix}
	case len(found) > 1:
		return "", fmt.Errorf("choose ds18b20 at %s: there are %d: set the id to one of %s", where, len(found), strings.Join(found, ", "))
	}
	return found[0], nil
}
