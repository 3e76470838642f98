package lsm6ds

import (
	"context"
	"errors"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

// tries is how often a poll asks for a new sample, a quarter of the chip's period apart.
const tries = 8

// polled is a chip whose output registers are read.
type polled struct {
	*device
	clk clock.Clock
}

func (s *settings) openRegisters(ctx context.Context) (*polled, error) {
	d, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	p := &polled{device: d, clk: s.cfg.Clock}
	if p.clk == nil {
		p.clk = clock.System{}
	}
	return p, nil
}

var errNothingNew = errors.New("no new sample within two periods: the chip has stopped")

// Read takes both sensors' newest sample in one burst with the flags that say it is new.
func (p *polled) Read(ctx context.Context, dst []float32) error {
	if err := p.watch.Before(); err != nil {
		return err
	}
	for range tries {
		if err := p.device.Read(regStatus, p.buf[:]); err != nil {
			return err
		}
		if p.buf[0]&bothReady == bothReady {
			p.decode(dst)
			p.watch.After(p.clk.Boot(), false)
			return nil
		}
		if !clock.Wait(ctx, max(p.s.cfg.Rate.Period()/4, 100*time.Microsecond)) {
			return ctx.Err()
		}
	}
	p.watch.After(p.clk.Boot(), true)
	return errNothingNew
}

// decode: status, a reserved byte, temperature, then gyroscope and accelerometer, low bytes first.
func (p *polled) decode(dst []float32) {
	for i := range 3 {
		g, a := p.buf[4+2*i:], p.buf[10+2*i:]
		dst[i] = float32(int16(uint16(a[0])|uint16(a[1])<<8)) * float32(p.s.accel.step)
		dst[3+i] = float32(int16(uint16(g[0])|uint16(g[1])<<8)) * float32(p.s.gyro.step)
	}
}
