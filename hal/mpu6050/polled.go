package mpu6050

import (
	"context"
	"errors"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

// tries is how often a poll asks for a new sample, a quarter of the chip's period apart.
const tries = 8

// polled is a chip whose data registers are read.
type polled struct{ *device }

func (s *settings) openRegisters(ctx context.Context) (*polled, error) {
	d, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	return &polled{d}, nil
}

var errNothingNew = errors.New("no new sample within two periods: the chip has stopped")

// Read takes the newest sample in one burst with the flag that says it is new; the chip holds its data registers still
// during one. The later chips wake up by themselves after a reset, with other scales: so the settings are compared
// after every sample, before it is passed on.
func (p *polled) Read(ctx context.Context, dst []float32) error {
	all := p.buf[:15] // INT_STATUS, accelerometer, temperature, gyroscope
	for range tries {
		if err := p.device.Read(regIntStatus, all); err != nil {
			return err
		}
		if all[0]&dataReady != 0 {
			decode(dst, all[1:], p.s.accel.step)
			decode(dst[3:], all[9:], p.s.gyro.step)
			return p.watch.Verify()
		}
		if !clock.Wait(ctx, max(p.s.cfg.Rate.Period()/4, 100*time.Microsecond)) {
			return ctx.Err()
		}
	}
	if err := p.watch.Verify(); err != nil {
		return err
	}
	return errNothingNew
}
