package adxl345

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/hal/registers"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Registers and bits (table 19 of the sheet).
const (
	regDevID      = 0x00
	regOffsets    = 0x1E // three
	regRate       = 0x2C // BW_RATE, then POWER_CTL and INT_ENABLE
	regPower      = 0x2D
	regIntSource  = 0x30 // then DATA_FORMAT and six bytes of data
	regFormat     = 0x31
	regData       = 0x32
	regFIFO       = 0x38
	regFIFOStatus = 0x39

	measure    = 0x08 // POWER_CTL
	dataReady  = 0x80 // INT_SOURCE
	overran    = 0x01 // INT_SOURCE
	bypass     = 0x00 // FIFO_CTL
	stream     = 0x80 // FIFO_CTL
	watermark  = 0x1F // FIFO_CTL; nobody waits for it
	identity   = 0xE5
	sampleSize = 6
)

// wake is how long the first sample takes from standby: 11.1 ms at 100 Hz, a period and 1.1 ms at others (sheet,
// "theory of operation"); the filter needs a few more.
const wake = 2 * time.Millisecond

// device is a chip that was found, set up and measures.
type device struct {
	*registers.Conn
	s     *settings
	watch *registers.Watch
	clk   clock.Clock
	buf   [8]byte
}

func (s *settings) open(ctx context.Context, mode uint8) (*device, error) {
	if s.bad != nil {
		return nil, s.bad
	}
	conn, err := s.connect()
	if err != nil {
		return nil, err
	}
	d := &device{Conn: conn, s: s, watch: conn.Watch(), clk: s.cfg.Clock}
	if d.clk == nil {
		d.clk = clock.System{}
	}
	if _, err = d.Identify(s.what, regDevID, identity); err == nil {
		if err = d.setUp(ctx, mode); err != nil {
			err = fmt.Errorf("set up %s: %w", s.what, err)
		}
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return d, nil
}

// setUp writes every setting that matters, for the chip has no reset, and starts the FIFO empty when the first samples
// are over.
func (d *device) setUp(ctx context.Context, mode uint8) error {
	for _, w := range []struct {
		reg uint8
		v   []byte
	}{{regPower, []byte{0}}, {regOffsets, []byte{0, 0, 0}}, {regFIFO, []byte{bypass}}, {regFormat, []byte{d.s.format}}, {regRate, []byte{d.s.rate, measure, 0}}} {
		if err := d.Write(w.reg, w.v...); err != nil {
			return err
		}
	}
	if !clock.Wait(ctx, wake+4*d.s.cfg.Rate.Period()) {
		return ctx.Err()
	}
	if err := d.Write(regFIFO, mode); err != nil {
		return err
	}
	d.watch.Expect(regFormat, []byte{d.s.format}, nil)
	d.watch.Expect(regRate, []byte{d.s.rate, measure, 0}, nil)
	d.watch.Expect(regFIFO, []byte{mode}, nil)
	return d.watch.Verify()
}

// Close puts the chip on standby.
func (d *device) Close() error {
	return errors.Join(d.Write(regPower, 0), d.Conn.Close())
}

// decode takes three little-endian values.
func decode(dst []float32, raw []byte) {
	for i := range 3 {
		dst[i] = float32(int16(uint16(raw[2*i])|uint16(raw[2*i+1])<<8)) * step
	}
}
