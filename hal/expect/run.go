package expect

import (
	"context"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/hal/judge"
)

// hold is how long a trouble is told after it was seen last: a loud sound clips some of its samples only, and a device
// that is wrong every other time is not well every other time.
const hold = time.Second

// look judges the channels of which something is expected.
type look struct {
	judge   *judge.Judge
	width   int       // channels of a sample
	columns []int     // where those that are looked at stand
	values  []float32 // of one sample
}

func newLook(channels []hal.Channel, rules map[string]judge.Rule) *look {
	l := &look{width: len(channels)}
	var names []string
	var list []judge.Rule
	for i, c := range channels {
		if r, ok := rules[c.Name]; ok {
			l.columns, names, list = append(l.columns, i), append(names, c.Name), append(list, r)
		}
	}
	l.judge, l.values = judge.New(names, list), make([]float32, len(names))
	return l
}

func (l *look) at(at time.Duration, sample []float32) (judge.Verdict, string) {
	for i, c := range l.columns {
		l.values[i] = sample[c]
	}
	return l.judge.Look(at, l.values)
}

// run is one life of the source.
type run struct {
	src    *Source
	emit   func(hal.Block)
	cancel context.CancelFunc
	err    error // what ended it, when the source itself did not
	stuck  int   // blocks in a row
	why    string
	until  time.Duration // when why is over
}

// take judges the samples of a block and emits the stretches of usable ones.
func (r *run) take(ctx context.Context, b hal.Block) {
	if r.err != nil || !r.ready(b) {
		return
	}
	n, from, last := b.Samples(), 0, b.At
	for i := range n {
		last = b.At + time.Duration(i)*b.Period
		verdict, why := r.src.look.at(last, b.Values[i*b.Channels:(i+1)*b.Channels])
		if why != "" {
			r.why, r.until = why, last+hold
		}
		if verdict == judge.Useless {
			r.pass(ctx, b, from, i)
			r.src.pulse.Skip(1)
			from = i + 1
		}
	}
	r.pass(ctx, b, from, n)
	if last >= r.until {
		r.why = ""
	}
	r.src.pulse.Mood(r.why)
	r.stands()
}

// ready gets to know the channels, at the latest with the first block of all. Those of a recording that was replaced
// meanwhile are others.
func (r *run) ready(b hal.Block) bool {
	s := r.src
	if s.look == nil {
		if err := s.Check(); err != nil {
			r.end(err)
			return false
		}
		s.look = newLook(s.Channels(), s.cfg.Channels)
	}
	if s.look.width != b.Channels {
		r.end(fmt.Errorf("expect something of %s: it has %d channels and gives %d", s, s.look.width, b.Channels))
		return false
	}
	return true
}

// pass emits samples from to before to, unless there are none. All but the first of a block follow some that were skipped.
func (r *run) pass(ctx context.Context, b hal.Block, from, to int) {
	if from == to || ctx.Err() != nil {
		return
	}
	b.Values = b.Values[from*b.Channels : to*b.Channels]
	b.At += time.Duration(from) * b.Period
	r.src.pulse.Emit(r.emit, b)
}

// stands counts blocks that end in values which stand still for longer than expected.
func (r *run) stands() {
	if !r.src.cfg.Reopen || !r.src.look.judge.Stuck() {
		r.stuck = 0
		return
	}
	if r.stuck++; r.stuck >= r.src.cfg.Tolerate {
		r.end(fmt.Errorf("read %s: %s", r.src, r.why))
	}
}

// end ends the run of the source; what it still emits is not taken.
func (r *run) end(err error) {
	r.err = err
	r.cancel()
}
