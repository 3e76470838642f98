package deadline_test

import (
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/internal/deadline"
)

var errEnd = errors.New("end")

func TestCallsAndEnd(t *testing.T) {
	n, errCall := 0, errors.New("call 2")
	w := deadline.Start(func() error {
		if n++; n == 2 {
			return errCall
		}
		return nil
	}, func() error { return errEnd })
	if err := w.Do(time.Minute); err != nil {
		t.Error(err)
	}
	if err := w.Do(time.Minute); !errors.Is(err, errCall) {
		t.Error(err)
	}
	if err := w.Stop(); !errors.Is(err, errEnd) {
		t.Error(err)
	}
}

func TestStuckAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, ended := make(chan struct{}), false
		w := deadline.Start(func() error { <-release; return nil }, func() error { ended = true; return nil })
		began := time.Now()
		err := w.Do(time.Second)
		if !errors.Is(err, deadline.ErrStuck) || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if err := w.Do(time.Second); !errors.Is(err, deadline.ErrStuck) || time.Since(began) != time.Second {
			t.Errorf("the second call: %v after %v, want at once", err, time.Since(began))
		}
		time.Sleep(time.Second)
		if got := w.Stuck(); got != 2*time.Second {
			t.Errorf("stuck for %v", got)
		}
		close(release)
		synctest.Wait()
		if err := w.Do(time.Second); err != nil || w.Stuck() != 0 {
			t.Errorf("after its return: %v, stuck %v", err, w.Stuck())
		}
		if err := w.Stop(); err != nil || !ended {
			t.Errorf("stop: %v, ended %v", err, ended)
		}
	})
}

func TestStopDoesNotWaitForAStuckCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, ended := make(chan struct{}), false
		w := deadline.Start(func() error { <-release; return nil }, func() error { ended = true; return nil })
		_ = w.Do(time.Second)
		if err := w.Stop(); !errors.Is(err, deadline.ErrStuck) || ended {
			t.Errorf("stop: %v, ended %v", err, ended)
		}
		close(release)
		synctest.Wait()
		if !ended {
			t.Error("the end did not run after the call came back")
		}
	})
}

func TestNoAllocation(t *testing.T) {
	w := deadline.Start(func() error { return nil }, func() error { return nil })
	defer func() { _ = w.Stop() }()
	if n := testing.AllocsPerRun(1000, func() { _ = w.Do(time.Minute) }); n != 0 {
		t.Errorf("%v allocations for each call", n)
	}
}
