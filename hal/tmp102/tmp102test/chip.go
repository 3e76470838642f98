package tmp102test

import (
	"math"
	"sync"
	"time"
)

const (
	regTemperature = 0
	regConfig      = 1

	oneShot  = 1 << 15
	fixed    = 3 << 13 // resolution, reads as ones
	shutdown = 1 << 8
	alert    = 1 << 5
	extended = 1 << 4
)

// periods of continuous conversions by CR1 and CR0.
var periods = [4]time.Duration{4 * time.Second, time.Second, 250 * time.Millisecond, 125 * time.Millisecond}

// Chip is one TMP102 after power-on, converting four times a second at 23 Cel. It implements chiptest.Model.
type Chip struct {
	mu        sync.Mutex
	now       func() time.Duration
	convert   time.Duration
	celsius   float64
	registers [4]uint16
	pointer   byte
	ready     time.Duration // end of the conversion under way
	running   bool
	strange   bool
}

// New makes a chip whose conversions take 26 ms.
func New() *Chip {
	began := time.Now()
	c := &Chip{now: func() time.Duration { return time.Since(began) }, convert: 26 * time.Millisecond, celsius: 23}
	c.reset()
	return c
}

func (c *Chip) locked(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *Chip) reset() {
	c.registers = [4]uint16{0, 0x60a0, 0x4b00, 0x5000} // T_LOW 75 Cel, T_HIGH 80 Cel
	c.running, c.ready = true, c.now()+c.convert
}

// Convert sets how long a conversion takes.
func (c *Chip) Convert(d time.Duration) { c.locked(func() { c.convert, c.ready = d, c.now()+d }) }

// SetCelsius sets what the chip measures from now on.
func (c *Chip) SetCelsius(v float64) { c.locked(func() { c.celsius = v }) }

// Extend leaves the chip in extended mode, as another program would.
func (c *Chip) Extend() { c.locked(func() { c.registers[regConfig] |= extended }) }

// Configure sets the configuration register, as another program would.
func (c *Chip) Configure(v uint16) { c.locked(func() { c.registers[regConfig] = v&^alert | fixed }) }

// Configuration is the configuration register.
func (c *Chip) Configuration() (v uint16) {
	c.locked(func() { v = c.registers[regConfig] })
	return v
}

// BrownOut resets the chip as a dip of its supply does.
func (c *Chip) BrownOut() { c.locked(c.reset) }

// Pretend makes it another chip, which has ones where a TMP102 has zeros.
func (c *Chip) Pretend() { c.locked(func() { c.strange = true }) }

// Write implements chiptest.Model: a pointer, or a pointer and two bytes.
func (c *Chip) Write(w []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick()
	if len(w) == 0 {
		return nil
	}
	c.pointer = w[0] & 3
	if len(w) < 3 || c.pointer == regTemperature {
		return nil
	}
	v := uint16(w[1])<<8 | uint16(w[2])
	if c.pointer == regConfig {
		was := c.registers[regConfig]
		if v&shutdown == 0 || v&oneShot != 0 && was&shutdown != 0 && !c.running {
			c.running, c.ready = true, c.now()+c.convert
		}
		if v&shutdown != 0 && was&shutdown == 0 && c.now() < c.ready-c.convert {
			c.running = false // between two conversions there is none to end
		}
		v = v&^(oneShot|alert|0x0f) | fixed
	}
	c.registers[c.pointer] = v
	return nil
}

// Read implements chiptest.Model: both bytes of the register at the pointer, again and again.
func (c *Chip) Read(r []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick()
	v := c.registers[c.pointer]
	if c.pointer == regConfig {
		if !c.running && v&shutdown != 0 {
			v |= oneShot
		}
		if c.strange {
			v |= 0x0f
		}
	}
	for i := range r {
		r[i] = byte(v >> (8 * (1 - i%2)))
	}
	return nil
}

// tick ends a conversion. In continuous mode the next one ends a period of the conversion rate later.
func (c *Chip) tick() {
	if !c.running || c.now() < c.ready {
		return
	}
	bits, shift, flag := 12, 4, uint16(0)
	if c.registers[regConfig]&extended != 0 {
		bits, shift, flag = 13, 3, 1
	}
	limit := float64(int(1)<<(bits-1)) - 1
	count := max(min(math.Round(c.celsius*16), limit), -limit-1)
	c.registers[regTemperature] = uint16(int16(count))<<shift | flag
	c.running = c.registers[regConfig]&shutdown == 0
	c.ready = c.now() + periods[c.registers[regConfig]>>6&3]
}
