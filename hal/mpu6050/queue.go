package mpu6050

import (
	"context"
	"fmt"
)

// atOnce is how many samples one transfer carries: 504 bytes, for the CP2112 bridge carries 512 at most.
const atOnce = 42

// queue is a chip whose FIFO runs.
type queue struct {
	*device
	size    int // of the FIFO, bytes
	waiting int // bytes, when they were counted
	doubt   bool
	raw     [atOnce * sampleSize]byte
}

func (s *settings) openQueue(ctx context.Context) (*queue, error) {
	d, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	q := &queue{device: d, size: 512}
	if d.id == idMPU6050 {
		q.size = 1024
	}
	if err = q.keep(regFIFOEn, allSixAxes); err == nil {
		err = q.restart()
	}
	if err == nil {
		q.watch.Expect(regUserCtrl, []byte{fifoEnable}, nil)
		err = q.watch.Verify()
	}
	if err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("start fifo of %s: %w", s.what, err)
	}
	return q, nil
}

// restart empties the FIFO, which works only while it is off, and forgets an overrun by reading it.
func (q *queue) restart() error {
	for _, v := range [...]uint8{0, fifoReset, fifoEnable} {
		if err := q.Write(regUserCtrl, v); err != nil {
			return err
		}
	}
	return q.Read(regIntStatus, q.buf[:1])
}

// Count reads how many bytes wait. A FIFO whose samples are in doubt is emptied first.
func (q *queue) Count(context.Context) error {
	if err := q.watch.Before(); err != nil {
		return err
	}
	if q.doubt {
		if err := q.restart(); err != nil {
			return err
		}
		q.doubt = false
	}
	count := q.buf[:2]
	if err := q.Read(regFIFOCount, count); err != nil {
		return err
	}
	q.waiting = (int(count[0])<<8 | int(count[1])) & 0x1FFF
	return nil
}

// Drain reads the whole samples that were counted, and finds out afterwards whether they are good.
func (q *queue) Drain(ctx context.Context, dst []float32) (values []float32, lost bool, err error) {
	q.doubt = true
	for left := q.waiting / sampleSize; left > 0 && ctx.Err() == nil; {
		n := min(left, atOnce)
		raw := q.raw[:n*sampleSize]
		if err := q.Read(regFIFOData, raw); err != nil {
			return dst[:0], true, err
		}
		left -= n
		for ; len(raw) > 0; raw = raw[sampleSize:] {
			dst = append(dst, 0, 0, 0, 0, 0, 0)
			decode(dst[len(dst)-6:], raw, q.s.accel.step)
			decode(dst[len(dst)-3:], raw[6:], q.s.gyro.step)
		}
	}
	if err := q.Read(regIntStatus, q.buf[:1]); err != nil {
		return dst[:0], true, err
	}
	if q.buf[0]&fifoOverflow != 0 || q.waiting >= q.size {
		q.doubt = q.restart() != nil
		return dst[:0], true, nil
	}
	q.doubt = false
	q.watch.After(q.clk.Boot(), len(dst) == 0)
	return dst, false, nil
}
