package lsm6ds

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/hal/registers"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// settle is how long a gyroscope from power-down gives nonsense, 70 ms (DS12814, table 3), and a margin. Both sensors
// also need a few samples for their filters (AN5192, tables 13 and 17).
const settle = 80 * time.Millisecond

const filterSamples = 4

// device is a chip that was found and set up.
type device struct {
	*registers.Conn
	s     *settings
	watch *registers.Watch
	buf   [16]byte
}

// open finds the chip, resets it, sets both sensors to work with the FIFO off, and waits until they give sense.
func (s *settings) open(ctx context.Context) (*device, error) {
	if s.bad != nil {
		return nil, s.bad
	}
	conn, err := s.connect()
	if err != nil {
		return nil, err
	}
	d := &device{Conn: conn, s: s, watch: conn.Watch()}
	if err := d.setUp(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return d, nil
}

func (d *device) setUp(ctx context.Context) error {
	if _, err := d.Identify(d.s.what, regWhoAmI, chipID); err != nil {
		return err
	}
	if err := d.reset(ctx); err != nil {
		return fmt.Errorf("set up %s: %w", d.s.what, err)
	}
	control := []byte{d.s.code<<4 | d.s.accel.bits, d.s.code<<4 | d.s.gyro.bits, blockUpdate | autoIncrement}
	if err := d.keep(regCtrl1, control...); err != nil {
		return fmt.Errorf("set up %s: %w", d.s.what, err)
	}
	clock.Wait(ctx, settle+filterSamples*d.s.cfg.Rate.Period())
	return ctx.Err()
}

// keep writes settings, reads them back, and has them watched.
func (d *device) keep(reg uint8, v ...byte) error {
	d.watch.Expect(reg, v, nil)
	if err := d.Write(reg, v...); err != nil {
		return err
	}
	return d.watch.Verify()
}

// reset restores the defaults; the bit clears itself within 50 us (AN5192, 3.9).
func (d *device) reset(ctx context.Context) error {
	if err := d.Write(regCtrl3, swReset|autoIncrement); err != nil {
		return err
	}
	for range 20 {
		if !clock.Wait(ctx, time.Millisecond) {
			return ctx.Err()
		}
		if err := d.Read(regCtrl3, d.buf[:1]); err == nil && d.buf[0]&swReset == 0 {
			return nil
		}
	}
	return errors.New("the chip does not come out of its reset")
}

// Close switches both sensors and the FIFO off.
func (d *device) Close() error {
	return errors.Join(d.Write(regFIFOCtrl4, 0), d.Write(regCtrl1, 0, 0), d.Conn.Close())
}
