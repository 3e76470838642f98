package periphbus

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"periph.io/x/conn/v3/i2c"
)

// Bus is an i2c.BusCloser that remembers the last failed transfer. It may be used by several goroutines, but then
// Explain cannot know whose transfer failed: make one for each chip.
type Bus struct {
	i2c.BusCloser

	mu   sync.Mutex
	last error
}

// Open opens a bus for one chip. The caller closes it.
func Open(open func() (i2c.BusCloser, error)) (*Bus, error) {
	if open == nil {
		return nil, errors.New("open i2c bus: no bus is configured")
	}
	b, err := open()
	if err != nil {
		return nil, err
	}
	return New(b), nil
}

// New wraps a bus.
func New(b i2c.BusCloser) *Bus { return &Bus{BusCloser: b} }

// Tx does one transfer and remembers how it failed; a transfer that works forgets it.
func (b *Bus) Tx(address uint16, w, r []byte) error {
	err := b.BusCloser.Tx(address, w, r)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = err
	return err
}

// Explain is err with the error of the last transfer in its chain, when that one failed and err does not hold it yet.
func (b *Bus) Explain(err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil || b.last == nil || errors.Is(err, b.last) {
		return err
	}
	if strings.Contains(err.Error(), b.last.Error()) {
		return &explained{err: err, cause: b.last}
	}
	return fmt.Errorf("%w: %w", err, b.last)
}

// explained is an error whose text already holds that of its cause.
type explained struct{ err, cause error }

func (e *explained) Error() string   { return e.err.Error() }
func (e *explained) Unwrap() []error { return []error{e.err, e.cause} }
