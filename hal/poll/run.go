package poll

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// run is one life of an open chip.
type run struct {
	src    *Source
	emit   func(hal.Block)
	judge  *judge.Judge
	block  hal.Block
	failed int // reads in a row
	stuck  int // likewise
}

func newRun(s *Source, emit func(hal.Block)) *run {
	s.judge.Reset()
	n := len(s.cfg.Channels)
	return &run{src: s, emit: emit, judge: s.judge, block: hal.Block{Channels: n, Period: s.cfg.Every, Values: make([]float32, n)}}
}

// poll reads on a grid of Every. Where a read took longer than that, the missed points of the grid are dropped.
func (r *run) poll(ctx context.Context, chip Chip) error {
	every, clk := r.src.cfg.Every, r.src.cfg.Clock
	for next := clk.Boot(); ; next += every {
		now := clk.Boot()
		if late := (now - next) / every; late > 0 {
			r.src.pulse.Drop(uint64(late))
			next += late * every
		}
		if wait := next - now; wait > 0 && !clock.Wait(ctx, wait) || ctx.Err() != nil {
			return nil
		}
		if err := r.read(ctx, chip); err != nil {
			return err
		}
	}
}

// read takes one sample, stamped halfway between question and answer.
func (r *run) read(ctx context.Context, chip Chip) error {
	began := r.src.cfg.Clock.Boot()
	err := chip.Read(ctx, r.block.Values)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return r.fail(err)
	}
	r.failed = 0
	at := began + (r.src.cfg.Clock.Boot()-began)/2
	verdict, reason := r.judge.Look(at, r.block.Values)
	if verdict == judge.Useless {
		return r.useless(reason)
	}
	r.stuck = 0
	if at <= r.block.At {
		at = r.block.At + time.Nanosecond
	}
	r.block.At = at
	r.src.pulse.Emit(r.emit, r.block)
	r.src.pulse.Mood(reason)
	return nil
}

// useless skips a reading. A chip that is stuck is opened anew, which resets most.
func (r *run) useless(reason string) error {
	r.src.pulse.Skip(1)
	r.src.pulse.Mood(reason)
	if !r.judge.Stuck() {
		r.stuck = 0
	} else if r.stuck++; r.stuck >= r.src.cfg.Tolerate {
		return fmt.Errorf("read %s: %s", r.src.cfg.What, reason)
	}
	return nil
}

// fail counts a failed read; the error that ends the run says how many there were.
func (r *run) fail(err error) error {
	var gone *hal.AbsentError
	if errors.As(err, &gone) {
		return err
	}
	r.src.pulse.Skip(1)
	if r.failed++; r.failed >= r.src.cfg.Tolerate {
		return fmt.Errorf("read %s: %d times in a row: %w", r.src.cfg.What, r.failed, err)
	}
	r.src.pulse.Mood(err.Error())
	return nil
}
