package mcp9808test

import (
	"math"
	"sync"
	"time"
)

const (
	regConfig     = 1
	regUpper      = 2
	regLower      = 3
	regCritical   = 4
	regAmbient    = 5
	regMaker      = 6
	regDevice     = 7
	regResolution = 8

	shutdown = 1 << 8
)

// Chip is one MCP9808 after power-on, at 23 Cel. It implements chiptest.Model.
type Chip struct {
	mu        sync.Mutex
	now       func() time.Duration
	convert   time.Duration // zero: by the resolution
	celsius   float64
	registers [16]uint16
	pointer   byte
	ready     time.Duration // end of the conversion under way
}

// New makes a chip that has just been switched on.
func New() *Chip {
	began := time.Now()
	c := &Chip{now: func() time.Duration { return time.Since(began) }, celsius: 23}
	c.reset()
	return c
}

func (c *Chip) locked(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *Chip) reset() {
	c.registers = [16]uint16{regMaker: 0x0054, regDevice: 0x0400, regResolution: 3}
	c.ready = c.now() + c.conversion()
}

// Convert sets how long a conversion takes; zero is the data sheet's time for the resolution.
func (c *Chip) Convert(d time.Duration) {
	c.locked(func() { c.convert, c.ready = d, c.now()+d })
}

// SetCelsius sets what the chip measures from now on.
func (c *Chip) SetCelsius(v float64) { c.locked(func() { c.celsius = v }) }

// BrownOut resets the chip as a dip of its supply does: the temperature reads 0 until it has converted.
func (c *Chip) BrownOut() { c.locked(c.reset) }

// SetIDs lets another chip answer.
func (c *Chip) SetIDs(manufacturer, device uint16) {
	c.locked(func() { c.registers[regMaker], c.registers[regDevice] = manufacturer, device })
}

// Configuration is the configuration register.
func (c *Chip) Configuration() (v uint16) {
	c.locked(func() { v = c.registers[regConfig] })
	return v
}

// Write implements chiptest.Model: a pointer, or a pointer and the bytes of a register.
func (c *Chip) Write(w []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick()
	if len(w) == 0 {
		return nil
	}
	c.pointer = w[0] & 15
	switch {
	case c.pointer == regResolution && len(w) >= 2:
		c.registers[regResolution] = uint16(w[1] & 3)
	case c.pointer >= regConfig && c.pointer <= regCritical && len(w) >= 3:
		was := c.registers[regConfig]
		c.registers[c.pointer] = uint16(w[1])<<8 | uint16(w[2])
		if c.pointer != regConfig {
			c.registers[c.pointer] &= 0x1ffc
		}
		if was&shutdown != 0 && c.registers[regConfig]&shutdown == 0 {
			c.ready = c.now() + c.conversion()
		}
	}
	return nil
}

// Read implements chiptest.Model: the register at the pointer, again and again; that of the resolution has one byte.
func (c *Chip) Read(r []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick()
	for i := range r {
		if r[i] = byte(c.registers[c.pointer] >> (8 * (1 - i%2))); c.pointer == regResolution {
			r[i] = byte(c.registers[regResolution])
		}
	}
	return nil
}

// tick ends a conversion; the alert bits follow the limits at that moment.
func (c *Chip) tick() {
	if c.registers[regConfig]&shutdown != 0 || c.now() < c.ready {
		return
	}
	step := float64(int(8) >> c.registers[regResolution]) // in 1/16 Cel
	count := int16(math.Round(c.celsius*16/step) * step)
	v := uint16(count) & 0x1fff
	if count >= limit(c.registers[regCritical]) {
		v |= 1 << 15
	}
	if count > limit(c.registers[regUpper]) {
		v |= 1 << 14
	}
	if count < limit(c.registers[regLower]) {
		v |= 1 << 13
	}
	c.registers[regAmbient] = v
	c.ready = c.now() + c.conversion()
}

// limit is a register of 13 bits in two's complement, in 1/16 Cel.
func limit(v uint16) int16 { return int16(v<<3) >> 3 }

// conversion takes 30 to 250 ms (data sheet, table 5-9).
func (c *Chip) conversion() time.Duration {
	if c.convert > 0 {
		return c.convert
	}
	return [...]time.Duration{30, 65, 130, 250}[c.registers[regResolution]&3] * time.Millisecond
}
