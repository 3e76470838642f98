package ds18b20test

import (
	"context"
	"encoding/binary"
	"sync"
	"time"

	"periph.io/x/conn/v3/onewire"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Bus is a 1-Wire bus. It may be used by several goroutines.
type Bus struct {
	turn   chan struct{} // full while Do runs
	clock  clock.Clock
	mu     sync.Mutex
	chips  map[onewire.Address]*Chip
	strong bool
	slots  int
	closed int
}

// New makes a bus without chips. A nil clock means the system's.
func New(c clock.Clock) *Bus {
	if c == nil {
		c = clock.System{}
	}
	return &Bus{turn: make(chan struct{}, 1), clock: c, chips: map[onewire.Address]*Chip{}}
}

// Plug connects a new chip with a serial number of 48 bits.
func (b *Bus) Plug(serial uint64) *Chip {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := &Chip{bus: b, address: address(serial), full: 750 * time.Millisecond}
	c.eeprom = [3]byte{0x4B, 0x46, 0x7F} // 75 and 70 degrees, 12 bits, as they are delivered
	c.powerUp()
	b.chips[c.address] = c
	return c
}

// address is the identity: family, serial number, checksum.
func address(serial uint64) onewire.Address {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], serial<<8|0x28)
	b[7] = onewire.CalcCRC(b[:7])
	return onewire.Address(binary.LittleEndian.Uint64(b[:]))
}

// Reset is a reset pulse; it tells whether a chip has answered.
func (b *Bus) Reset() (present bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.chips {
		c.disturb()
		c.reset()
	}
	return len(b.chips) > 0
}

// Slot is one time slot: the level that the master gives and the one that the line has, low when anybody pulls it. A
// slot with a high level is one to read in.
func (b *Bus) Slot(level bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.slots++
	for _, c := range b.chips {
		c.disturb()
		level = c.level() && level
	}
	for _, c := range b.chips {
		c.slot(level)
	}
	return level
}

// Slots is how many there were.
func (b *Bus) Slots() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.slots
}

// Pull begins or ends a strong pull-up.
func (b *Bus) Pull(strong bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.chips {
		c.pull(strong)
	}
	b.strong = strong
}

// Strong reports whether the line is pulled up strongly.
func (b *Bus) Strong() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.strong
}

type noDevices struct{}

func (noDevices) Error() string   { return "no presence pulse" }
func (noDevices) NoDevices() bool { return true }

// Do implements ds18b20.Bus.
func (b *Bus) Do(ctx context.Context, f func(tx func(w, r []byte, power onewire.Pullup) error) error) error {
	select {
	case b.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-b.turn }()
	return f(b.tx)
}

func (b *Bus) tx(w, r []byte, power onewire.Pullup) error {
	b.Pull(false)
	if !b.Reset() {
		return noDevices{}
	}
	for _, v := range w {
		for i := range 8 {
			b.Slot(v>>i&1 == 1)
		}
	}
	for n := range r {
		r[n] = 0
		for i := range 8 {
			if b.Slot(true) {
				r[n] |= 1 << i
			}
		}
	}
	if power == onewire.StrongPullup {
		b.Pull(true)
	}
	return nil
}

// Search implements ds18b20.Bus.
func (b *Bus) Search(ctx context.Context) (all []onewire.Address, err error) {
	err = b.Do(ctx, func(func(w, r []byte, power onewire.Pullup) error) (err error) {
		all, err = onewire.Search(searcher{b}, false)
		return err
	})
	return all, err
}

// searcher is the bus as periph searches it.
type searcher struct{ *Bus }

func (s searcher) String() string                             { return "ds18b20test" }
func (s searcher) Search(bool) ([]onewire.Address, error)     { return nil, nil }
func (s searcher) Tx(w, r []byte, power onewire.Pullup) error { return s.tx(w, r, power) }
func (s searcher) SearchTriplet(direction byte) (t onewire.TripletResult, err error) {
	zero, one := !s.Slot(true), !s.Slot(true)
	taken := one && !zero || one == zero && direction != 0
	s.Slot(taken)
	t.GotZero, t.GotOne = zero, one
	if taken {
		t.Taken = 1
	}
	return t, nil
}

// Hint implements ds18b20.Bus: there is none.
func (b *Bus) Hint(context.Context) string { return "" }

// Closed is how often Close was called.
func (b *Bus) Closed() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

// Close implements ds18b20.Bus.
func (b *Bus) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed++
	return nil
}
