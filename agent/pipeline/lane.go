package pipeline

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/dunlin-iot/dunlin/internal/timelimit"
	"github.com/dunlin-iot/dunlin/models/engine"
)

// lane is one open model with everything that belongs to it alone.
type lane struct {
	model   *Model
	input   engine.Tensor
	scores  scores
	rule    Rule
	journal journal
	tally   *tally
	against *reference // while the lane is on trial and its bundle has one
	watch   *watchdog
	limit   *timelimit.Limit
	closed  bool

	before  uint64 // samples that its framer had taken in before the segment
	beat    int64  // samples until the end of a window, whenever that is or was: the windows are hops away from it
	refused uint64 // windows that its framer has refused so far

	older, newer counts // latencies at the last two metrics reports
}

func newLane(p *Pipeline, m *Model) (*lane, error) {
	ins, outs := m.Session.Inputs(), m.Session.Outputs()
	if len(ins) != 1 || len(outs) < 1 {
		return nil, fmt.Errorf("model has %d inputs and %d outputs: want one input and at least one output", len(ins), len(outs))
	}
	if f, ok := m.Framer.(fitter); ok {
		if err := f.Fits(ins[0]); err != nil {
			return nil, err
		}
	}
	rule, err := m.Rule.check()
	if err != nil {
		return nil, err
	}
	sc, err := newScores(outs[0], len(m.Labels), m.Logits)
	if err != nil {
		return nil, err
	}
	if m.Channels < 1 {
		return nil, fmt.Errorf("model has %d channels", m.Channels)
	}
	j, err := newJournal(p, m, rule)
	if err != nil {
		return nil, err
	}
	l := &lane{model: m, input: ins[0], scores: sc, rule: rule, journal: j, tally: newTally(len(m.Labels))}
	l.watch, l.limit = &p.watch, timelimit.New(timelimit.Config{Fixed: p.cfg.Limit})
	l.refused = m.Framer.Stats().Refused
	return l, nil
}

// push offers samples to the lane's framer.
func (l *lane) push(block engine.Tensor, discont bool) {
	l.before = l.model.Framer.Stats().Samples
	if discont {
		l.beat = int64(l.before) + int64(l.model.Length)
	}
	l.model.Framer.Push(block, discont)
}

// next writes the next window into the input; end is how many samples of what was pushed it needed.
func (l *lane) next() (end int, ok bool) {
	if !l.model.Framer.Next(l.input) {
		return 0, false
	}
	return int(l.model.Framer.Stats().Samples - l.before), true
}

// rhythm is how many samples another model's framer has to leave out, so that its windows end where this one's do.
func (l *lane) rhythm(m *Model) int {
	if l.model.Hop <= 0 {
		return 0
	}
	hop, first := int64(l.model.Hop), int64(l.model.Framer.Stats().Samples)+int64(m.Length)
	return int(((l.beat-first)%hop + hop) % hop)
}

// run invokes the model on the window in its input and notes how that went.
func (l *lane) run() (label int, score float64, took time.Duration, c cause, err error) {
	took, err = l.invoke()
	l.tally.latency.add(took)
	l.tally.windows.Add(1)
	if err != nil {
		l.tally.failed.Add(1)
		if c = invokeFailed; errors.Is(err, engine.ErrLost) {
			c = invokeLost
		}
		return 0, 0, took, c, err
	}
	label, score, err = l.scores.best()
	if err != nil {
		l.tally.refused.Add(1)
		return 0, 0, took, outputRefused, err
	}
	l.tally.classes[label].Add(1)
	if l.against != nil {
		l.against.add(&l.scores)
	}
	return label, score, took, 0, nil
}

// invoke runs the model under the watchdog's eyes. A session that ends its own calls gets a second on top.
func (l *lane) invoke() (took time.Duration, err error) {
	s, limit := l.model.Session, l.limit.Now()
	if own, ok := s.(limiter); ok {
		limit = own.Limit() + time.Second
	}
	began := time.Now()
	l.watch.begin("a call of the model", s, limit)
	err = s.Invoke()
	l.watch.end()
	if took = time.Since(began); err == nil {
		l.limit.Add(took)
	}
	return took, err
}

// close frees the session; a lane may be closed twice.
func (l *lane) close() error {
	if l == nil || l.closed {
		return nil
	}
	l.closed = true
	return l.model.Session.Close()
}

// mute frees the session and leaves the lane a framer that goes on counting the windows that nobody will answer.
func (l *lane) mute() error {
	err := l.close()
	l.input.Data = make([]byte, len(l.input.Data))
	return err
}

// rotate notes the latencies of a moment, so that recent ones can be told from old ones.
func (l *lane) rotate() {
	l.older = l.newer
	l.tally.latency.read(&l.newer)
}

// tally counts what a lane has done. The pipeline's goroutine adds, any may read.
type tally struct {
	latency                  latency
	windows, failed, refused atomic.Uint64
	classes                  []atomic.Uint64
}

func newTally(labels int) *tally { return &tally{classes: make([]atomic.Uint64, labels)} }

// record is a copy for others.
func (t *tally) record() Record {
	var c counts
	t.latency.read(&c)
	r := Record{Windows: t.windows.Load(), Failed: t.failed.Load(), Refused: t.refused.Load(), P95: c.quantile(0.95), Classes: make([]uint64, len(t.classes))}
	for i := range t.classes {
		r.Classes[i] = t.classes[i].Load()
	}
	return r
}
