package ina219

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/bits"
	"time"

	"periph.io/x/conn/v3/i2c"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/periphbus"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Config of a source. Bus is required.
type Config struct {
	Bus     func() (i2c.BusCloser, error) // opens the bus for this source, which closes it
	Where   string                        // "i2c-1", for people
	Address uint16                        // 0x40 to 0x4f by the pins A0 and A1; zero means 0x40
	Every   time.Duration                 // between two samples; zero means 1 s
	// Shunt is its resistance in ohms; zero means 0.1, the resistor marked R100 on most boards.
	Shunt float64
	// MaxCurrent is the largest magnitude that is measured, in amperes; zero means 3.2. It sets the resolution (a 32768th)
	// and the range of the shunt's voltage: MaxCurrent times Shunt is 0.32 V at most.
	MaxCurrent float64
	// BusRange is the largest supply voltage, 16 or 32; zero means 32. The chip bears no more than 26 V in any case.
	BusRange float64
	// Average is the number of measurements in one sample: 1, 2, 4, 8, 16, 32, 64 or 128; zero means 1. Each takes 1.1 ms.
	Average int
	Clock   clock.Clock  // nil means the system's
	Logger  *slog.Logger // nil discards
}

// Channels of every source here.
func channels() []hal.Channel {
	return []hal.Channel{{Name: "voltage", Unit: "V"}, {Name: "current", Unit: "A"}, {Name: "power", Unit: "W"}}
}

// New makes a source with the channels voltage (V), current (A) and power (W); the chip is opened by Run.
func New(cfg Config) *poll.Source {
	if cfg.Address == 0 {
		cfg.Address = 0x40
	}
	if cfg.Every == 0 {
		cfg.Every = time.Second
	}
	if cfg.Shunt == 0 {
		cfg.Shunt = 0.1
	}
	if cfg.MaxCurrent == 0 {
		cfg.MaxCurrent = 3.2
	}
	if cfg.BusRange == 0 {
		cfg.BusRange = 32
	}
	if cfg.Average == 0 {
		cfg.Average = 1
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	plan, planErr := newPlan(cfg)
	return poll.New(poll.Config{
		What: fmt.Sprintf("ina219 at %s 0x%02x", cfg.Where, cfg.Address), Channels: channels(), Every: cfg.Every,
		Rules: []judge.Rule{{Clip: cfg.BusRange}, {Clip: float64(plan.clip)}},
		Clock: cfg.Clock, Logger: cfg.Logger,
		Open: func(context.Context) (poll.Chip, error) {
			if planErr != nil {
				return nil, fmt.Errorf("open ina219 at %s: %w", cfg.Where, planErr)
			}
			return open(cfg, plan)
		},
	})
}

// plan is a configuration in the chip's terms.
type plan struct {
	config      uint16
	calibration uint16
	step        float64       // amperes in one count of the current register
	clip        float32       // the current at the end of the shunt voltage's range
	takes       time.Duration // one measurement of both voltages
}

// newPlan follows the section "Programming the Calibration Register": CAL = 0.04096 / (step * shunt), whose lowest bit
// is always 0. The step is then the one that this CAL gives.
func newPlan(cfg Config) (plan, error) {
	if !(cfg.Shunt > 0 && cfg.MaxCurrent > 0) {
		return plan{}, errors.New("shunt and max_current must be above zero")
	}
	if cfg.BusRange != 16 && cfg.BusRange != 32 {
		return plan{}, fmt.Errorf("bus range of %g V: want 16 or 32", cfg.BusRange)
	}
	if cfg.Average < 1 || cfg.Average > 128 || bits.OnesCount(uint(cfg.Average)) != 1 {
		return plan{}, fmt.Errorf("average of %d: want 1, 2, 4, 8, 16, 32, 64 or 128", cfg.Average)
	}
	gain, needed := uint16(0), cfg.MaxCurrent*cfg.Shunt
	for full := 0.04; full < needed*(1-1e-9); full *= 2 {
		gain++
	}
	cal := math.Floor(0.04096/(cfg.MaxCurrent/32768*cfg.Shunt)*(1+1e-9)/2) * 2
	if gain > 3 || cal < 2 || cal > 0xFFFE {
		return plan{}, fmt.Errorf("%g A through %g ohm drop %g V: want 0.0205 to 0.32 V", cfg.MaxCurrent, cfg.Shunt, needed)
	}
	p := plan{calibration: uint16(cal), step: 0.04096 / (cal * cfg.Shunt)}
	adc := uint16(8 + bits.TrailingZeros(uint(cfg.Average))) // table 5: 12 bits, averaged 2^n times
	p.config = gain<<11 | adc<<7 | adc<<3 | triggered
	if cfg.BusRange == 32 {
		p.config |= 1 << 13
	}
	p.clip = float32(math.Floor(float64(int(4000)<<gain)*cal/4096) * p.step)
	p.takes = time.Duration(cfg.Average) * 2 * 532 * time.Microsecond
	if cfg.Every < p.longest() {
		return plan{}, fmt.Errorf("a sample every %s: one of %d measurements may take %s", cfg.Every, cfg.Average, p.longest())
	}
	return p, nil
}

// longest is how long a measurement may take: 586 us for typically 532 (section 7.5).
func (p plan) longest() time.Duration { return p.takes * 586 / 532 }

func open(cfg Config, p plan) (poll.Chip, error) {
	bus, err := periphbus.Open(cfg.Bus)
	if err != nil {
		return nil, err
	}
	c := &chip{bus: bus, addr: cfg.Address, plan: p, clock: cfg.Clock}
	if err := c.start("ina219 at " + cfg.Where); err != nil {
		if closeErr := bus.Close(); closeErr != nil {
			err = fmt.Errorf("%w (and the bus would not close: %w)", err, closeErr)
		}
		return nil, err
	}
	return c, nil
}
