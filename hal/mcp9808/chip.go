package mcp9808

import (
	"context"
	"errors"
	"fmt"

	"github.com/dunlin-iot/dunlin/hal/periphbus"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/devices/v3/mcp9808"
)

// Registers that periph's driver does not read, and the identities (data sheet DS25095, section 5.1; the kernel's
// drivers/hwmon/jc42.c has the same ones).
const (
	regCritical     = 0x04
	regManufacturer = 0x06
	regDevice       = 0x07
)

const (
	manufacturer = 0x0054
	device       = 0x04 // upper byte; the lower one is the revision
	mark         = 125 << 4
)

// Limits that mark the chip as set up by us; the driver wants them to rise.
const (
	lower    = physic.ZeroCelsius - 40*physic.Kelvin
	upper    = physic.ZeroCelsius + 124*physic.Kelvin
	critical = physic.ZeroCelsius + 125*physic.Kelvin
)

type chip struct {
	bus *periphbus.Bus
	raw i2c.Dev
	dev *mcp9808.Dev
	cfg Config
	buf [2]byte
}

func (c Config) open(ctx context.Context) (poll.Chip, error) {
	switch {
	case c.Address < 0x18 || c.Address > 0x1f:
		return nil, fmt.Errorf("open %s: its address is 0x18 to 0x1f, not 0x%02x", c.name(), c.Address)
	case c.Every < c.Convert:
		return nil, fmt.Errorf("open %s: it converts once in %s and cannot be read every %s", c.name(), c.Convert, c.Every)
	}
	bus, err := periphbus.Open(c.Bus)
	if err != nil {
		return nil, err
	}
	d := &chip{bus: bus, raw: i2c.Dev{Bus: bus, Addr: c.Address}, cfg: c}
	if err := d.begin(ctx); err != nil {
		return nil, errors.Join(err, bus.Close())
	}
	return d, nil
}

func (d *chip) register(reg byte) (uint16, error) {
	err := d.raw.Tx([]byte{reg}, d.buf[:])
	return uint16(d.buf[0])<<8 | uint16(d.buf[1]), err
}

// begin makes sure of the chip, sets it up and waits until it has converted.
func (d *chip) begin(ctx context.Context) error {
	maker, err := d.register(regManufacturer)
	if err != nil {
		return periphbus.Absent(d.cfg.name(), d.cfg.Address, err)
	}
	kind, err := d.register(regDevice)
	if err != nil {
		return fmt.Errorf("read device id of %s: %w", d.cfg.name(), err)
	}
	if maker != manufacturer || kind>>8 != device {
		return periphbus.Stranger(d.cfg.name(), d.cfg.Address, fmt.Sprintf("manufacturer 0x%04x, device 0x%04x", maker, kind),
			"check the address and the driver of the source: an MCP9808 has manufacturer 0x0054 and device 0x04")
	}
	if d.dev, err = mcp9808.New(d.bus, &mcp9808.Opts{Addr: int(d.cfg.Address), Res: mcp9808.Maximum}); err == nil {
		_, _, err = d.dev.SenseWithAlerts(lower, upper, critical) // sets the mark; its temperature may be of yesterday
	}
	if err != nil {
		return fmt.Errorf("set up %s: %w", d.cfg.name(), d.bus.Explain(err))
	}
	if !clock.Wait(ctx, d.cfg.Convert*5/4) {
		return ctx.Err()
	}
	return nil
}

// Read reads the last conversion, and then the mark: a chip that was reset shows 0 Cel until it has converted.
func (d *chip) Read(_ context.Context, dst []float32) error {
	var env physic.Env
	if err := d.dev.Sense(&env); err != nil {
		return fmt.Errorf("read temperature: %w", d.bus.Explain(err))
	}
	got, err := d.register(regCritical)
	if err != nil {
		return fmt.Errorf("read critical limit: %w", err)
	}
	if got != mark {
		return fmt.Errorf("chip has lost its settings: critical limit 0x%04x, not 0x%04x", got, mark)
	}
	dst[0] = float32(env.Temperature.Celsius())
	return nil
}

// Close shuts the chip down and lets go of the bus.
func (d *chip) Close() error {
	err := d.bus.Explain(d.dev.Halt())
	if closeErr := d.bus.Close(); err == nil {
		err = closeErr
	}
	return err
}
