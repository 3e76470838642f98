package bh1750

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"periph.io/x/conn/v3/i2c"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/periphbus"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Mode is how finely the chip measures.
type Mode string

const (
	High  Mode = "high"  // 1 lx in 120 to 180 ms; the zero value means this too
	High2 Mode = "high2" // 0.5 lx in 120 to 180 ms
	Low   Mode = "low"   // 4 lx in 16 to 24 ms
)

// Config of a source. Bus is required.
type Config struct {
	Bus     func() (i2c.BusCloser, error) // opens the bus for this source, which closes it
	Where   string                        // "i2c-1", for people
	Address uint16                        // 0x23, or 0x5c with ADDR high; zero means 0x23
	Every   time.Duration                 // between two samples; zero means 1 s
	Mode    Mode
	// Sensitivity is the measurement time register, 31 to 254; zero means 69, its value after power-up. Twice as much
	// measures for twice as long, sees half the light, and saturates at half the light: behind a dark window choose more.
	Sensitivity int
	Clock       clock.Clock  // nil means the system's
	Logger      *slog.Logger // nil discards
}

// Commands, section "Instruction Set Architecture" (the kernel's drivers/iio/light/bh1750.c has the same).
const (
	powerDown = 0x00
	powerOn   = 0x01
	timeHigh  = 0x40 // with bits 7 to 5 of the measurement time
	timeLow   = 0x60 // with bits 4 to 0
)

const usual = 69 // the measurement time after power-up

// modes: the command of a one-time measurement, its longest time (page 2) and how many counts more for the same light.
var modes = map[Mode]struct {
	command byte
	takes   time.Duration
	finer   float64
}{
	High:  {0x20, 180 * time.Millisecond, 1},
	High2: {0x21, 180 * time.Millisecond, 2},
	Low:   {0x23, 24 * time.Millisecond, 1},
}

// New makes a source with the channel illuminance (lx); the chip is opened by Run.
func New(cfg Config) *poll.Source {
	if cfg.Address == 0 {
		cfg.Address = 0x23
	}
	if cfg.Every == 0 {
		cfg.Every = time.Second
	}
	if cfg.Mode == "" {
		cfg.Mode = High
	}
	if cfg.Sensitivity == 0 {
		cfg.Sensitivity = usual
	}
	c := chip{addr: cfg.Address, mode: modes[cfg.Mode].command, time: byte(cfg.Sensitivity)}
	c.takes = modes[cfg.Mode].takes * time.Duration(cfg.Sensitivity) / usual
	// Section "Adjust measurement result for influence of optical window": counts / 1.2, times 69 over the measurement time, halved in the finer mode.
	c.step = 1 / 1.2 * usual / float64(cfg.Sensitivity) / modes[cfg.Mode].finer
	return poll.New(poll.Config{
		What:     fmt.Sprintf("bh1750 at %s 0x%02x", cfg.Where, cfg.Address),
		Channels: []hal.Channel{{Name: "illuminance", Unit: "lx"}}, Every: cfg.Every,
		Rules: []judge.Rule{{Clip: float64(c.lux(math.MaxUint16))}}, Clock: cfg.Clock, Logger: cfg.Logger,
		Open: func(context.Context) (poll.Chip, error) { return open(cfg, c) },
	})
}

func open(cfg Config, c chip) (poll.Chip, error) {
	what := "bh1750 at " + cfg.Where
	switch {
	case modes[cfg.Mode].command == 0:
		return nil, fmt.Errorf("open %s: mode %q: want high, high2 or low", what, cfg.Mode)
	case cfg.Sensitivity < 31 || cfg.Sensitivity > 254:
		return nil, fmt.Errorf("open %s: sensitivity of %d: want 31 to 254", what, cfg.Sensitivity)
	case cfg.Every < c.takes:
		return nil, fmt.Errorf("open %s: a sample every %s: a measurement may take %s", what, cfg.Every, c.takes)
	}
	bus, err := periphbus.Open(cfg.Bus)
	if err != nil {
		return nil, err
	}
	c.bus = bus
	if err := c.send(powerDown); err != nil {
		return nil, errors.Join(periphbus.Absent(what, c.addr, err), bus.Close())
	}
	return &c, nil
}

type chip struct {
	bus   i2c.BusCloser
	addr  uint16
	mode  byte
	time  byte
	takes time.Duration // at most
	step  float64       // lux in a count
	light bool          // the last measurement saw some
	buf   [2]byte
}

func (c *chip) lux(counts uint16) float32 { return float32(float64(counts) * c.step) }

// Read measures once, and once more when it got dark: a chip that lost its power meanwhile reads 0.
func (c *chip) Read(ctx context.Context, dst []float32) error {
	counts, err := c.measure(ctx)
	if err == nil && counts == 0 && c.light {
		counts, err = c.measure(ctx)
	}
	if err != nil {
		return err
	}
	c.light = counts != 0
	dst[0] = c.lux(counts)
	return nil
}

func (c *chip) measure(ctx context.Context) (uint16, error) {
	for _, command := range [...]byte{powerOn, timeHigh | c.time>>5, timeLow | c.time&31, c.mode} {
		if err := c.send(command); err != nil {
			return 0, err
		}
	}
	if !clock.Wait(ctx, c.takes) {
		return 0, ctx.Err()
	}
	if err := c.bus.Tx(c.addr, nil, c.buf[:]); err != nil {
		return 0, err
	}
	return uint16(c.buf[0])<<8 | uint16(c.buf[1]), nil
}

// Close powers the chip down.
func (c *chip) Close() error { return errors.Join(c.send(powerDown), c.bus.Close()) }

func (c *chip) send(command byte) error {
	c.buf[0] = command
	return c.bus.Tx(c.addr, c.buf[:1], nil)
}
