package pipeline

import (
	"context"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/agent"
	"github.com/dunlin-iot/dunlin/hal"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// segmentSamples is how many samples the pipeline copies out of its ring at once, and segmentBytes bounds them: of
// pictures it may be one.
const (
	segmentSamples = 256
	segmentBytes   = 1 << 20
)

// path is the way of one sample through an open model. It belongs to the goroutine of Run.
type path struct {
	p       *Pipeline
	model   *Model
	input   engine.Tensor
	scores  scores
	holder  holder
	journal journal
	trouble trouble

	seg     *segment
	view    engine.Tensor // of seg
	memory  []byte        // of view, whole
	broken  bool          // samples were thrown away before the next segment
	refused uint64        // windows that the framer has refused so far
	tick    *time.Ticker
	seen    counts // latencies of the metrics reported before
}

func newPath(p *Pipeline, m *Model) (*path, error) {
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
	sc, err := newScores(outs[0], len(m.Labels))
	if err != nil {
		return nil, err
	}
	if m.Channels < 1 {
		return nil, fmt.Errorf("model has %d channels", m.Channels)
	}
	n := within(segmentBytes, m.Channels, 1, segmentSamples)
	w := &path{p: p, model: m, input: ins[0], scores: sc, holder: newHolder(rule), seg: newSegment(n, m.Channels), broken: true}
	w.view = engine.Of(w.seg.values, n, m.Channels)
	w.memory = w.view.Data
	w.refused = m.Framer.Stats().Refused
	return w, nil
}

// begin says in the records what the results will mean.
func (w *path) begin() error {
	j, err := newJournal(w.p, w.model, w.holder.rule)
	if err != nil {
		return err
	}
	w.journal = j
	w.p.stats.opened(w.model)
	w.p.stats.state(agent.Running, "")
	w.journal.started()
	return nil
}

func (w *path) run(ctx context.Context) error {
	w.tick = time.NewTicker(w.p.cfg.Metrics)
	defer w.tick.Stop()
	defer w.p.busy.Store(false)
	for {
		w.p.busy.Store(true)
		more, ended := w.step()
		switch {
		case ctx.Err() != nil:
			w.drain()
			w.p.stats.state(agent.Stopped, "")
			return nil
		case !more && ended:
			w.p.stats.state(agent.Ended, "")
			return hal.End
		case !more:
			w.p.busy.Store(false)
			w.wait(ctx)
		default:
			w.poll()
		}
	}
}

// wait returns when there may be something to do.
func (w *path) wait(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-w.p.ring.ready:
	case <-w.tick.C:
		w.metrics()
	}
}

func (w *path) poll() {
	select {
	case <-w.tick.C:
		w.metrics()
	default:
	}
}

// drain finishes the samples that waited when it was called; the source has stopped before.
func (w *path) drain() {
	for left := w.p.ring.waiting(); left > 0; left -= max(w.seg.n, w.seg.refused, 1) {
		w.step()
	}
}

// step works on one segment; more says that there was one.
func (w *path) step() (more, ended bool) {
	more, ended = w.p.ring.take(w.seg)
	if !more {
		return false, ended
	}
	w.p.steps.Add(1)
	switch {
	case w.seg.refused > 0:
		w.drop(wrongShape, uint64(w.seg.refused))
		w.trouble.bad(w, fmt.Errorf("source has another number of channels than the model's %d", w.model.Channels))
		w.broken = true
	case w.p.off.Load():
		w.broken = true
	default:
		w.segment()
	}
	return true, ended
}

// segment frames the samples and runs the model on every window that is complete.
func (w *path) segment() {
	first := w.model.Framer.Stats().Samples
	w.view.Shape[0] = w.seg.n
	w.view.Data = w.memory[:w.seg.n*w.seg.channels*4]
	w.model.Framer.Push(w.view, w.seg.discont || w.broken)
	w.broken = false
	for w.model.Framer.Next(w.input) {
		end := w.model.Framer.Stats().Samples - first // samples of this segment up to the window's last
		w.window(w.seg.at[min(max(int(end), 1), w.seg.n)-1])
	}
	if n := w.model.Framer.Stats().Refused; n > w.refused {
		w.drop(windowRefused, n-w.refused)
		w.refused = n
	}
}

// window runs the model once; at is the time of the window's last sample.
func (w *path) window(at time.Duration) {
	began := time.Now()
	err := w.model.Session.Invoke()
	w.p.stats.invoked(time.Since(began))
	w.p.steps.Add(1)
	if err != nil {
		w.drop(invokeFailed, 1)
		w.trouble.bad(w, err)
		return
	}
	label, score, err := w.scores.best()
	if err != nil {
		w.drop(outputRefused, 1)
		w.trouble.bad(w, err)
		return
	}
	w.trouble.good(w)
	d := Decision{Label: label, Name: w.model.Labels[label], Score: score, At: at}
	d.Held, d.Changed = w.holder.decide(label, score)
	w.keep(&d)
}

// keep hands a decision to the records and to whoever watches.
func (w *path) keep(d *Decision) {
	recorded := false
	if d.Changed || w.p.cfg.Report == All {
		recorded = w.journal.result(d)
	}
	w.p.stats.decided(d, recorded)
	if w.p.cfg.OnDecision != nil {
		w.p.cfg.OnDecision(*d)
	}
}

func (w *path) drop(c cause, n uint64) {
	w.p.drop(c, n)
}

// drop counts a loss.
func (p *Pipeline) drop(c cause, n uint64) {
	p.stats.dropped(c, n)
	if p.cfg.Ledger != nil {
		p.cfg.Ledger.Count("pipeline/"+p.cfg.Name, causeNames[c], n)
	}
}

func (m *Model) engineText() string { return m.Engine + " " + m.Session.Report().String() }

// flags are those of a decision on the wire.
func (d *Decision) flags() wire.Flags {
	var f wire.Flags
	if d.Held {
		f |= wire.Held
	}
	if d.Changed {
		f |= wire.Changed
	}
	return f
}
