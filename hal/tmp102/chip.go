package tmp102

import (
	"context"
	"errors"
	"fmt"

	"github.com/dunlin-iot/dunlin/hal/periphbus"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"periph.io/x/conn/v3/i2c"
)

const (
	regTemperature = 0
	regConfig      = 1
)

// Bits of the configuration (data sheet SBOS397, "configuration register"; the kernel's drivers/hwmon/tmp102.c has the
// same ones).
const (
	bitOneShot    = 1 << 15 // write: start; read: done
	bitResolution = 3 << 13 // always ones
	bitShutdown   = 1 << 8
	bitExtended   = 1 << 4
	bitsZero      = 0x0f
	bitsKept      = 3<<11 | 1<<10 | 1<<9 | 3<<6 // fault queue, polarity, thermostat mode, conversion rate
)

type chip struct {
	bus  *periphbus.Bus
	dev  i2c.Dev
	cfg  Config
	kept uint16 // what was found in bitsKept
	rest bool   // it is shut down between conversions
	buf  [2]byte
}

func (c Config) open(context.Context) (poll.Chip, error) {
	if c.Address < 0x48 || c.Address > 0x4b {
		return nil, fmt.Errorf("open %s: its address is 0x48 to 0x4b, not 0x%02x", c.name(), c.Address)
	}
	bus, err := periphbus.Open(c.Bus)
	if err != nil {
		return nil, err
	}
	d := &chip{bus: bus, dev: i2c.Dev{Bus: bus, Addr: c.Address}, cfg: c}
	if err := d.begin(); err != nil {
		return nil, errors.Join(err, bus.Close())
	}
	return d, nil
}

// begin looks at the configuration. The chip has no identity; six bits that never change are all that tells a stranger.
func (d *chip) begin() error {
	config, err := d.register(regConfig)
	if err != nil {
		return periphbus.Absent(d.cfg.name(), d.cfg.Address, err)
	}
	if config&bitResolution != bitResolution || config&bitsZero != 0 {
		return periphbus.Stranger(d.cfg.name(), d.cfg.Address, fmt.Sprintf("configuration 0x%04x is none of a TMP102", config),
			"check the address and the driver of the source: LM75, ADS1115 and others answer at 0x48, too")
	}
	d.kept = config & bitsKept
	return nil
}

func (d *chip) register(reg byte) (uint16, error) {
	err := d.dev.Tx([]byte{reg}, d.buf[:])
	return uint16(d.buf[0])<<8 | uint16(d.buf[1]), err
}

// shut ends continuous conversions and waits for the last of them. Only then does the one-shot bit start anything
// (sheet, "one-shot/conversion ready").
func (d *chip) shut(ctx context.Context) error {
	if d.rest {
		return nil
	}
	if err := d.configure(d.kept | bitShutdown); err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	if !clock.Wait(ctx, d.cfg.Convert) {
		return ctx.Err()
	}
	d.rest = true
	return nil
}

func (d *chip) configure(v uint16) error {
	return d.dev.Tx([]byte{regConfig, byte(v >> 8), byte(v)}, nil)
}

// Read takes one conversion: 12 bits at the left end of the register, in steps of 0.0625 Cel ("temperature register").
func (d *chip) Read(ctx context.Context, dst []float32) error {
	if err := d.shut(ctx); err != nil {
		return err
	}
	if err := d.configure(d.kept | bitOneShot | bitShutdown); err != nil {
		return fmt.Errorf("start conversion: %w", err)
	}
	if err := d.await(ctx); err != nil {
		return fmt.Errorf("read conversion: %w", err)
	}
	raw, err := d.register(regTemperature)
	if err != nil {
		return fmt.Errorf("read temperature: %w", err)
	}
	if raw&bitsZero != 0 {
		return fmt.Errorf("read temperature: 0x%04x has more than 12 bits", raw)
	}
	dst[0] = float32(int16(raw)>>4) / 16
	return nil
}

// await waits until the conversion is done: Convert, then four times a quarter of it.
func (d *chip) await(ctx context.Context) error {
	wait := d.cfg.Convert
	for range 5 {
		if !clock.Wait(ctx, wait) {
			return ctx.Err()
		}
		config, err := d.register(regConfig)
		if err != nil {
			return err
		}
		if config&bitResolution != bitResolution || config&(bitShutdown|bitExtended|bitsZero) != bitShutdown {
			d.rest = false
			return fmt.Errorf("chip has lost its settings: configuration 0x%04x", config)
		}
		if config&bitOneShot != 0 {
			return nil
		}
		wait = d.cfg.Convert / 4
	}
	return errors.New("conversion takes too long")
}

// Close lets go of the bus; the chip is shut down after each conversion.
func (d *chip) Close() error { return d.bus.Close() }
