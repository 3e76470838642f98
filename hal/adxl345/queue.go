package adxl345

import "context"

// queue is a chip whose FIFO runs.
type queue struct {
	*device
	waiting int  // samples, when they were counted
	lost    bool // samples are missing before the next
}

func (s *settings) openQueue(ctx context.Context) (*queue, error) {
	d, err := s.open(ctx, stream|watermark)
	if err != nil {
		return nil, err
	}
	return &queue{device: d}, nil
}

// Count reads how many samples wait. The flag of an overrun means that the FIFO is full; reading data clears it.
func (q *queue) Count(context.Context) error {
	if err := q.watch.Before(); err != nil {
		return err
	}
	b := q.buf[:1]
	if err := q.Read(regIntSource, b); err != nil {
		return err
	}
	full := b[0]&overran != 0
	if err := q.Read(regFIFOStatus, b); err != nil {
		return err
	}
	q.waiting = int(b[0] & 0x3F)
	q.lost = q.lost || full && q.waiting >= holds
	return nil
}

// Drain reads the samples that were counted, each in a transfer of its own. When one fails, those before it are good;
// whether it took a sample off, nobody knows.
func (q *queue) Drain(ctx context.Context, dst []float32) (values []float32, lost bool, err error) {
	lost, q.lost = q.lost, false
	raw := q.buf[:sampleSize]
	for range q.waiting {
		if ctx.Err() != nil {
			break
		}
		if err := q.Read(regData, raw); err != nil {
			if len(dst) == 0 {
				return dst, true, err
			}
			q.lost = true
			break
		}
		dst = append(dst, 0, 0, 0)
		decode(dst[len(dst)-3:], raw)
	}
	q.watch.After(q.clk.Boot(), len(dst) == 0)
	return dst, lost, nil
}
