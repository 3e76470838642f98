package i2cdev_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunlin-iot/dunlin/hal/i2cdev"
)

func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, other := kernel(), open(t, kernel(), i2cdev.Config{})
		b := open(t, k, i2cdev.Config{Deadline: 300 * time.Millisecond})
		_, release := k.Block()
		began, r := time.Now(), []byte{0xaa}
		err := b.Tx(0x76, []byte{0xd0}, r)
		if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 300*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		time.Sleep(time.Second)
		began = time.Now()
		err = b.Tx(0x40, []byte{0xd0}, nil)
		if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 0 {
			t.Errorf("on a hung bus: %v after %v", err, time.Since(began))
		}
		if want := "bus hangs since 1.3s in a transfer to 0x76"; !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
		if err := other.Tx(0x76, []byte{0xd0}, make([]byte, 1)); err != nil {
			t.Errorf("another bus: %v", err)
		}
		if s := b.Stats(); s[0x76].Hung != 1 || s[0x40].Hung != 1 || s[0x76].Worst != 300*time.Millisecond {
			t.Errorf("%+v", s)
		}
		release()
		synctest.Wait()
		if r[0] != 0xaa {
			t.Errorf("the caller's memory was written after it had given up: % x", r)
		}
		if err := b.Tx(0x76, []byte{0xd0}, r); err != nil || r[0] != 0x60 {
			t.Errorf("after the call returned: %v, % x", err, r)
		}
	})
}

// TestCallersBehindAStuckOne runs in real time: synctest's clock stands while a goroutine waits for a mutex.
func TestCallersBehindAStuckOne(t *testing.T) {
	k := kernel()
	b := open(t, k, i2cdev.Config{Deadline: 500 * time.Millisecond})
	entered, release := k.Block()
	defer release()
	errs := make(chan error)
	began := time.Now()
	go func() { errs <- b.Tx(0x76, []byte{0xd0}, make([]byte, 1)) }()
	<-entered
	for range 7 {
		go func() { errs <- b.Tx(0x77, []byte{0xd0}, make([]byte, 1)) }()
	}
	for range 8 {
		if err := <-errs; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
	}
	if got := time.Since(began); got > 2*time.Second {
		t.Errorf("8 callers gave up after %v; one deadline is 0.5 s", got)
	}
}

func TestCloseDoesNotWaitForAStuckCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel()
		b := open(t, k, i2cdev.Config{})
		_, release := k.Block()
		_ = b.Tx(0x76, []byte{0xd0}, make([]byte, 1))
		began := time.Now()
		err := b.Close()
		if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 0 || !strings.Contains(err.Error(), "0x76") {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if files, _ := k.Counts(); files != 1 {
			t.Errorf("%d files open while the call is stuck", files)
		}
		release()
		synctest.Wait()
		if files, _ := k.Counts(); files != 0 {
			t.Errorf("%d files open after the call returned", files)
		}
	})
}

// TestRetriesEndWithTheDeadline: a bus that loses arbitration forever does not hold its caller longer than that.
func TestRetriesEndWithTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel()
		b := open(t, k, i2cdev.Config{Deadline: 20 * time.Millisecond, Retries: 1000})
		for range 1000 {
			k.Fail(errAgain)
		}
		began := time.Now()
		if err := b.Tx(0x76, []byte{0xd0}, nil); !errors.Is(err, errAgain) || time.Since(began) > 20*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}
