package pipeline

import (
	"errors"
	"fmt"
	"time"

	"github.com/dunlin-iot/dunlin/models/engine"
)

// shadow: the old model answers the windows of a trial too, so that both can be compared on the same time: as many as take
// one of so many parts of the time, and one of so many windows whatever they take. Time that it has not used is gone: a
// source that was silent for an hour is not followed by an hour of two models at once.
const shadow = 8

// handover is the part of a path that exchanges lanes. It belongs to the goroutine of Run.
type handover struct {
	heir  *lane         // fed, and to follow as soon as it has a full window
	done  chan error    // of the order that brought the heir; nil once it is answered
	fed   bool          // the heir's framer gets samples
	skip  int           // samples until it does, once its start is known
	spare *lane         // the lane before, while its successor is on trial
	turn  int           // windows of the spare
	asked time.Duration // CLOCK_BOOTTIME of its last window
	owed  time.Duration // by its answers: their time less its part of the time since
	muted bool          // the lane's session is closed: its windows are lost
	kept  bool          // the heir needs no trial: Keep came before its first window
}

// obey carries out one order, or begins to.
func (w *path) obey(o order) {
	switch o.verb {
	case take:
		w.adopt(o)
	case back:
		o.done <- w.goBack()
	case keep:
		o.done <- w.keepNew()
	case pause:
		w.muted = true
		o.done <- errors.Join(w.dropHeir(ErrNotRunning), w.dropSpare(), w.lane.mute())
	case fail:
		w.fault = o.err
		o.done <- nil
	}
}

// adopt begins to feed a new lane. Its first window is to end where one of the old lane's ends, so that the windows
// keep their rhythm and none is left out.
func (w *path) adopt(o order) {
	if o.lane.model.Channels != w.lane.model.Channels {
		o.done <- errors.Join(fmt.Errorf("model takes %d channels, the one at work %d: it cannot follow without a restart",
			o.lane.model.Channels, w.lane.model.Channels), o.lane.close())
		return
	}
	if err := errors.Join(w.dropHeir(errors.New("another swap came before")), w.dropSpare()); err != nil {
		w.p.cfg.Logger.Warn("old session did not close in order", "reason", err)
	}
	w.heir, w.done, w.fed, w.skip, w.kept = o.lane, o.done, false, w.lane.rhythm(o.lane.model), false
	w.p.swaps.wait(true)
	if w.p.off.Load() {
		w.promise()
	}
}

// promise answers the order before the swap: no samples come that could fill a window.
func (w *path) promise() {
	if w.heir != nil && w.done != nil {
		w.answer(nil)
	}
}

func (w *path) answer(err error) {
	if w.done != nil {
		w.done <- err
		w.done = nil
	}
}

// feed gives the heir its share of the segment and returns the sample, counted from 1, that ends its first window; zero
// when that has not come. The old lane has not seen the segment yet.
func (w *path) feed(discont bool) (first int) {
	if w.heir == nil {
		return 0
	}
	if w.fed || discont {
		w.skip = 0
	}
	return w.start(discont || !w.fed)
}

// start feeds the heir from the sample on at which it begins, if that lies in this segment.
func (w *path) start(discont bool) (first int) {
	if w.skip >= w.seg.n {
		w.skip -= w.seg.n
		return 0
	}
	from := w.skip
	w.skip, w.fed = 0, true
	w.heir.push(w.part(from), discont)
	if end, ok := w.heir.next(); ok {
		return from + end
	}
	return 0
}

// part is the segment from a sample on.
func (w *path) part(from int) engine.Tensor {
	v := w.view
	if from == 0 {
		return v
	}
	return engine.Of(w.seg.values[from*w.seg.channels:w.seg.n*w.seg.channels], w.seg.n-from, w.seg.channels)
}

// succeed puts the heir, which holds a full window, in the lane's place.
func (w *path) succeed() {
	old, heir := w.lane, w.heir
	w.holder = w.holder.moved(heir.rule, old.model.Labels, heir.model.Labels)
	heir.journal.failing = old.journal.failing
	heir.refused = heir.model.Framer.Stats().Refused // the old one has counted its own
	w.lane, w.heir = heir, nil
	w.p.stats.opened(heir.model)
	w.lane.journal.swapped(old.model)
	switch {
	case w.kept:
		w.noTrial()
		w.shut(old)
	case old.closed:
		w.show(nil, old)
	default:
		w.spare, w.turn, w.asked, w.owed = old, 0, w.p.cfg.Clock.Boot(), 0
		w.show(newTally(len(old.model.Labels)), old)
	}
	w.muted, w.kept, w.fed = false, false, false
	w.answer(nil)
}

