package gpio

import (
	"context"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
)

// sequence numbers the edges of a line: the kernel counts from 1 at the request, and wraps after 2^32-1.
type sequence struct{ last uint32 }

// next is the number of edges up to and including this one since the one before: 1 when none was lost.
func (s *sequence) next(seq uint32) uint64 {
	n := seq - s.last
	s.last = seq
	return uint64(n)
}

// edges makes one sample of each edge.
type edges struct {
	pulse *hal.Pulse
	emit  func(hal.Block)
	seq   sequence
	block hal.Block
}

func (e *edges) take(at time.Duration, ev Event) {
	if n := e.seq.next(ev.Seq); n > 1 {
		e.pulse.Drop(n - 1)
	}
	if at <= e.block.At {
		at = e.block.At + time.Nanosecond
	}
	e.block.At, e.block.Values[0] = at, 0
	if ev.Rising {
		e.block.Values[0] = 1
	}
	e.emit(e.block)
}

// counter makes one sample of each interval: how many edges, and their rate. An edge belongs to the interval that its
// stamp is in; one that arrives after the interval was told counts in the next. Lost edges count with the edge that
// shows the loss, so no pulse is ever missing from the sum.
type counter struct {
	every time.Duration
	end   time.Duration // of the interval that runs
	pulse *hal.Pulse
	emit  func(hal.Block)
	seq   sequence
	edges uint64
	block hal.Block
}

func newCounter(every, now time.Duration, pulse *hal.Pulse, emit func(hal.Block)) *counter {
	return &counter{every: every, end: now + every, pulse: pulse, emit: emit, block: hal.Block{Channels: 2, Period: every, Values: make([]float32, 2)}}
}

func (c *counter) take(ctx context.Context, at time.Duration, ev Event) {
	c.roll(ctx, at)
	c.edges += c.seq.next(ev.Seq)
}

// drain takes what waits already.
func (c *counter) drain(ctx context.Context, events <-chan Event, stamps *stamps) {
	for {
		select {
		case ev, ok := <-events:
			if !ok {
				return
			}
			c.take(ctx, stamps.time(ev.At), ev)
		default:
			return
		}
	}
}

// roll emits the intervals that ended up to now, each stamped with its end.
func (c *counter) roll(ctx context.Context, now time.Duration) {
	for ; c.end <= now && ctx.Err() == nil; c.end += c.every {
		c.block.At = c.end
		c.block.Values[0] = float32(c.edges)
		c.block.Values[1] = float32(float64(c.edges) / c.every.Seconds())
		c.edges = 0
		c.emit(c.block)
	}
}

// resume begins anew after a suspend, in which no edge could be counted: the interval that it cut and those it slept
// through are dropped.
func (c *counter) resume(now time.Duration) {
	missed := max(now-c.end, 0)/c.every + 1
	c.pulse.Drop(uint64(missed))
	c.edges, c.end = 0, now+c.every
}
