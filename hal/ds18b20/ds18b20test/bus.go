package ds18b20test

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync"

	"periph.io/x/conn/v3/onewire"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

var _ onewire.BusCloser = (*Bus)(nil)

// Bus is a 1-Wire bus. It may be used by several goroutines.
type Bus struct {
	mu     sync.Mutex
	clock  clock.Clock
	chips  map[onewire.Address]*Chip
	closed int
}

// New makes a bus without chips. A nil clock means the system's.
func New(c clock.Clock) *Bus {
	if c == nil {
		c = clock.System{}
	}
	return &Bus{clock: c, chips: map[onewire.Address]*Chip{}}
}

// Plug connects a new chip with a serial number of 48 bits.
func (b *Bus) Plug(serial uint64) *Chip {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := &Chip{bus: b, address: address(serial)}
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

// Closed is how often Close was called.
func (b *Bus) Closed() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

// Close implements onewire.BusCloser.
func (b *Bus) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed++
	return nil
}

func (b *Bus) String() string { return "ds18b20test" }

type noDevices struct{}

func (noDevices) Error() string   { return "no presence pulse" }
func (noDevices) NoDevices() bool { return true }

// Search implements onewire.Bus.
func (b *Bus) Search(bool) ([]onewire.Address, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.chips) == 0 {
		return nil, noDevices{}
	}
	var all []onewire.Address
	for a := range b.chips {
		all = append(all, a)
	}
	slices.Sort(all)
	return all, nil
}

// Tx implements onewire.Bus: a reset, the bytes of w, then those of r. What nobody answers reads as ones.
func (b *Bus) Tx(w, r []byte, power onewire.Pullup) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.chips) == 0 {
		return noDevices{}
	}
	for i := range r {
		r[i] = 0xFF
	}
	switch {
	case len(w) > 9 && w[0] == 0x55: // match ROM
		if c := b.chips[onewire.Address(binary.LittleEndian.Uint64(w[1:9]))]; c != nil {
			c.obey(w[9:], r, power)
		}
	case len(w) > 1 && w[0] == 0xCC: // skip ROM
		for _, c := range b.chips {
			c.obey(w[1:], r, power)
		}
	default:
		return errors.New("the model knows no such command")
	}
	return nil
}
