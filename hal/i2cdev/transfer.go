package i2cdev

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/internal/deadline"
)

// firstPause is waited before the first retry; each further one waits twice as long.
const firstPause = time.Millisecond

// Tx writes w to an address, reads r from it, or both with a repeated start between. It does not allocate when it
// succeeds. On an error r is as it was. A Tx of nothing is refused; see Quick.
func (b *Bus) Tx(address uint16, w, r []byte) error {
	if len(w) == 0 && len(r) == 0 {
		return fmt.Errorf("transfer nothing at 0x%02x on %s: %w", address, b.name, syscall.EINVAL)
	}
	return b.tx(address, w, r)
}

// Quick asks whether an address acknowledges, with a write of no bytes. Adapters that cannot answer EOPNOTSUPP. It is
// unsafe for old EEPROMs at 0x50 to 0x5f (see i2cdetect).
func (b *Bus) Quick(address uint16) error {
	if !b.canQuick {
		return fmt.Errorf("ask for 0x%02x on %s: adapter has no quick write: %w", address, b.name, syscall.EOPNOTSUPP)
	}
	return b.tx(address, nil, nil)
}

func (b *Bus) tx(address uint16, w, r []byte) error {
	if address > 0x7f || len(w) > maxMessage || len(r) > maxMessage {
		return explain(b.name, address, w, r, fmt.Errorf("7-bit addresses and up to %d bytes: %w", maxMessage, syscall.EINVAL))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	began := time.Now()
	retries, err := b.attempt(began, address, w, r)
	b.tally.add(address, transfer{bytes: len(w) + len(r), retries: retries, took: time.Since(began), err: err})
	if err != nil {
		return explain(b.name, address, w, r, err)
	}
	return nil
}

// attempt does a transfer and repeats it where the policy says so; it holds mu.
func (b *Bus) attempt(began time.Time, address uint16, w, r []byte) (retries int, err error) {
	if err := b.ready(); err != nil {
		return 0, err
	}
	b.frame.load(address, w, r)
	for pause := firstPause; ; pause *= 2 {
		err = b.once(address, b.limit-time.Since(began))
		if !b.again(err, retries, len(r) == 0) || time.Since(began)+pause >= b.limit {
			break
		}
		retries++
		<-time.After(pause)
	}
	if err == nil {
		copy(r, b.frame.r)
	}
	return retries, err
}

// once makes one kernel call.
func (b *Bus) once(address uint16, limit time.Duration) error {
	err := b.worker.Do(limit)
	switch {
	case errors.Is(err, deadline.ErrStuck):
		b.stuck = address
	case errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ESHUTDOWN):
		b.retire()
	case err == nil && b.result < int(b.frame.call.n):
		return fmt.Errorf("adapter did %d of %d messages: %w", b.result, b.frame.call.n, syscall.EIO)
	}
	return err
}

// again is the retry policy of the package comment.
func (b *Bus) again(err error, retries int, plainWrite bool) bool {
	switch {
	case err == nil:
		return false
	case errors.Is(err, syscall.EAGAIN):
		return retries < b.retries
	case errors.Is(err, errRemoteIO), errors.Is(err, syscall.ENXIO), errors.Is(err, syscall.EIO):
		return retries < b.noAck && !plainWrite
	}
	return false
}

func explain(bus string, address uint16, w, r []byte, err error) error {
	switch {
	case len(r) == 0 && len(w) == 0:
		return fmt.Errorf("ask for 0x%02x on %s: %w", address, bus, err)
	case len(r) == 0:
		return fmt.Errorf("write %d bytes to 0x%02x on %s: %w", len(w), address, bus, err)
	case len(w) == 0:
		return fmt.Errorf("read %d bytes from 0x%02x on %s: %w", len(r), address, bus, err)
	default:
		return fmt.Errorf("write %d and read %d bytes at 0x%02x on %s: %w", len(w), len(r), address, bus, err)
	}
}
