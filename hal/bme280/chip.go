package bme280

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/poll"
	"github.com/dunlin-iot/dunlin/hal/registers"
	"github.com/dunlin-iot/dunlin/internal/clock"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// Registers and bits (section 5.3).
const (
	regCalibration  = 0x88 // to 0xa1
	regID           = 0xd0
	regReset        = 0xe0
	regCalibrationH = 0xe1 // to 0xe7
	regCtrlHum      = 0xf2
	regCtrlMeas     = 0xf4
	regConfig       = 0xf5

	resetWord     = 0xb6
	bitMeasuring  = 1 << 3
	bitUpdating   = 1 << 0 // trimming words are being copied
	modeForced    = 1
	noMeasurement = 0x80000 // temperature and pressure before the first measurement
	noHumidity    = 0x8000

	startUp = 2 * time.Millisecond // table 1

	// onSPI is the clock, a tenth of the most that the chip takes (table 34): a measurement is 16 bytes each second, and
	// slow edges forgive long wires. Modes 0 and 3 are told apart by the chip itself (section 6.3).
	onSPI = physic.MegaHertz
)

// chip is an open chip.
type chip struct {
	conn    *registers.Conn
	cfg     Config
	cal     calibration
	oversam byte // osrs field
	buf     [13]byte
}

