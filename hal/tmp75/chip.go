package tmp75

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

// Bits of the configuration (data sheet SBOS288, "configuration register"; the kernel's drivers/hwmon/lm75.c has the
// same ones).
const (
	bitOneShot    = 1 << 7 // write: start; reads as zero
	bitResolution = 3 << 5 // ones: 12 bits
	bitShutdown   = 1 << 0
	bitsKept      = 3<<3 | 1<<2 | 1<<1 // fault queue, polarity, thermostat mode
)

type chip struct {
	bus  *periphbus.Bus
	dev  i2c.Dev
	cfg  Config
	rest byte // the configuration between two conversions
	buf  [2]byte
}

func (c Config) open(ctx context.Context) (poll.Chip, error) {
	if c.Address < 0x48 || c.Address > 0x4f {
		return nil, fmt.Errorf("open %s: its address is 0x48 to 0x4f, not 0x%02x", c.name(), c.Address)
	}
	bus, err := periphbus.Open(c.Bus)
	if err != nil {
		return nil, err
	}
	d := &chip{bus: bus, dev: i2c.Dev{Bus: bus, Addr: c.Address}, cfg: c}
	if err := d.begin(ctx); err != nil {
		return nil, errors.Join(err, bus.Close())
	}
	return d, nil
}

// begin shuts the chip down with 12 bits. That it keeps these bits is all that tells it from a stranger.
func (d *chip) begin(ctx context.Context) error {
	found, err := d.config()
	if err != nil {
		return periphbus.Absent(d.cfg.name(), d.cfg.Address, err)
	}
	if found&bitOneShot != 0 {
		return d.stranger(found)
	}
	d.rest = found&bitsKept | bitResolution | bitShutdown
	if err := d.configure(d.rest); err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	if !clock.Wait(ctx, d.cfg.Convert) { // the last continuous conversion ends
		return ctx.Err()
	}
	if found, err = d.config(); err == nil && found != d.rest {
		return d.stranger(found)
	}
	return err
}

func (d *chip) stranger(config byte) error {
	return periphbus.Stranger(d.cfg.name(), d.cfg.Address, fmt.Sprintf("configuration 0x%02x is none of a TMP75", config),
		"check the address and the driver of the source: TMP102, LM75, ADS1115 and others answer at 0x48, too")
}

func (d *chip) config() (byte, error) {
	err := d.dev.Tx([]byte{regConfig}, d.buf[:1])
	return d.buf[0], err
}

func (d *chip) configure(v byte) error { return d.dev.Tx([]byte{regConfig, v}, nil) }

// Read takes one conversion: 12 bits at the left end of the register, in steps of 0.0625 Cel ("temperature register").
func (d *chip) Read(ctx context.Context, dst []float32) error {
	if err := d.configure(d.rest | bitOneShot); err != nil {
		return fmt.Errorf("start conversion: %w", err)
	}
	if !clock.Wait(ctx, d.cfg.Convert) {
		return ctx.Err()
	}
	config, err := d.config()
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	if config != d.rest {
		err := fmt.Errorf("chip has lost its settings: configuration 0x%02x", config)
		return errors.Join(err, d.configure(d.rest)) // for the next sample
	}
	if err := d.dev.Tx([]byte{regTemperature}, d.buf[:]); err != nil {
		return fmt.Errorf("read temperature: %w", err)
	}
	raw := uint16(d.buf[0])<<8 | uint16(d.buf[1])
	if raw&0x0f != 0 {
		return fmt.Errorf("read temperature: 0x%04x has more than 12 bits", raw)
	}
	dst[0] = float32(int16(raw)>>4) / 16
	return nil
}

// Close lets go of the bus; the chip is shut down after each conversion.
func (d *chip) Close() error { return d.bus.Close() }
