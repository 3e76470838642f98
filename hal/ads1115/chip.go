package ads1115

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"periph.io/x/conn/v3/i2c"

	"github.com/dunlin-iot/dunlin/hal/periphbus"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Registers and bits of the data sheet, section 9.6.
const (
	regConversion = 0x00
	regConfig     = 0x01

	bitOS      = 0x8000 // written: start a conversion; read: none is under way
	bitSingle  = 0x0100 // MODE: single shot, asleep in between
	noCompare  = 0x0003 // COMP_QUE: comparator off
	atReset    = 0x8583 // the configuration after power-up
	tolerance  = 1.1    // how much slower than DR says the chip may be (table 7.5: 10 %)
	muxShift   = 12
	scaleShift = 9
	rateShift  = 5
)

var (
	errChanged = errors.New("the chip has another configuration than was written: it lost its power, or another program uses it")
	errLate    = errors.New("no conversion has ended in twice its time")
)

type chip struct {
	bus     i2c.BusCloser
	what    string
	addr    uint16
	scale   float64       // volts at full scale
	period  time.Duration // of one conversion, as DR says
	configs []uint16      // one for each input, without OS
	clock   clock.Clock
	buf     [5]byte // a write of three bytes, or a write of one and a read of two
}

// plan turns the configuration into register values.
func (c *chip) plan(cfg Config) error {
	scale, rate := slices.Index(scales, cfg.FullScale), slices.Index(rates, cfg.Rate)
	switch {
	case scale < 0:
		return fmt.Errorf("full scale of %g V: want one of %v", cfg.FullScale, scales)
	case rate < 0:
		return fmt.Errorf("rate of %d: want one of %v", cfg.Rate, rates)
	}
	for i, in := range cfg.Inputs {
		mux, ok := muxes[in]
		if !ok || slices.Contains(cfg.Inputs[:i], in) {
			return fmt.Errorf("input %q: want each of 0, 1, 2, 3, 0-1, 0-3, 1-3, 2-3 once at most", in)
		}
		c.configs = append(c.configs, mux<<muxShift|uint16(scale)<<scaleShift|bitSingle|uint16(rate)<<rateShift|noCompare)
	}
	if len(c.configs) == 1 {
		c.configs[0] &^= bitSingle
	}
	if need := c.slowest() * time.Duration(len(c.configs)); cfg.Every < need {
		return fmt.Errorf("a sample every %s: %s at %d conversions per second may take %s", cfg.Every, strings.Join(cfg.Inputs, ", "), cfg.Rate, need)
	}
	return nil
}

// slowest is the longest that one conversion may take.
func (c *chip) slowest() time.Duration { return time.Duration(float64(c.period) * tolerance) }

func (c *chip) continuous() bool { return c.configs[0]&bitSingle == 0 }

// start writes the first configuration and reads it back; the chip has no identity to ask for.
func (c *chip) start(ctx context.Context) error {
	before, err := c.get(regConfig)
	if err != nil {
		return periphbus.Absent(c.what, c.addr, err)
	}
	if err := c.put(c.configs[0]); err != nil {
		return err
	}
	now, err := c.get(regConfig)
	if err != nil {
		return err
	}
	if now&^bitOS != c.configs[0] {
		found := fmt.Sprintf("register 1 was 0x%04x (0x%04x after power-up of an ADS1115) and is 0x%04x after 0x%04x was written", before, atReset, now, c.configs[0])
		return periphbus.Stranger(c.what, c.addr, found, "check the address of the ADS1115 (ADDR pin) and what else is wired to the bus")
	}
	if c.continuous() {
		// What is in the register may be a conversion from before: the second from now on is ours (section 9.4.2.2).
		clock.Wait(ctx, 2*c.slowest())
	}
	return ctx.Err()
}

// Read fills dst with one voltage for each input.
func (c *chip) Read(ctx context.Context, dst []float32) error {
	for i, config := range c.configs {
		code, err := c.convert(ctx, config)
		if err != nil {
			return err
		}
		dst[i] = volts(code, c.scale)
	}
	return nil
}

func (c *chip) convert(ctx context.Context, config uint16) (int16, error) {
	if c.continuous() {
		return c.latest(config)
	}
	if err := c.put(config | bitOS); err != nil {
		return 0, err
	}
	for wait, until := c.period, c.clock.Boot()+2*c.slowest(); ; wait = max(c.period/16, 100*time.Microsecond) {
		if !clock.Wait(ctx, wait) {
			return 0, ctx.Err()
		}
		now, err := c.get(regConfig)
		switch {
		case err != nil:
			return 0, err
		case now&^bitOS != config:
			return 0, errChanged
		case now&bitOS != 0:
			code, err := c.get(regConversion)
			return int16(code), err
		case c.clock.Boot() > until:
			return 0, errLate
		}
	}
}

// latest is the last finished conversion in continuous mode, at most one period old. The configuration is read after
// it, so that a reset in between is seen.
func (c *chip) latest(config uint16) (int16, error) {
	code, err := c.get(regConversion)
	if err != nil {
		return 0, err
	}
	now, err := c.get(regConfig)
	if err == nil && now&^bitOS != config {
		err = errChanged
	}
	return int16(code), err
}

// Close puts the chip to sleep.
func (c *chip) Close() error {
	err := c.put(c.configs[0] | bitSingle)
	return errors.Join(err, c.bus.Close())
}

func (c *chip) get(reg byte) (uint16, error) {
	w, r := c.buf[:1], c.buf[3:]
	w[0] = reg
	if err := c.bus.Tx(c.addr, w, r); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint16(r), nil
}

func (c *chip) put(config uint16) error {
	w := append(c.buf[:0], regConfig, byte(config>>8), byte(config))
	return c.bus.Tx(c.addr, w, nil)
}
