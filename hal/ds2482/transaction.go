package ds2482

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"periph.io/x/conn/v3/onewire"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

// How long the bridge works at standard speed (electrical characteristics: tRSTL + tRSTH, tSLOT).
const (
	slot      = 70 * time.Microsecond
	resetTime = 1200 * time.Microsecond

	pause    = 200 * time.Microsecond // between two looks at a bridge that is still busy
	looks    = 20
	longest  = time.Second // a transaction: ten times one of 20 bytes at 100 kHz, I2C and 1-Wire together, and more
	searches = 256         // chips on one line
)

// Do runs f while nobody else has the bridge. f may use tx for one transaction after another: a reset, the bytes of w,
// then those of r. The strong pull-up that one ends with holds until the next one begins, or f returns.
func (u *Bus) Do(ctx context.Context, f func(tx func(w, r []byte, power onewire.Pullup) error) error) error {
	if err := u.take(ctx); err != nil {
		return err
	}
	defer u.give()
	err := f(func(w, r []byte, power onewire.Pullup) error { return u.transaction(ctx, w, r, power) })
	if u.strong && u.shared.ready { // f was cut off
		u.strong = false
		err = errors.Join(err, u.failed(u.dev.Tx([]byte{writeConfig, config(activePullUp)}, nil)))
	}
	return err
}

// sound sets the bridge up where an earlier transaction has left it in doubt.
func (u *Bus) sound() error {
	if u.shared.ready {
		return nil
	}
	if err := u.setUp(); err != nil {
		return fmt.Errorf("set up %s: %w", u, err)
	}
	return nil
}

// failed notes that the bridge is in doubt after an error that is not the line's.
func (u *Bus) failed(err error) error {
	var line *lineError
	if err != nil && !errors.As(err, &line) {
		u.shared.ready = false
	}
	return err
}

// step is the rest of a transaction: it has until a point in time.
type step struct {
	*Bus
	ctx   context.Context
	until time.Time
}

func (u *Bus) step(ctx context.Context) step { return step{u, ctx, time.Now().Add(longest)} }

func (u *Bus) transaction(ctx context.Context, w, r []byte, power onewire.Pullup) error {
	if err := u.sound(); err != nil {
		return err
	}
	if err := u.failed(u.step(ctx).bytes(w, r, power)); err != nil {
		return fmt.Errorf("talk on 1-Wire of %s: %w", u, err)
	}
	return nil
}

func (s step) bytes(w, r []byte, power onewire.Pullup) error {
	if err := s.reset(); err != nil {
		return err
	}
	for i, v := range w {
		if power == onewire.StrongPullup && len(r) == 0 && i == len(w)-1 {
			if err := s.pullUp(); err != nil {
				return err
			}
		}
		if _, err := s.command(8*slot, wireWrite, v); err != nil {
			return err
		}
	}
	for i := range r {
		if _, err := s.command(8*slot, wireRead); err != nil {
			return err
		}
		if err := s.dev.Tx([]byte{setReadPointer, regData}, r[i:i+1]); err != nil {
			return err
		}
	}
	if len(r) == 0 {
		return nil
	}
	return s.whole()
}

// whole looks whether the supply broke down before the last byte was read, which is zero then.
func (s step) whole() error {
	var r [1]byte
	if err := s.dev.Tx([]byte{setReadPointer, regStatus}, r[:]); err != nil {
		return err
	}
	if r[0]&bitReset != 0 {
		return errLost
	}
	return nil
}

// pullUp makes the line strong after the next byte. The chip ends that by itself with the next command for the line.
func (s step) pullUp() error {
	s.strong = true
	var r [1]byte
	if err := s.dev.Tx([]byte{writeConfig, config(activePullUp | strongPullUp)}, r[:]); err != nil {
		return err
	}
	if r[0] != activePullUp|strongPullUp {
		return errLost
	}
	return nil
}

// reset begins a transaction: every chip on the line listens.
func (s step) reset() error {
	status, err := s.command(resetTime, wireReset)
	s.strong = false
	switch {
	case err != nil:
		return err
	case status&bitShort != 0:
		return errShort
	case status&bitThere == 0:
		return errEmpty
	}
	return nil
}

// command gives the bridge something to do, waits for as long as it takes, and reads the status.
func (s step) command(takes time.Duration, c ...byte) (status byte, err error) {
	if err := s.dev.Tx(c, nil); err != nil {
		return 0, err
	}
	var r [1]byte
	for range looks {
		if !clock.Wait(s.ctx, takes) {
			return 0, s.ctx.Err()
		}
		if err := s.dev.Tx(nil, r[:]); err != nil {
			return 0, err
		}
		switch {
		case r[0]&bitReset != 0:
			return 0, errLost
		case time.Now().After(s.until):
			return 0, fmt.Errorf("the transaction takes longer than %s: %w", longest, os.ErrDeadlineExceeded)
		case r[0]&bitBusy == 0:
			return r[0], nil
		}
		takes = pause
	}
	return 0, errBusy
}
