package lsm6ds

import (
	"context"
	"fmt"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

const (
	wordSize = 7
	atOnce   = 70 // words in one transfer: 490 bytes, for the CP2112 bridge carries 512 at most
)

// queue is a chip whose FIFO runs.
type queue struct {
	*device
	clk   clock.Clock
	words [atOnce * wordSize]byte
	pairs pairing

	waiting int  // words, when they were counted
	overrun bool // told by the chip and not yet passed on
}

func (s *settings) openQueue(ctx context.Context) (*queue, error) {
	d, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	q := &queue{device: d, clk: s.cfg.Clock, pairs: pairing{accel: float32(s.accel.step), gyro: float32(s.gyro.step)}}
	if q.clk == nil {
		q.clk = clock.System{}
	}
	// FIFO_CTRL1 to 4: no watermark, both sensors at their output rate, continuous. Coming from bypass it is empty.
	if err := d.keep(regFIFOCtrl1, 0, 0, s.code<<4|s.code, fifoContinuous); err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("start fifo of %s: %w", s.what, err)
	}
	return q, nil
}

// Count reads how many words wait, and the flag of an overrun since it was read before.
func (q *queue) Count(context.Context) error {
	if err := q.watch.Before(); err != nil {
		return err
	}
	status := q.buf[:2]
	if err := q.Read(regFIFOStatus1, status); err != nil {
		return err
	}
	q.waiting = int(status[0]) | int(status[1]&0x03)<<8
	q.overrun = q.overrun || status[1]&overrunLatched != 0
	return nil
}

// Drain reads the words that were counted.
func (q *queue) Drain(ctx context.Context, dst []float32) (values []float32, lost bool, err error) {
	if lost = q.overrun; lost {
		q.overrun = false
		q.pairs.forget()
	}
	left := q.waiting
	for left > 0 && ctx.Err() == nil {
		n := min(left, atOnce)
		part := q.words[:n*wordSize]
		if err := q.Read(regFIFOData, part); err != nil {
			q.pairs.forget()
			return dst, true, err
		}
		left -= n
		for ; len(part) > 0; part = part[wordSize:] {
			var broken bool
			dst, broken = q.pairs.take(part, dst)
			if broken {
				return dst[:0], true, fmt.Errorf("word of the fifo has tag 0x%02x, which is damaged or out of turn", part[0])
			}
		}
	}
	// The FIFO of a chip that was reset is off and stays empty.
	q.watch.After(q.clk.Boot(), len(dst) == 0)
	return dst, lost, nil
}
