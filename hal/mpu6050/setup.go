package mpu6050

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/hal/registers"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

const (
	patience = 100 * time.Millisecond // after a reset (RM-MPU-6000A-00, 4.28)
	settle   = 50 * time.Millisecond  // gyroscope start-up 30 ms, and its oscillator (PS-MPU-6000A-00, 6.1)
)

// device is a chip that was found, woken and set up.
type device struct {
	*registers.Conn
	s     *settings
	watch *registers.Watch
	clk   clock.Clock
	id    uint8
	buf   [16]byte
}

// open finds the chip, resets it, and sets both sensors to work with the FIFO off.
func (s *settings) open(ctx context.Context) (*device, error) {
	if s.bad != nil {
		return nil, s.bad
	}
	conn, err := registers.I2C(s.cfg.Bus, s.cfg.Address)
	if err != nil {
		return nil, err
	}
	d := &device{Conn: conn, s: s, watch: conn.Watch(), clk: s.cfg.Clock}
	if d.clk == nil {
		d.clk = clock.System{}
	}
	if d.id, err = d.Identify(s.what, regWhoAmI, idMPU6050, idMPU6500, idMPU9250, idMPU9255); err == nil {
		if err = d.setUp(ctx); err != nil {
			err = fmt.Errorf("set up %s: %w", s.what, err)
		}
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return d, nil
}

func (d *device) setUp(ctx context.Context) error {
	if err := d.Write(regPower, deviceReset); err != nil {
		return err
	}
	if !clock.Wait(ctx, patience) {
		return ctx.Err()
	}
	if err := d.Write(regPower, clockPLL, 0); err != nil {
		return err
	}
	if !clock.Wait(ctx, settle) {
		return ctx.Err()
	}
	d.watch.Expect(regPower, []byte{clockPLL, 0}, nil)
	if d.id != idMPU6050 {
		if err := d.keep(regFilter2, d.s.filter); err != nil {
			return err
		}
	}
	if err := d.keep(regDivider, d.s.divider, d.s.filter, d.s.gyro.bits, d.s.accel.bits); err != nil {
		return err
	}
	clock.Wait(ctx, settle+4*d.s.cfg.Rate.Period())
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

// Close puts the chip to sleep.
func (d *device) Close() error {
	const sleep = 0x40
	return errors.Join(d.Write(regUserCtrl, 0), d.Write(regPower, sleep), d.Conn.Close())
}

// decode takes three big-endian values.
func decode(dst []float32, raw []byte, step float64) {
	for i := range 3 {
		dst[i] = float32(int16(uint16(raw[2*i])<<8|uint16(raw[2*i+1]))) * float32(step)
	}
}
