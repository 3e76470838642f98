package hx711

import (
	"context"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

const (
	powersDown = 60 * time.Microsecond // a high clock for longer than this (data sheet, figure 3)
	settling   = 4                     // conversions after a reset or a change of input (400 ms at 10 a second, 50 at 80: sheet, "key electrical characteristics")
)

var (
	errSlow  = fmt.Errorf("a clock pulse took more than %s, which resets the chip: the machine is busy", powersDown)
	errAlien = errors.New("the data line is low after the last bit: no HX711 drives it")
	errMute  = errors.New("the data line stays high: no conversion has ended")
)

type chip struct {
	cfg    Config
	pins   Pins
	period time.Duration // of one conversion
	scale  float64       // counts in one unit
	clock  clock.Clock
	settle int // conversions that are still to be discarded
}

// start sets up the lines, resets the chip and lets it settle. The pull-up makes a data line without a chip stay high.
func (c *chip) start(ctx context.Context) error {
	if err := c.pins.Data.In(gpio.PullUp, gpio.NoEdge); err != nil {
		if err := c.pins.Data.In(gpio.PullNoChange, gpio.NoEdge); err != nil { // not every chip can pull
			return err
		}
	}
	if err := c.reset(ctx); err != nil {
		return err
	}
	err := c.rest(ctx)
	if errors.Is(err, errMute) || errors.Is(err, errAlien) {
		return &hal.AbsentError{
			What: "hx711 at " + c.cfg.Where, Err: err,
			Fix: "check its power and the wires of DT (data) and SCK (clock), which are easily swapped",
		}
	}
	return err
}

// reset powers the chip down and up: it starts anew with channel A and gain 128.
func (c *chip) reset(ctx context.Context) error {
	if err := c.pins.Clock.Out(gpio.High); err != nil {
		return err
	}
	clock.Wait(ctx, 2*powersDown)
	c.settle = settling
	if c.cfg.Input != A128 {
		c.settle++ // the first conversion is of channel A; reading it chooses
	}
	return c.pins.Clock.Out(gpio.Low)
}

// rest discards conversions until the chip has settled.
func (c *chip) rest(ctx context.Context) error {
	for ; c.settle > 0; c.settle-- {
		if _, err := c.next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Read fills dst with the weight of the next conversion that ends.
func (c *chip) Read(ctx context.Context, dst []float32) error {
	if err := c.rest(ctx); err != nil {
		return err
	}
	counts, err := c.next(ctx)
	if err != nil {
		return err
	}
	dst[0] = c.weight(counts)
	return nil
}

// next waits for a conversion to end and shifts it out at once, a whole period before another can end between two bits.
// One that waits already, of unknown age, is shifted out and forgotten.
func (c *chip) next(ctx context.Context) (int32, error) {
	if c.pins.Data.Read() == gpio.Low {
		if _, err := c.take(ctx); err != nil && !errors.Is(err, errAlien) {
			return 0, err
		}
	}
	until := c.clock.Boot() + (settling+2)*c.period
	for c.pins.Data.Read() == gpio.High {
		if c.clock.Boot() > until {
			return 0, c.fault(errMute)
		}
		if !clock.Wait(ctx, c.period/20) {
			return 0, ctx.Err()
		}
	}
	counts, err := c.take(ctx)
	if errors.Is(err, errAlien) {
		err = errors.Join(err, c.reset(ctx))
	}
	return counts, err
}

// take shifts a conversion out. When that stops half way the chip stands between two bits and is reset.
func (c *chip) take(ctx context.Context) (int32, error) {
	counts, err := c.shift()
	err = c.fault(err)
	if err != nil && !errors.Is(err, errAlien) {
		err = errors.Join(err, c.reset(ctx))
	}
	return counts, err
}

// fault prefers what a pin has to say (gpio.PinIn cannot): a line that cannot be read is Low.
func (c *chip) fault(err error) error {
	if p, ok := c.pins.Data.(interface{ Err() error }); ok {
		if pinErr := p.Err(); pinErr != nil {
			return pinErr
		}
	}
	return err
}

// shift reads 24 bits, the highest first, and chooses the input of the next conversion. A bit stands from 0.1 us after
// a rising edge until the next one.
func (c *chip) shift() (int32, error) {
	var v uint32
	for i := range 24 + pulses[c.cfg.Input] {
		if err := c.pulse(); err != nil {
			return 0, err
		}
		if i >= 24 {
			continue
		}
		v <<= 1
		if c.pins.Data.Read() == gpio.High {
			v |= 1
		}
	}
	if c.pins.Data.Read() == gpio.Low { // pulse 25 pulls it up until the next conversion
		return 0, errAlien
	}
	return int32(v<<8) >> 8, nil // two's complement of 24 bits (sheet, "output data rate and format")
}

// pulse gives one clock pulse. It is timed from before to after: the chip never saw a longer one.
func (c *chip) pulse() error {
	began := c.clock.Boot()
	if err := c.pins.Clock.Out(gpio.High); err != nil {
		return err
	}
	if err := c.pins.Clock.Out(gpio.Low); err != nil {
		return err
	}
	if c.clock.Boot()-began > powersDown {
		return errSlow
	}
	return nil
}

// Close powers the chip down and lets go of the lines.
func (c *chip) Close() error { return errors.Join(c.pins.Clock.Out(gpio.High), c.release()) }

func (c *chip) release() error {
	if c.pins.Close == nil {
		return nil
	}
	return c.pins.Close()
}
