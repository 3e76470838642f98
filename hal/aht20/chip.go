package aht20

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/hal/periphbus"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/internal/crc8"
	"periph.io/x/conn/v3/i2c"
)

const address = 0x38

// Commands and bits of the status (data sheet, section 5.3; the kernel's drivers/hwmon/aht10.c).
const (
	cmdStatus     = 0x71
	cmdInitialise = 0xbe
	cmdMeasure    = 0xac

	bitBusy       = 1 << 7
	bitCalibrated = 1 << 3
)

// initialisation is how long cmdInitialise takes.
const initialisation = 10 * time.Millisecond

type chip struct {
	bus *periphbus.Bus
	dev i2c.Dev
	cfg Config
	buf [7]byte
}

func (c Config) open(ctx context.Context) (poll.Chip, error) {
	if c.Address != address {
		return nil, fmt.Errorf("open %s: its address is 0x38, not 0x%02x", c.name(), c.Address)
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

// begin loads the calibration where the chip has not done so by itself. The chip has no identity to ask for: a status
// that never says "calibrated" is all that tells a stranger.
func (d *chip) begin(ctx context.Context) error {
	status := d.buf[:1]
	if err := d.dev.Tx([]byte{cmdStatus}, status); err != nil {
		return periphbus.Absent(d.cfg.name(), d.cfg.Address, err)
	}
	if status[0]&bitCalibrated != 0 {
		return nil
	}
	if err := d.dev.Tx([]byte{cmdInitialise, 0x08, 0x00}, nil); err != nil {
		return fmt.Errorf("initialise %s: %w", d.cfg.name(), err)
	}
	if !clock.Wait(ctx, initialisation) {
		return ctx.Err()
	}
	if err := d.dev.Tx([]byte{cmdStatus}, status); err != nil {
		return fmt.Errorf("initialise %s: %w", d.cfg.name(), err)
	}
	if status[0]&bitCalibrated == 0 {
		return periphbus.Stranger(d.cfg.name(), d.cfg.Address, fmt.Sprintf("status 0x%02x, not calibrated even after initialisation", status[0]),
			"check that an AHT20 stands at this address and that its supply is 2.2 V or more, then switch it off and on")
	}
	return nil
}

// Read takes one measurement: 20 bits each, 100 n/2^20 % and 200 n/2^20 - 50 Cel (data sheet, sections 6.1 and 6.2).
func (d *chip) Read(ctx context.Context, dst []float32) error {
	if err := d.dev.Tx([]byte{cmdMeasure, 0x33, 0x00}, nil); err != nil {
		return fmt.Errorf("start measurement: %w", err)
	}
	if err := d.await(ctx); err != nil {
		return fmt.Errorf("read measurement: %w", err)
	}
	b := &d.buf
	if crc8.Sum(b[:6]) != b[6] {
		return errors.New("read measurement: checksum is wrong")
	}
	if b[0]&bitCalibrated == 0 {
		return errors.New("chip has lost its calibration: it was reset")
	}
	humidity := uint32(b[1])<<12 | uint32(b[2])<<4 | uint32(b[3])>>4
	temperature := uint32(b[3]&0x0f)<<16 | uint32(b[4])<<8 | uint32(b[5])
	dst[0] = float32(float64(temperature)/(1<<20)*200 - 50)
	dst[1] = float32(float64(humidity) / (1 << 20) * 100)
	return nil
}

// await reads until the chip is no longer busy: after Convert, then four times after a quarter of it.
func (d *chip) await(ctx context.Context) error {
	wait := d.cfg.Convert
	for range 5 {
		if !clock.Wait(ctx, wait) {
			return ctx.Err()
		}
		if err := d.dev.Tx(nil, d.buf[:]); err != nil {
			return err
		}
		if d.buf[0]&bitBusy == 0 {
			return nil
		}
		wait = d.cfg.Convert / 4
	}
	return fmt.Errorf("chip is busy for too long: status 0x%02x", d.buf[0])
}

// Close lets go of the bus; the chip sleeps by itself.
func (d *chip) Close() error { return d.bus.Close() }
