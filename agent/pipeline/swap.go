package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrNotRunning is wrapped when a pipeline has no open model that could be exchanged.
var ErrNotRunning = errors.New("pipeline does not run")

// warmups is how often a new session is invoked before it gets its first window: the first runs of an engine allocate
// and touch memory.
const warmups = 3

// silence is how long a pipeline waits for samples before it promises a swap instead of having done it.
const silence = 5 * time.Second

// verb is what an order wants of the pipeline's goroutine.
type verb uint8

const (
	take  verb = iota // a lane is to follow the present one
	back              // the lane before is to return
	keep              // the present lane has proved itself
	pause             // the session is to be freed; a lane will follow
	fail              // no lane can follow
)

type order struct {
	verb verb
	lane *lane
	err  error
	done chan error // one slot
}

// swaps connects the goroutines that order a swap with the pipeline's own.
type swaps struct {
	one    sync.Mutex // held during an order: one at a time
	orders chan order

	mu    sync.Mutex
	gone  chan struct{} // closed when Run ends; nil while no model is open
	trial *trialState   // nil when no version is on trial
	waits bool          // a model is to follow with its first full window
}

// trialState is what two lanes have done since one followed the other.
type trialState struct {
	began         time.Duration
	now, then     *tally // of the new lane; of the old one on some of the same windows
	against       *reference
	before        Record // of the old lane, before
	labels        []string
	model, former string
	oldLabels     []string
}

func (s *swaps) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = make(chan struct{})
}

func (s *swaps) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.gone)
	s.gone, s.trial, s.waits = nil, nil, false
}

// wait notes whether a model waits for its first window.
func (s *swaps) wait(is bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waits = is
}

// Opened reports whether a model is open that could be exchanged.
func (p *Pipeline) Opened() bool {
	p.swaps.mu.Lock()
	defer p.swaps.mu.Unlock()
	return p.swaps.gone != nil
}

// Waits reports whether a new model waits for its first full window: no samples come, or the pipeline is off.
func (p *Pipeline) Waits() bool {
	p.swaps.mu.Lock()
	defer p.swaps.mu.Unlock()
	return p.swaps.waits
}

// Swap exchanges the pipeline's model between two windows. The new one must have passed its golden vectors; Swap warms
// it up on the caller's goroutine, feeds its framer beside the old one until it holds a full window, and from that
// window on the new model decides. The old one stays open and is fed, until Keep or Back. Swap returns when the new
// model is at work; when no samples come, when it will be with the first full window. The session is handed over: after
// an error it is closed.
func (p *Pipeline) Swap(ctx context.Context, m *Model) error {
	p.swaps.one.Lock()
	defer p.swaps.one.Unlock()
	return p.swap(ctx, m)
}

func (p *Pipeline) swap(ctx context.Context, m *Model) error {
	l, err := p.prepare(m)
	if err == nil {
		err = p.order(ctx, order{verb: take, lane: l})
	}
	if err != nil {
		return fmt.Errorf("swap model of %s to %s@%s: %w", p, m.Name, m.Version, err)
	}
	return nil
}

func (p *Pipeline) prepare(m *Model) (*lane, error) {
	l, err := newLane(p, m)
	defer time.AfterFunc(warmupLimit, func() { _ = cancel(m.Session) }).Stop()
	for range warmups {
		if err == nil {
			err = m.Session.Invoke()
		}
	}
	if err != nil {
		return nil, errors.Join(err, m.Session.Close())
	}
	return l, nil
}

// SwapPaused exchanges the model where memory does not hold two: the old session is closed first, windows that fall due
// meanwhile are lost and counted as swap_pause. When the new model does not open, the pipeline's own opener is asked
// for the old one again; when that fails too, Run ends with the error.
func (p *Pipeline) SwapPaused(ctx context.Context, open func(context.Context) (*Model, error)) error {
	p.swaps.one.Lock()
	defer p.swaps.one.Unlock()
	if err := p.order(ctx, order{verb: pause}); err != nil {
		return fmt.Errorf("pause %s for a swap: %w", p, err)
	}
	m, err := open(ctx)
	if err == nil {
		err = p.swap(ctx, m)
	}
	if err == nil {
		return nil
	}
	ctx = context.WithoutCancel(ctx) // whatever happens, the pipeline must not stay without a model
	old, again := p.open(ctx)
	if again == nil {
		again = p.swap(ctx, old)
	}
	if again == nil {
		again = p.order(ctx, order{verb: keep})
	}
	if again != nil {
		again = errors.Join(again, p.order(ctx, order{verb: fail, err: again}))
	}
	return errors.Join(err, again)
}

// Keep says that the new model has proved itself: the old session is closed.
func (p *Pipeline) Keep(ctx context.Context) error { return p.simple(ctx, keep) }

// Back gives the window that comes next to the old model again, and closes the new one's session. It wraps ErrNotRunning
// when there is none to go back to: SwapPaused brings one then.
func (p *Pipeline) Back(ctx context.Context) error { return p.simple(ctx, back) }

func (p *Pipeline) simple(ctx context.Context, v verb) error {
	p.swaps.one.Lock()
	defer p.swaps.one.Unlock()
	return p.order(ctx, order{verb: v})
}

// order hands an order to the pipeline's goroutine and waits until it is carried out. A lane that is not taken is closed.
func (p *Pipeline) order(ctx context.Context, o order) error {
	p.swaps.mu.Lock()
	gone := p.swaps.gone
	p.swaps.mu.Unlock()
	o.done = make(chan error, 1)
	err := ErrNotRunning
	if gone != nil {
		select {
		case p.swaps.orders <- o:
			return o.wait(ctx)
		case <-gone:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	return errors.Join(err, o.lane.close())
}

// wait for the answer. A swap whose caller has gone may still happen.
func (o order) wait(ctx context.Context) error {
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Record is what one version has done.
type Record struct {
	Windows uint64        // windows that it was invoked on
	Failed  uint64        // of these, those that the engine failed on
	Refused uint64        // of these, those whose output was no number
	P95     time.Duration // of its latency; an upper bound, at most 1/16 too high
	Classes []uint64      // windows by the label with the highest score
}

// Trial compares the model that decides with the one before.
type Trial struct {
	Model, Former string        // "motions@2", "motions@1"
	Began         time.Duration // CLOCK_BOOTTIME
	New           Record        // since the swap
	Old           Record        // since the swap, on one of every eight windows or more; empty when its session is closed
	Before        Record        // of the old one until the swap; its P95 is a recent one
	Labels        []string      // of New.Classes
	OldLabels     []string      // of the others'
	Against       Against       // the scores of the new one since the swap, and those of its training data
}

// Trial is how the new model has done so far; false when there is none that Keep or Back wait for.
func (p *Pipeline) Trial() (Trial, bool) {
	p.swaps.mu.Lock()
	t := p.swaps.trial
	p.swaps.mu.Unlock()
	if t == nil {
		return Trial{}, false
	}
	out := Trial{Model: t.model, Former: t.former, Began: t.began, New: t.now.record(), Before: t.before, Labels: t.labels, OldLabels: t.oldLabels, Against: t.against.read()}
	if t.then != nil {
		out.Old = t.then.record()
	}
	return out, true
}
