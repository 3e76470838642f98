package adxl345

import (
	"context"
	"errors"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

// tries is how often a poll asks for a new sample, a quarter of the chip's period apart.
const tries = 8

// polled is a chip whose output registers are read.
type polled struct{ *device }

func (s *settings) openRegisters(ctx context.Context) (*polled, error) {
	d, err := s.open(ctx, bypass)
	if err != nil {
		return nil, err
	}
	return &polled{d}, nil
}

var errNothingNew = errors.New("no new sample within two periods: the chip has stopped")

// Read takes the newest sample in one burst with the flag that says it is new; the chip holds its output registers still
// during one.
func (p *polled) Read(ctx context.Context, dst []float32) error {
	if err := p.watch.Before(); err != nil {
		return err
	}
	for range tries {
		if err := p.device.Read(regIntSource, p.buf[:]); err != nil {
			return err
		}
		if p.buf[0]&dataReady != 0 && p.buf[1] == p.s.format {
			decode(dst, p.buf[2:])
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
