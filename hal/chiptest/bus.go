package chiptest

import (
	"fmt"
	"sync"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
)

// Model is one chip on a bus. Calls are never concurrent.
type Model interface {
	// Write takes the bytes of one write transfer, without the address. An error is a missing acknowledgement.
	Write(w []byte) error
	// Read fills r, the bytes of one read transfer.
	Read(r []byte) error
}

// Op is one transfer that a bus carried.
type Op struct {
	Address uint16
	Write   []byte
	Read    []byte
	Err     error
}

// Bus is an I2C bus of models; it implements periph's i2c.BusCloser. The zero value is an empty bus.
type Bus struct {
	mu     sync.Mutex
	models map[uint16]Model
	nacks  map[uint16]int // transfers that are still to be refused
	fault  func(address uint16) error
	log    []Op
	keep   bool
	closed int
}

// New makes a bus with models by their 7-bit addresses.
func New(models map[uint16]Model) *Bus {
	b := &Bus{models: map[uint16]Model{}}
	for a, m := range models {
		b.models[a] = m
	}
	return b
}

// Open gives the bus itself: the function that opens a bus for a driver.
func (b *Bus) Open() (i2c.BusCloser, error) { return b, nil }

// Plug connects a model, or replaces the one at that address.
func (b *Bus) Plug(address uint16, m Model) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.models == nil {
		b.models = map[uint16]Model{}
	}
	b.models[address] = m
}

// Unplug takes the model at an address away.
func (b *Bus) Unplug(address uint16) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.models, address)
}

// Refuse lets the next n transfers to an address go unacknowledged: a NACK burst.
func (b *Bus) Refuse(address uint16, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.nacks == nil {
		b.nacks = map[uint16]int{}
	}
	b.nacks[address] = n
}

// Fault asks f before every transfer; what it returns is the transfer's error. f may block: a bus that hangs.
func (b *Bus) Fault(f func(address uint16) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault = f
}

// BreakAfter lets n transfers pass; each one after them fails with err.
func (b *Bus) BreakAfter(n int, err error) {
	passed := passes(n, err)
	b.Fault(func(uint16) error { return passed() })
}

// passes is nil n times, and then err.
func passes(n int, err error) func() error {
	return func() error {
		if n--; n < 0 {
			return err
		}
		return nil
	}
}

// Keep starts to record transfers; Ops returns them.
func (b *Bus) Keep() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keep = true
}

// Ops are the transfers since Keep.
func (b *Bus) Ops() []Op {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Op(nil), b.log...)
}

// Word is what the latest of the recorded reads of a register of 16 bits gave, high byte first; ok says that there was one.
func (b *Bus) Word(register byte) (v uint16, ok bool) {
	for _, op := range b.Ops() {
		if len(op.Write) == 1 && op.Write[0] == register && len(op.Read) == 2 && op.Err == nil {
			v, ok = uint16(op.Read[0])<<8|uint16(op.Read[1]), true
		}
	}
	return v, ok
}

// Closed is how often Close was called.
func (b *Bus) Closed() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

// Tx does one write, read, or write and read with a repeated start, as a Linux adapter does: an absent or refusing
// chip is EREMOTEIO.
func (b *Bus) Tx(address uint16, w, r []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.transfer(address, w, r)
	if b.keep {
		b.log = append(b.log, Op{Address: address, Write: append([]byte(nil), w...), Read: append([]byte(nil), r...), Err: err})
	}
	return err
}

func (b *Bus) transfer(address uint16, w, r []byte) error {
	if b.fault != nil {
		if err := b.fault(address); err != nil {
			return err
		}
	}
	m := b.models[address]
	if b.nacks[address] > 0 {
		b.nacks[address]--
		m = nil
	}
	if m == nil {
		return fmt.Errorf("transfer to 0x%02x: %w", address, NoAck)
	}
	if len(w) > 0 || len(r) == 0 {
		if err := m.Write(w); err != nil {
			return fmt.Errorf("write to 0x%02x: %w", address, err)
		}
	}
	if len(r) > 0 {
		if err := m.Read(r); err != nil {
			return fmt.Errorf("read from 0x%02x: %w", address, err)
		}
	}
	return nil
}

// SetSpeed accepts every speed.
func (b *Bus) SetSpeed(physic.Frequency) error { return nil }

// Close counts.
func (b *Bus) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed++
	return nil
}

func (b *Bus) String() string { return "chiptest" }
