package scd4x

import (
	"context"
	"errors"
	"fmt"

	"github.com/dunlin-iot/dunlin/hal/periphbus"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"github.com/dunlin-iot/dunlin/internal/crc8"
	"periph.io/x/conn/v3/i2c"
)

const address = 0x62

// Commands (data sheet, "command overview"; Sensirion's embedded-i2c-scd4x has the same, with their times).
const (
	cmdStart         = 0x21b1
	cmdStartLowPower = 0x21ac
	cmdRead          = 0xec05
	cmdStop          = 0x3f86
	cmdReady         = 0xe4b8
	cmdSetAltitude   = 0x2427
	cmdSerial        = 0x3682
	cmdWake          = 0x36f6
)

// readyBits are those of the answer to cmdReady that say that a measurement waits.
const readyBits = 0x07ff

type chip struct {
	bus *periphbus.Bus
	dev i2c.Dev
	cfg Config
	buf [9]byte
}

func (c Config) open(ctx context.Context) (poll.Chip, error) {
	switch {
	case c.Address != address:
		return nil, fmt.Errorf("open %s: its address is 0x62, not 0x%02x", c.name(), c.Address)
	case c.Every < c.Timing.Period:
		return nil, fmt.Errorf("open %s: it measures once in %s and cannot be read every %s", c.name(), c.Timing.Period, c.Every)
	case c.Altitude < 0 || c.Altitude > 3000:
		return nil, fmt.Errorf("open %s: altitude is 0 to 3000 m, not %d", c.name(), c.Altitude)
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

// begin wakes the chip, stops what it does, makes sure of it by its serial number and starts measuring.
func (d *chip) begin(ctx context.Context) error {
	if err := d.rest(ctx); err != nil {
		return err
	}
	if _, err := d.words(ctx, cmdSerial, 3); err != nil {
		if errors.Is(err, errChecksum) {
			return periphbus.Stranger(d.cfg.name(), d.cfg.Address, "its serial number has wrong checksums",
				"check the address and the driver of the source, and the wires: long ones need a slower bus")
		}
		return fmt.Errorf("read serial number of %s: %w", d.cfg.name(), err)
	}
	if d.cfg.Altitude > 0 {
		if err := d.send(cmdSetAltitude, uint16(d.cfg.Altitude)); err != nil {
			return fmt.Errorf("set altitude of %s: %w", d.cfg.name(), err)
		}
		if !clock.Wait(ctx, d.cfg.Timing.Fetch) {
			return ctx.Err()
		}
	}
	start := uint16(cmdStart)
	if d.cfg.LowPower {
		start = cmdStartLowPower
	}
	if err := d.send(start); err != nil {
		return fmt.Errorf("start %s: %w", d.cfg.name(), err)
	}
	return nil
}

// rest brings the chip from whatever it does to idle. It does not acknowledge the wake-up, nor anything else until it
// has stopped a measurement (our own of a moment ago), so silence counts only after that time.
func (d *chip) rest(ctx context.Context) error {
	_ = d.send(cmdWake)
	wait, err := d.cfg.Timing.Wake, error(nil)
	for range 2 {
		if !clock.Wait(ctx, wait) {
			return ctx.Err()
		}
		wait = d.cfg.Timing.Stop
		if err = d.send(cmdStop); err == nil {
			break
		}
	}
	if err != nil {
		return periphbus.Absent(d.cfg.name(), d.cfg.Address, err)
	}
	if !clock.Wait(ctx, wait) {
		return ctx.Err()
	}
	return nil
}

// Read waits for the next measurement and takes it: CO2 in ppm, then 175 n/65535 - 45 Cel and 100 n/65535 % (data sheet
// 1.7, "read_measurement"; Sensirion's arduino-i2c-scd4x. The kernel's scd4x.c divides by 65536, which is 0.003 Cel less
// at most).
func (d *chip) Read(ctx context.Context, dst []float32) error {
	if err := d.await(ctx); err != nil {
		return fmt.Errorf("wait for measurement: %w", err)
	}
	b, err := d.words(ctx, cmdRead, 3)
	if err != nil {
		return fmt.Errorf("read measurement: %w", err)
	}
	dst[0] = float32(word(b, 0))
	dst[1] = float32(float64(word(b, 1))/65535*175 - 45)
	dst[2] = float32(float64(word(b, 2)) / 65535 * 100)
	return nil
}

// await asks whether a measurement is there, fifty times a period for two periods.
func (d *chip) await(ctx context.Context) error {
	step := d.cfg.Timing.Period/50 + 1
	for range 100 {
		b, err := d.words(ctx, cmdReady, 1)
		if err != nil {
			return err
		}
		if word(b, 0)&readyBits != 0 {
			return nil
		}
		if !clock.Wait(ctx, step) {
			return ctx.Err()
		}
	}
	return fmt.Errorf("nothing for %s: the chip does not measure", 2*d.cfg.Timing.Period)
}

// Close stops the measurement and lets go of the bus.
func (d *chip) Close() error {
	err := d.send(cmdStop)
	if closeErr := d.bus.Close(); err == nil {
		err = closeErr
	}
	return err
}

var errChecksum = errors.New("checksum of a word is wrong")

// send sends a command and its words.
func (d *chip) send(command uint16, args ...uint16) error {
	w := []byte{byte(command >> 8), byte(command)}
	for _, v := range args {
		pair := []byte{byte(v >> 8), byte(v)}
		w = append(w, pair[0], pair[1], crc8.Sum(pair))
	}
	return d.dev.Tx(w, nil)
}

// words sends a command and reads n words with their checksums.
func (d *chip) words(ctx context.Context, command uint16, n int) ([]byte, error) {
	if err := d.send(command); err != nil {
		return nil, err
	}
	if !clock.Wait(ctx, d.cfg.Timing.Fetch) {
		return nil, ctx.Err()
	}
	b := d.buf[:3*n]
	if err := d.dev.Tx(nil, b); err != nil {
		return nil, err
	}
	for i := 0; i < len(b); i += 3 {
		if crc8.Sum(b[i:i+2]) != b[i+2] {
			return nil, errChecksum
		}
	}
	return b, nil
}

func word(b []byte, i int) uint16 { return uint16(b[3*i])<<8 | uint16(b[3*i+1]) }