// shut closes a lane that nobody waits for.
func (w *path) shut(l *lane) {
	if err := l.close(); err != nil {
		w.p.cfg.Logger.Warn("session did not close in order", "model", l.model.ref(), "reason", err)
	}
}

// show makes the trial visible; then is nil when the old session is closed.
func (w *path) show(then *tally, old *lane) {
	before := old.tally.record()
	var recent counts
	old.tally.latency.read(&recent)
	recent.since(&old.older)
	if p := recent.quantile(0.95); p > 0 {
		before.P95 = p
	}
	w.lane.against = newReference(w.lane.model.Reference)
	t := &trialState{
		against: w.lane.against,
		began:   w.p.cfg.Clock.Boot(), now: w.lane.tally, then: then, before: before, labels: w.lane.model.Labels, oldLabels: old.model.Labels,
		model: w.lane.model.ref(), former: old.model.ref(),
	}
	if then != nil {
		old.tally = then
	}
	w.p.swaps.mu.Lock()
	w.p.swaps.trial, w.p.swaps.waits = t, false
	w.p.swaps.mu.Unlock()
}

func (m *Model) ref() string { return m.Name + "@" + m.Version }

// shadowed feeds the spare and lets it answer what there is time for; nobody acts on its answers.
func (w *path) shadowed(discont bool) {
	if w.spare == nil {
		return
	}
	w.spare.push(w.view, discont)
	w.drainSpare()
}

func (w *path) drainSpare() {
	for _, ok := w.spare.next(); ok; _, ok = w.spare.next() {
		began := w.p.cfg.Clock.Boot()
		w.owed, w.asked = max(w.owed-(began-w.asked)/shadow, 0), began
		if w.turn++; w.turn%shadow == 0 || w.owed == 0 {
			_, _, _, _, _ = w.spare.run() // its tally has it
			w.owed += w.p.cfg.Clock.Boot() - began
		}
	}
}

// goBack makes the spare the lane again; it holds the same samples as the lane, so its next window is the next one.
func (w *path) goBack() error {
	if w.heir != nil {
		err := w.dropHeir(errors.New("the swap was taken back"))
		if !w.lane.closed {
			return err
		}
		w.p.cfg.Logger.Warn("swap is taken back while no model is open", "reason", err)
	}
	if w.spare == nil {
		return fmt.Errorf("no session of the version before is open: %w", ErrNotRunning)
	}
	bad := w.lane
	w.holder = w.holder.moved(w.spare.rule, bad.model.Labels, w.spare.model.Labels)
	w.spare.journal.failing = bad.journal.failing
	w.lane, w.spare = w.spare, nil
	w.lane.refused = w.lane.model.Framer.Stats().Refused
	w.noTrial()
	w.p.stats.opened(w.lane.model)
	w.lane.journal.swapped(bad.model)
	w.shut(bad)
	return nil
}

func (w *path) keepNew() error {
	if w.heir != nil {
		w.kept = true
		return nil
	}
	w.noTrial()
	return w.dropSpare()
}

func (w *path) noTrial() {
	w.lane.against = nil
	w.p.swaps.mu.Lock()
	w.p.swaps.trial, w.p.swaps.waits = nil, false
	w.p.swaps.mu.Unlock()
}

// dropHeir gives up a swap that has not happened, for a reason.
func (w *path) dropHeir(why error) error {
	if w.heir == nil {
		return nil
	}
	heir := w.heir
	w.heir, w.fed = nil, false
	w.p.swaps.wait(false)
	w.answer(why)
	return heir.close()
}

func (w *path) dropSpare() error {
	old := w.spare
	w.spare = nil
	return old.close()
}

// close frees every session.
func (w *path) close() error {
	return errors.Join(w.dropHeir(ErrNotRunning), w.dropSpare(), w.lane.close())
}
