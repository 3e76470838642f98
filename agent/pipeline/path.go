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
	p    *Pipeline
	lane *lane // the model that decides
	handover
	holder  holder
	trouble trouble
	fault   error // no model can decide any more

	seg    *segment
	view   engine.Tensor // of seg
	memory []byte        // of view, whole
	broken bool          // samples were thrown away before the next segment
	tick   *time.Ticker
	quiet  *time.Timer // of a heir that waits for samples
	seen   counts      // latencies of the metrics reported before
}

func newPath(p *Pipeline, m *Model) (*path, error) {
	l, err := newLane(p, m)
	if err != nil {
		return nil, err
	}
	n := within(segmentBytes, m.Channels, 1, segmentSamples)
	w := &path{p: p, lane: l, holder: newHolder(l.rule), seg: newSegment(n, m.Channels), broken: true}
	w.view = engine.Of(w.seg.values, n, m.Channels)
	w.memory = w.view.Data
	return w, nil
}

// begin says in the records what the results will mean.
func (w *path) begin() {
	w.p.stats.opened(w.lane.model)
	w.p.stats.state(agent.Running, "")
	w.lane.journal.started()
}

func (w *path) run(ctx context.Context) error {
	w.tick, w.quiet = time.NewTicker(w.p.cfg.Metrics), time.NewTimer(silence)
	defer w.tick.Stop()
	defer w.quiet.Stop()
	defer w.p.busy.Store(false)
	for {
		w.p.busy.Store(true)
		more, ended := w.step()
		switch {
		case ctx.Err() != nil:
			w.drain()
			w.p.stats.state(agent.Stopped, "")
			return nil
		case w.fault != nil:
			w.p.stats.state(agent.Failed, w.fault.Error())
			return w.fault
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
	if w.done != nil {
		w.quiet.Reset(silence)
	}
	select {
	case <-ctx.Done():
	case <-w.p.ring.ready:
	case <-w.tick.C:
		w.metrics()
	case o := <-w.p.swaps.orders:
		w.obey(o)
	case <-w.quiet.C:
		w.promise()
	}
}

func (w *path) poll() {
	select {
	case <-w.tick.C:
		w.metrics()
	case o := <-w.p.swaps.orders:
		w.obey(o)
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
		w.trouble.bad(w, fmt.Errorf("source has another number of channels than the model's %d", w.lane.model.Channels))
		w.broken = true
	case w.p.off.Load():
		w.broken = true
		w.promise()
	default:
		w.segment()
	}
	return true, ended
}

// segment frames the samples and runs the model on every window that is complete.
func (w *path) segment() {
	w.view.Shape[0] = w.seg.n
	w.view.Data = w.memory[:w.seg.n*w.seg.channels*4]
	discont := w.seg.discont || w.broken
	w.broken = false
	w.shadowed(discont)
	first := w.feed(discont)
	w.lane.push(w.view, discont)
	w.windows(first)
	w.refusals()
	if first > 0 {
		w.follow(first)
		w.refusals()
	}
}

// windows runs the lane on its windows of the segment. Those that end at sample number until or later are its heir's,
// when until is not zero.
func (w *path) windows(until int) {
	for end, ok := w.lane.next(); ok; end, ok = w.lane.next() {
		if until == 0 || end < until {
			w.window(end)
		}
	}
}

// refusals counts the windows that the lane's framer has refused since it was asked last.
func (w *path) refusals() {
	if n := w.lane.model.Framer.Stats().Refused; n > w.lane.refused {
		w.drop(windowRefused, n-w.lane.refused)
		w.lane.refused = n
	}
}

// follow puts the heir, whose first window ends at a sample of this segment, to work on all its windows of it.
func (w *path) follow(end int) {
	w.succeed()
	from := end - int(w.lane.model.Framer.Stats().Samples-w.lane.before) // where the heir's share begins
	w.window(end)
	for end, ok := w.lane.next(); ok; end, ok = w.lane.next() {
		w.window(from + end)
	}
}

// window runs the model once, on the window that ends at a sample of the segment, counted from 1.
func (w *path) window(end int) {
	at := w.seg.at[min(max(end, 1), w.seg.n)-1]
	w.p.steps.Add(1)
	if w.muted {
		w.drop(swapPause, 1)
		return
	}
	label, score, took, c, err := w.lane.run()
	w.p.stats.invoked(took)
	if w.p.watch.wasLate() {
		w.trouble.late()
	}
	if err != nil {
		w.drop(c, 1)
		w.trouble.bad(w, err)
		return
	}
	w.trouble.good(w)
	d := Decision{Label: label, Name: w.lane.model.Labels[label], Score: score, At: at}
	d.Held, d.Changed = w.holder.decide(label, score)
	w.keep(&d)
}

// keep hands a decision to the records and to whoever watches.
func (w *path) keep(d *Decision) {
	recorded := false
	if d.Changed || w.p.cfg.Report == All {
		recorded = w.lane.journal.result(d)
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
