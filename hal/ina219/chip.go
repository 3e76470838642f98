package ina219

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/i2c"

	"github.com/dunlin-iot/dunlin/hal/periphbus"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Registers and bits (SBOS448G, 8.6; the kernel's drivers/hwmon/ina2xx.c). CNVR is cleared by writing a mode.
const (
	regConfig      = 0x00
	regBus         = 0x02 // voltage in 4 mV from bit 3 on
	regCurrent     = 0x04
	regCalibration = 0x05

	bitReady    = 1 << 1 // of the bus voltage: CNVR, a triggered measurement has ended
	bitOverflow = 1 << 0 // OVF
	triggered   = 3      // MODE: shunt and bus voltage once
	modes       = 7
	atReset     = 0x399F
)

var (
	errOverflow = errors.New("current or power is out of the chip's range (OVF): choose a larger max_current")
	errChanged  = errors.New("the chip forgot its calibration: it lost its power, or another program uses it")
	errLate     = errors.New("no measurement has ended in twice its time")
)

type chip struct {
	plan
	bus   i2c.BusCloser
	addr  uint16
	clock clock.Clock
	buf   [5]byte // a write of three bytes, or a write of one and a read of two
}

// start sees whether the chip keeps what is written to it; it has no identity to ask for.
func (c *chip) start(what string) error {
	before, err := c.get(regConfig)
	if err != nil {
		return periphbus.Absent(what, c.addr, err)
	}
	if err := c.put(regConfig, c.config&^modes); err != nil {
		return err
	}
	now, err := c.get(regConfig)
	if err != nil {
		return err
	}
	if now != c.config&^modes {
		found := fmt.Sprintf("register 0 was 0x%04x (0x%04x after power-up of an INA219) and is 0x%04x after 0x%04x was written", before, atReset, now, c.config&^modes)
		return periphbus.Stranger(what, c.addr, found, "check the address of the INA219 (pins A0 and A1) and what else is wired to the bus")
	}
	return nil
}

// Read measures once. The calibration is written each time and read back at the end: without it the chip computes zeros.
func (c *chip) Read(ctx context.Context, dst []float32) error {
	if err := c.put(regCalibration, c.calibration); err != nil {
		return err
	}
	if err := c.put(regConfig, c.config); err != nil {
		return err
	}
	bus, err := c.measured(ctx)
	if err != nil {
		return err
	}
	current, err := c.get(regCurrent)
	if err != nil {
		return err
	}
	if cal, err := c.get(regCalibration); err != nil || cal != c.calibration {
		return or(err, errChanged)
	}
	if bus&bitOverflow != 0 {
		return errOverflow
	}
	volts, amperes := float64(bus>>3)*0.004, float64(int16(current))*c.step
	dst[0], dst[1], dst[2] = float32(volts), float32(amperes), float32(volts*amperes)
	return nil
}

// measured waits for the end of a measurement and returns the bus voltage register.
func (c *chip) measured(ctx context.Context) (uint16, error) {
	wait, until := c.takes, c.clock.Boot()+2*c.longest()+time.Millisecond
	for {
		if !clock.Wait(ctx, wait) {
			return 0, ctx.Err()
		}
		bus, err := c.get(regBus)
		if err != nil || bus&bitReady != 0 {
			return bus, err
		}
		if c.clock.Boot() > until {
			return 0, errLate
		}
		wait = max(c.takes/16, 100*time.Microsecond)
	}
}

// Close powers the chip down.
func (c *chip) Close() error {
	return errors.Join(c.put(regConfig, c.config&^modes), c.bus.Close())
}

func (c *chip) get(reg byte) (uint16, error) {
	w, r := c.buf[:1], c.buf[3:]
	w[0] = reg
	if err := c.bus.Tx(c.addr, w, r); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint16(r), nil
}

func (c *chip) put(reg byte, v uint16) error {
	return c.bus.Tx(c.addr, append(c.buf[:0], reg, byte(v>>8), byte(v)), nil)
}

func or(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