func (c Config) open(ctx context.Context) (poll.Chip, error) {
	oversam, ok := map[int]byte{1: 1, 2: 2, 4: 3, 8: 4, 16: 5}[c.Oversampling]
	switch {
	case c.Chip != BME280 && c.Chip != BMP280:
		return nil, fmt.Errorf("open %s: there is no chip %q, only %s and %s", c.name(), c.Chip, BME280, BMP280)
	case c.SPI == nil && c.Address != 0x76 && c.Address != 0x77:
		return nil, fmt.Errorf("open %s: its address is 0x76 or 0x77, not 0x%02x", c.name(), c.Address)
	case !ok:
		return nil, fmt.Errorf("open %s: oversampling is 1, 2, 4, 8 or 16, not %d", c.name(), c.Oversampling)
	}
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	d := &chip{conn: conn, cfg: c, oversam: oversam}
	if err := d.begin(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return d, nil
}

func (c Config) connect() (*registers.Conn, error) {
	if c.SPI != nil {
		return registers.SPI(c.SPI, registers.SPIConfig{Speed: onSPI, Mode: spi.Mode0, Most: 64})
	}
	return registers.I2C(c.Bus, c.Address)
}

// begin makes sure of the chip, resets it and loads its calibration.
func (d *chip) begin(ctx context.Context) error {
	id, err := d.conn.Ask(d.cfg.name(), regID)
	if err != nil {
		return err
	}
	if err := d.identify(id); err != nil {
		return err
	}
	if err := d.conn.Write(regReset, resetWord); err != nil {
		return fmt.Errorf("reset %s: %w", d.cfg.name(), err)
	}
	if err := d.settle(ctx, startUp, bitUpdating); err != nil {
		return fmt.Errorf("reset %s: %w", d.cfg.name(), err)
	}
	if d.cal, err = d.calibration(); err != nil {
		return fmt.Errorf("read calibration of %s: %w", d.cfg.name(), err)
	}
	if err := d.setUp(); err != nil {
		return fmt.Errorf("set up %s: %w", d.cfg.name(), err)
	}
	return nil
}

// setUp switches the filter off, and with it three-wire SPI. Humidity oversampling takes effect with the next write to
// ctrl_meas. Each register is a transfer of its own: bytes after the first are no next register to this chip, but
// pairs of number and value (sections 6.2.1 and 6.3.1).
func (d *chip) setUp() error {
	err := d.conn.Write(regConfig, 0)
	if err == nil && d.cfg.humid() {
		err = d.conn.Write(regCtrlHum, d.oversam)
	}
	return err
}

// kin are the Bosch sensors that answer at the same addresses, by chip id.
func kin(id byte) (name string, ours string) {
	switch id {
	case 0x60:
		return "a BME280", BME280
	case 0x56, 0x57, 0x58: // 0x56 and 0x57 are engineering samples
		return "a BMP280", BMP280
	case 0x55:
		return "a BMP180", ""
	case 0x61:
		return "a BME680 or BME688", ""
	case 0x50:
		return "a BMP388", ""
	}
	return "no BME280 or BMP280", ""
}

func (d *chip) identify(id byte) error {
	name, ours := kin(id)
	if ours == d.cfg.Chip {
		return nil
	}
	fix := "check the address of the source, or connect a " + d.cfg.Chip
	switch {
	case ours != "":
		fix = "set the driver of the source to " + ours
	case d.cfg.SPI != nil:
		fix = "check the chip select that the device name ends with, or connect a " + d.cfg.Chip
	}
	return &hal.AbsentError{What: d.cfg.name(), Err: fmt.Errorf("another chip answers: chip id 0x%02x, %s", id, name), Fix: fix}
}

func (d *chip) calibration() (calibration, error) {
	var tp [26]byte
	if err := d.conn.Read(regCalibration, tp[:]); err != nil {
		return calibration{}, err
	}
	if !d.cfg.humid() {
		return parse(tp[:], nil)
	}
	var h [7]byte
	if err := d.conn.Read(regCalibrationH, h[:]); err != nil {
		return calibration{}, err
	}
	return parse(tp[:], h[:])
}

// settle waits until bits of the status are clear: once for as long as it should take, then four times a quarter of it.
func (d *chip) settle(ctx context.Context, wait time.Duration, bits byte) error {
	for range 5 {
		if !clock.Wait(ctx, wait) {
			return ctx.Err()
		}
		if err := d.burst(); err != nil {
			return err
		}
		if d.buf[1]&bits == 0 {
			return nil
		}
		wait = wait/4 + 1
	}
	return fmt.Errorf("chip is busy for too long: status 0x%02x", d.buf[1])
}

// burst reads registers 0xf2 to 0xfe: settings, status and the sample, which the chip's shadow registers keep whole
// within one transfer (section 4.1). A sample with such settings is neither all zeros nor all ones, but an SPI line that
// came loose is.
func (d *chip) burst() error {
	if err := d.conn.Read(regCtrlHum, d.buf[:]); err != nil {
		return err
	}
	return d.conn.Driven(d.buf[:])
}

// Read takes one forced measurement.
func (d *chip) Read(ctx context.Context, dst []float32) error {
	if err := d.conn.Write(regCtrlMeas, d.oversam<<5|d.oversam<<2|modeForced); err != nil {
		return fmt.Errorf("start measurement: %w", err)
	}
	if err := d.settle(ctx, d.cfg.Convert, bitMeasuring|bitUpdating); err != nil {
		return fmt.Errorf("read measurement: %w", err)
	}
	b := &d.buf
	pressure := int32(b[5])<<12 | int32(b[6])<<4 | int32(b[7])>>4
	temperature := int32(b[8])<<12 | int32(b[9])<<4 | int32(b[10])>>4
	humidity := int32(b[11])<<8 | int32(b[12])
	if err := d.trust(temperature, pressure, humidity); err != nil {
		return err
	}
	celsius, fine := d.cal.celsius(temperature)
	pascal, ok := d.cal.pascal(pressure, fine)
	if !ok {
		return errors.New("calibration gives no pressure at this temperature")
	}
	dst[0], dst[1] = float32(celsius), float32(pascal)
	if d.cfg.humid() {
		dst[2] = float32(d.cal.percent(humidity, fine))
	}
	return nil
}

// trust holds a sample to be a measurement with our settings. Each raw value for itself may be that of the reset; two
// at once are no measurement.
func (d *chip) trust(temperature, pressure, humidity int32) error {
	if d.buf[2]>>2 != d.oversam<<3|d.oversam || d.cfg.humid() && d.buf[0]&7 != d.oversam {
		return errors.New("chip has lost its settings: it was reset")
	}
	blanks := 0
	for _, blank := range [...]bool{temperature == noMeasurement, pressure == noMeasurement, d.cfg.humid() && humidity == noHumidity} {
		if blank {
			blanks++
		}
	}
	if blanks > 1 {
		return errors.New("chip has measured nothing: its registers hold the values of a reset")
	}
	return nil
}

// Close lets go of the bus; after a forced measurement the chip sleeps by itself.
func (d *chip) Close() error { return d.conn.Close() }
