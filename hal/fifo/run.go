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
	src     *Source
	emit    func(hal.Block)
	judge   *judge.Judge
	pace    *pace.Pace
	values  []float32 // of one drain
	silent  time.Duration
	failed  int           // drains in a row
	stuck   int           // likewise
	lost    bool          // samples are missing before the next
	overrun bool          // the chip itself says so
	sorry   time.Duration // until when that is told
	heard   time.Duration // when samples came last, at first when the run began
	end     time.Duration // stamp of the newest sample
	any     bool          // end holds
}

func newRun(s *Source, emit func(hal.Block)) *run {
	s.judge.Reset()
	return &run{
		src: s, emit: emit, judge: s.judge, pace: pace.New(s.cfg.Rate),
		values: make([]float32, 0, 1024*len(s.cfg.Channels)), // more than the FIFO of any chip we know
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
	began := r.src.cfg.Clock.Boot()
	if err := chip.Count(ctx); err != nil {
		return r.fail(ctx, err)
	}
	counted := r.src.cfg.Clock.Boot()
	values, lost, err := chip.Drain(ctx, r.values[:0])
	if r.lost = r.lost || lost; err != nil {
		return r.fail(ctx, err)
	}
	if ctx.Err() != nil {
		return nil
	}
	if cap(values) > cap(r.values) {
		r.values = values
	}
	r.overrun = r.overrun || lost
	if n := len(values) / len(r.src.cfg.Channels); n > 0 {
		r.failed, r.heard = 0, counted
		first, period := r.stamp(n, r.moment(began, counted))
		return r.stands(r.pass(ctx, values, first, period))
	}
	if r.overrun {
		return r.fail(ctx, errOverrun)
	}
	if counted-r.heard > r.silent {
		return r.fail(ctx, fmt.Errorf("no sample for %s: the chip has stopped", r.silent))
	}
	return nil
}

// regret is how long an overrun is told.
const regret = 10 * time.Second

var errOverrun = errors.New("samples were lost: the FIFO was full before it was read: lower the rate, or raise the clock of the bus")

// slow is longer than any count takes on a bus that works and a machine that is not overloaded.
const slow = 10 * time.Millisecond

// moment is when a count was made: halfway between question and answer. After a slow one nobody knows. The beginning
// is the safe guess, for it cannot look like a loss; but where samples were lost a new stretch begins, and a bus that
// hung answers at the end.
func (r *run) moment(began, counted time.Duration) time.Duration {
	switch took := counted - began; {
	case took <= slow:
		return began + took/2
	case r.lost:
		return counted
	}
	return began
}

// stamp gives n samples their times and counts what is missing before them. An overrun has lost one at least; what a
// failed transfer took off the FIFO shows by the time alone.
func (r *run) stamp(n int, at time.Duration) (first, period time.Duration) {
	if r.lost {
		r.pace.Lost()
	}
	first, period, slipped := r.pace.Take(n, at)
	if r.lost || slipped {
		missing := 0.0
		if r.any {
			missing = max(0, math.Round(float64(first-r.end)/float64(period))-1)
		}
		if r.overrun || slipped {
			missing = max(missing, 1)
		}
		if r.overrun {
			r.sorry = at + regret
		}
		r.src.pulse.Drop(uint64(missing))
		r.lost, r.overrun = false, false
	}
	r.end, r.any = first+time.Duration(n-1)*period, true
	return first, period
}

// stands counts drains that end in values which stand still for longer than noise lets them: the chip is opened anew.
func (r *run) stands(mood string) error {
	if !r.judge.Stuck() {
		r.stuck = 0
		return nil
	}
	if r.stuck++; r.stuck >= r.src.cfg.Tolerate {
		return fmt.Errorf("drain %s: %s", r.src.cfg.What, mood)
	}
	return nil
}

// pass judges the samples of a drain and emits the runs of usable ones. Mood is what is wrong with them.
func (r *run) pass(ctx context.Context, values []float32, first, period time.Duration) (mood string) {
	channels := len(r.src.cfg.Channels)
	n, from := len(values)/channels, 0
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
	if mood == "" && first < r.sorry {
		mood = errOverrun.Error()
	}
	r.src.pulse.Mood(mood)
	return mood
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
func (r *run) fail(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
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
