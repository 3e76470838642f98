package fifo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
	"github.com/dunlin-iot/dunlin/hal/pace"
)

// run is one life of an open chip.
type run struct {
	src    *Source
	emit   func(hal.Block)
	judge  *judge.Judge
	pace   *pace.Pace
	values []float32 // of one drain
	silent time.Duration
	failed int           // drains in a row
	lost   bool          // samples are missing before the next
	heard  time.Duration // when samples came last, at first when the run began
	end    time.Duration // stamp of the newest sample
	any    bool          // end holds
}

func newRun(s *Source, emit func(hal.Block)) *run {
	names := make([]string, len(s.cfg.Channels))
	for i, c := range s.cfg.Channels {
		names[i] = c.Name
	}
	return &run{
		src: s, emit: emit, judge: judge.New(names, s.cfg.Rules), pace: pace.New(s.cfg.Rate),
		values: make([]float32, 0, 1024*len(names)), // more than the FIFO of any chip we know
		silent: max(3*s.cfg.Every, 10*s.cfg.Rate.Period(), 500*time.Millisecond),
	}
}

// drain empties the FIFO on a grid of Every. A point of the grid that was missed is no loss: the FIFO keeps.
func (r *run) drain(ctx context.Context, chip Chip) error {
	every, clk := r.src.cfg.Every, r.src.cfg.Clock
	timer := time.NewTimer(every)
	defer timer.Stop()
	next := clk.Boot()
	for r.heard = next; ; {
		next += every
		now := clk.Boot()
		if late := (now - next) / every; late > 0 {
			next += late * every
		}
		timer.Reset(max(next-now, 0))
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		if err := r.once(ctx, chip); err != nil {
			return err
		}
	}
}

// once takes what waits in the FIFO.
func (r *run) once(ctx context.Context, chip Chip) error {
	at := r.src.cfg.Clock.Boot()
	values, lost, err := chip.Drain(ctx, r.values[:0])
	if ctx.Err() != nil {
		return nil
	}
	r.lost = r.lost || lost
	if err != nil {
		return r.fail(err)
	}
	if cap(values) > cap(r.values) {
		r.values = values
	}
	n := len(values) / len(r.src.cfg.Channels)
	if n == 0 {
		if quiet := at - r.heard; quiet > r.silent {
			return r.fail(fmt.Errorf("no sample for %s: the chip has stopped", r.silent))
		}
		return nil
	}
	r.failed, r.heard = 0, at
	first, period := r.stamp(n, at)
	r.pass(ctx, values, first, period)
	return nil
}

// stamp gives n samples their times and counts what is missing before them.
func (r *run) stamp(n int, at time.Duration) (first, period time.Duration) {
	if r.lost {
		r.pace.Lost()
	}
	first, period, slipped := r.pace.Take(n, at)
	if r.lost || slipped {
		missing := 1.0
		if r.any {
			missing = max(missing, math.Round(float64(first-r.end)/float64(period))-1)
		}
		r.src.pulse.Drop(uint64(missing))
		r.lost = false
	}
	r.end, r.any = first+time.Duration(n-1)*period, true
	return first, period
}

// pass judges the samples of a drain and emits the runs of usable ones.
func (r *run) pass(ctx context.Context, values []float32, first, period time.Duration) {
	channels := len(r.src.cfg.Channels)
	n, from, mood := len(values)/channels, 0, ""
	for i := range n {
		verdict, reason := r.judge.Look(first+time.Duration(i)*period, values[i*channels:(i+1)*channels])
		if reason != "" {
			mood = reason
		}
		if verdict == judge.Useless {
			r.block(ctx, values[from*channels:i*channels], first+time.Duration(from)*period, period)
			r.src.pulse.Skip(1)
			from = i + 1
		}
	}
	r.block(ctx, values[from*channels:n*channels], first+time.Duration(from)*period, period)
	r.src.pulse.Mood(mood)
}

// block emits one run of samples, unless it is empty.
func (r *run) block(ctx context.Context, values []float32, at, period time.Duration) {
	if len(values) == 0 || ctx.Err() != nil {
		return
	}
	r.src.pulse.Emit(r.emit, hal.Block{At: at, Period: period, Channels: len(r.src.cfg.Channels), Values: values})
}

// fail counts a failed drain; the error that ends the run says how many there were. The FIFO goes on filling: what it
// could not hold is told by the next drain.
func (r *run) fail(err error) error {
	var gone *hal.AbsentError
	if errors.As(err, &gone) {
		return err
	}
	if r.failed++; r.failed >= r.src.cfg.Tolerate {
		return fmt.Errorf("drain %s: %d times in a row: %w", r.src.cfg.What, r.failed, err)
	}
	r.src.pulse.Mood(err.Error())
	return nil
}
