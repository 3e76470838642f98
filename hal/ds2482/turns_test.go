package ds2482_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/onewire"

	"github.com/dunlin-iot/dunlin/hal/ds2482"
	"github.com/dunlin-iot/dunlin/hal/i2cdev"
	"github.com/dunlin-iot/dunlin/hal/i2cdev/i2cdevtest"
)

// TestOneBridgeForAll: the second user finds the bridge set up, and the last one to go leaves nothing behind.
func TestOneBridgeForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.line.Plug(1)
		r.bus.Keep()
		first, second := r.user(t), r.user(t)
		if n := count(r.bus.Ops(), 0xF0); n != 1 {
			t.Errorf("reset %d times for two users", n)
		}
		if err := first.Close(); err != nil {
			t.Error(err)
		}
		if got, err := readMemory(t.Context(), second); err != nil || !slices.Equal(got, scratchpad) {
			t.Errorf("after the first has gone: % x, %v", got, err)
		}
		r.chip.Brownout()
		third := r.user(t)
		if n := count(r.bus.Ops(), 0xF0); n != 2 {
			t.Errorf("reset %d times, want 2: its supply broke down", n)
		}
		if err := errors.Join(second.Close(), third.Close()); err != nil || r.bus.Closed() != 3 {
			t.Errorf("%v, closed %d times", err, r.bus.Closed())
		}
		if err := r.user(t).Close(); err != nil || count(r.bus.Ops(), 0xF0) != 3 {
			t.Errorf("%v; a bridge without users was taken for set up", err)
		}
	})
}

// TestTurns: first come, first served; who gives up waiting is passed over; a way of a search is a turn.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.line.Plug(1)
		r.line.Plug(2)
		users := []*ds2482.Bus{r.user(t), r.user(t), r.user(t), r.user(t)}
		var mu sync.Mutex
		var order []int
		note := func(i int) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, i)
		}
		impatient, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for i, u := range users {
			wg.Go(func() {
				ctx := t.Context()
				if i == 2 {
					ctx = impatient
				}
				err := u.Do(ctx, func(tx) error {
					note(i)
					<-time.After(750 * time.Millisecond)
					return nil
				})
				if (err != nil) != (i == 2) {
					t.Errorf("user %d: %v", i, err)
				}
			})
			synctest.Wait()
		}
		cancel()
		wg.Go(func() {
			if all, err := users[2].Search(t.Context()); err != nil || len(all) != 2 {
				t.Errorf("search: %x, %v", all, err)
			}
			note(9)
		})
		wg.Wait()
		if !slices.Equal(order, []int{0, 1, 3, 9}) {
			t.Errorf("turns %v, want 0 1 3 and the search", order)
		}
		for _, u := range users {
			if err := u.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestAStuckTurnIsShort: a transfer that hangs in the kernel costs those who wait no more than the deadline of their bus.
func TestAStuckTurnIsShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.line.Plug(1)
		kernel := i2cdevtest.NewKernel(nil)
		kernel.Bus = r.bus
		const deadline = time.Second
		wire, err := i2cdev.Open(i2cdev.Config{Path: "/dev/i2c-1", Open: kernel.Open, Deadline: deadline})
		if err != nil {
			t.Fatal(err)
		}
		open := func() *ds2482.Bus {
			u, err := r.bridges.Open(t.Context(), ds2482.Config{Bus: func() (i2c.BusCloser, error) { return held{wire}, nil }, Where: "i2c-1"})
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		stuck, other := open(), open()
		entered, release := kernel.Block()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := readMemory(t.Context(), stuck); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the stuck one: %v", err)
			}
		})
		<-entered
		began := time.Now()
		if _, err := readMemory(t.Context(), other); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) > deadline {
			t.Errorf("the one that waited: %v after %v", err, time.Since(began))
		}
		wg.Wait()
		release()
		synctest.Wait()
		if got, err := readMemory(t.Context(), other); err != nil || !slices.Equal(got, scratchpad) {
			t.Errorf("after it: % x, %v", got, err)
		}
		if err := errors.Join(stuck.Close(), other.Close(), wire.Close()); err != nil {
			t.Error(err)
		}
	})
}

// held is a handle of a bus that others use.
type held struct{ *i2cdev.Bus }

func (held) Close() error { return nil }

// TestATransactionHasAnEnd where each transfer is slow and none fails.
func TestATransactionHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.line.Plug(1)
		u := r.user(t)
		defer u.Close()
		r.bus.Fault(func(uint16) error {
			<-time.After(200 * time.Millisecond)
			return nil
		})
		began := time.Now()
		_, err := readMemory(t.Context(), u)
		if took := time.Since(began); !errors.Is(err, os.ErrDeadlineExceeded) || took > 1500*time.Millisecond {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// TestCancelled: a strong pull-up does not outlive the one who wanted it.
func TestCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.line.Plug(1)
		u := r.user(t)
		defer u.Close()
		ctx, cancel := context.WithCancel(t.Context())
		err := u.Do(ctx, func(tx tx) error {
			if err := tx([]byte{0xCC, 0x44}, nil, onewire.StrongPullup); err != nil || !r.line.Strong() {
				t.Errorf("%v, strong %v", err, r.line.Strong())
			}
			cancel()
			return tx([]byte{0xCC, 0xBE}, make([]byte, 9), onewire.WeakPullup)
		})
		if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v", err)
		}
		if got, err := readMemory(t.Context(), u); err != nil || !slices.Equal(got[2:8], scratchpad[2:8]) || r.line.Strong() {
			t.Errorf("% x, %v, strong %v", got, err, r.line.Strong())
		}
	})
}
