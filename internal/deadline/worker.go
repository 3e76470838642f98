package deadline

import (
	"fmt"
	"os"
	"time"
)

// ErrStuck is returned by Do and Stop: a call has not come back. It is an os.ErrDeadlineExceeded.
var ErrStuck = fmt.Errorf("stuck in the kernel: %w", os.ErrDeadlineExceeded)

// Worker makes one kind of call, one at a time. Its methods are not safe for concurrent use: the owner has a mutex.
type Worker struct {
	work  chan struct{}
	done  chan error // the call's result; room for one that comes late
	ended chan error // the end's result
	timer *time.Timer
	since time.Time // a call has been stuck since; zero when none is
}

// Start makes a worker of call. Stop runs end, on the same goroutine, after the last call.
func Start(call, end func() error) *Worker {
	w := &Worker{work: make(chan struct{}, 1), done: make(chan error, 1), ended: make(chan error, 1), timer: time.NewTimer(time.Hour)}
	w.timer.Stop()
	go func() {
		for range w.work {
			w.done <- call()
		}
		w.ended <- end()
	}()
	return w
}

// Do makes the call and returns its error, or ErrStuck after limit. It does not allocate.
func (w *Worker) Do(limit time.Duration) error {
	if !w.Free() {
		return ErrStuck
	}
	began := time.Now()
	w.timer.Reset(limit)
	defer w.timer.Stop()
	w.work <- struct{}{}
	select {
	case err := <-w.done:
		return err
	case <-w.timer.C:
	}
	select {
	case err := <-w.done: // both at once: the call won
		return err
	default:
	}
	w.since = began
	return ErrStuck
}

// Free reports whether a call can be made now. The result of a stuck call that has come back meanwhile is dropped.
func (w *Worker) Free() bool {
	if w.since.IsZero() {
		return true
	}
	select {
	case err := <-w.done:
		_ = err // whoever made the call was told ErrStuck
		w.since = time.Time{}
		return true
	default:
		return false
	}
}

// Stuck is how long the call has been stuck; zero when none is.
func (w *Worker) Stuck() time.Duration {
	if w.Free() {
		return 0
	}
	return time.Since(w.since)
}

// Stop ends the worker and returns the result of its end function. When a call is stuck it returns ErrStuck at once;
// the goroutine then ends by itself when the kernel lets go of it. The worker is not usable afterwards.
func (w *Worker) Stop() error {
	free := w.Free()
	close(w.work)
	if !free {
		return ErrStuck
	}
	return <-w.ended
}
