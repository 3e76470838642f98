package hdc302x

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

// Commands (data sheet SNAS778, table 7-4; the kernel's drivers/iio/humidity/hdc3020.c).
const (
	cmdMeasure      = 0x2400 // once, low-power mode 0: the lowest noise
	cmdHeaterOff    = 0x3066
	cmdExitAuto     = 0x3093
	cmdManufacturer = 0x3781
)

const manufacturer = 0x3000 // Texas Instruments

// pause is how long the chip takes to leave automatic measurements.
const pause = time.Millisecond

var errChecksum = errors.New("checksum of a word is wrong")

type chip struct {
	bus *periphbus.Bus
	dev i2c.Dev
	cfg Config
	buf [6]byte
}

func (c Config) open(ctx context.Context) (poll.Chip, error) {
	if c.Address < 0x44 || c.Address > 0x47 {
		return nil, fmt.Errorf("open %s: its address is 0x44 to 0x47, not 0x%02x", c.name(), c.Address)
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

// begin stops what somebody else may have started, and makes sure of the chip.
func (d *chip) begin(ctx context.Context) error {
	err := d.send(cmdExitAuto)
	if err != nil { // as it is while a measurement of a moment ago lasts
		if !clock.Wait(ctx, d.cfg.Convert) {
			return ctx.Err()
		}
		err = d.send(cmdExitAuto)
	}
	if err != nil {
		return periphbus.Absent(d.cfg.name(), d.cfg.Address, err)
	}
	if !clock.Wait(ctx, pause) {
		return ctx.Err()
	}
	id := d.buf[:3]
	if err := d.dev.Tx(word(cmdManufacturer), id); err != nil {
		return fmt.Errorf("read manufacturer of %s: %w", d.cfg.name(), err)
	}
	if crc8.Sum(id[:2]) != id[2] {
		return fmt.Errorf("read manufacturer of %s: %w", d.cfg.name(), errChecksum)
	}
	if got := uint16(id[0])<<8 | uint16(id[1]); got != manufacturer {
		return periphbus.Stranger(d.cfg.name(), d.cfg.Address, fmt.Sprintf("manufacturer 0x%04x, not TI's 0x%04x", got, manufacturer),
			"check the address and the driver of the source: an SHT3x or SHT4x answers at 0x44, too")
	}
	if err := d.send(cmdHeaterOff); err != nil {
		return fmt.Errorf("switch off heater of %s: %w", d.cfg.name(), err)
	}
	return nil
}

func word(command uint16) []byte { return []byte{byte(command >> 8), byte(command)} }

func (d *chip) send(command uint16) error { return d.dev.Tx(word(command), nil) }

// Read takes one measurement. While it lasts the chip does not acknowledge, so an old one cannot be read. Words become
// 175 n/65535 - 45 Cel and 100 n/65535 % (sheet, "measurement of relative humidity and temperature").
func (d *chip) Read(ctx context.Context, dst []float32) error {
	if err := d.send(cmdMeasure); err != nil {
		return fmt.Errorf("start measurement: %w", err)
	}
	if !clock.Wait(ctx, d.cfg.Convert) {
		return ctx.Err()
	}
	b := d.buf[:]
	if err := d.dev.Tx(nil, b); err != nil {
		return fmt.Errorf("read measurement: %w", err)
	}
	if crc8.Sum(b[:2]) != b[2] || crc8.Sum(b[3:5]) != b[5] {
		return fmt.Errorf("read measurement: %w", errChecksum)
	}
	temperature, humidity := float64(uint16(b[0])<<8|uint16(b[1])), float64(uint16(b[3])<<8|uint16(b[4]))
	dst[0], dst[1] = float32(temperature/65535*175-45), float32(humidity/65535*100)
	return nil
}

// Close lets go of the bus; after a triggered measurement the chip sleeps by itself.
func (d *chip) Close() error { return d.bus.Close() }
