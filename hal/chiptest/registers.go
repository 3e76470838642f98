package chiptest

import "sync"

// Registers is a byte-wide register file: the first byte of a write sets the pointer, further bytes and reads move it
// on. A model embeds it and sets hooks for registers that do something. Bytes may be set while a driver reads: Lock
// keeps a sample of several bytes together, as the chip's shadow registers do.
type Registers struct {
	mu      sync.Mutex
	bytes   [256]byte
	pointer uint8

	// OnWrite is called after the driver wrote v to register reg; nil stores only.
	OnWrite func(reg, v uint8)
	// OnRead gives the byte of a register; nil and a false ok read the stored byte.
	OnRead func(reg uint8) (v uint8, ok bool)
	// Next is the register after reg; nil counts up and wraps at 256. FIFO data registers stay where they are.
	Next func(reg uint8) uint8
}

// Write implements Model.
func (r *Registers) Write(w []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, v := range w {
		if i == 0 {
			r.pointer = v
			continue
		}
		r.bytes[r.pointer] = v
		if r.OnWrite != nil {
			r.OnWrite(r.pointer, v)
		}
		r.advance()
	}
	return nil
}

// Read implements Model.
func (r *Registers) Read(dst []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range dst {
		dst[i] = r.bytes[r.pointer]
		if r.OnRead != nil {
			if v, ok := r.OnRead(r.pointer); ok {
				dst[i] = v
			}
		}
		r.advance()
	}
	return nil
}

func (r *Registers) advance() {
	if r.Next != nil {
		r.pointer = r.Next(r.pointer)
		return
	}
	r.pointer++
}

// Set stores bytes from reg on, all at once. Hooks must not call it; they use Poke.
func (r *Registers) Set(reg uint8, v ...byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	copy(r.bytes[reg:], v)
}

// Get is the stored byte of a register. Hooks must not call it; they use Peek.
func (r *Registers) Get(reg uint8) byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bytes[reg]
}

// Poke stores bytes from inside a hook.
func (r *Registers) Poke(reg uint8, v ...byte) { copy(r.bytes[reg:], v) }

// Peek reads a stored byte from inside a hook.
func (r *Registers) Peek(reg uint8) byte { return r.bytes[reg] }

// Locked runs f while no transfer is under way, for models that keep more than registers.
func (r *Registers) Locked(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}
