package tmp75test

import (
	"math"
	"sync"
	"time"
)

const (
	regTemperature = 0
	regConfig      = 1

	oneShot    = 1 << 7
	resolution = 3 << 5
	shutdown   = 1 << 0
)

// Chip is one TMP75 after power-on: continuous conversions of 9 bits at 23 Cel.
type Chip struct {
	mu       sync.Mutex
	now      func() time.Duration
	convert  time.Duration // of 12 bits
	celsius  float64
	config   byte
	settings byte   // bits of the configuration that are kept
	measured uint16 // the register as it was converted
	limits   [2]uint16
	pointer  byte
	ready    time.Duration // end of the conversion under way
	running  bool
}

// New makes a chip whose conversions of 12 bits take 220 ms, the data sheet's typical time.
func New() *Chip {
	began := time.Now()
	c := &Chip{now: func() time.Duration { return time.Since(began) }, convert: 220 * time.Millisecond, celsius: 23, settings: 0x7f}
	c.reset()
	return c
}

func (c *Chip) locked(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *Chip) reset() {
	c.config, c.limits, c.measured = 0, [2]uint16{0x4b00, 0x5000}, 0 // T_LOW 75 Cel, T_HIGH 80 Cel
	c.start()
}

// start begins a conversion; each bit more doubles its time.
func (c *Chip) start() {
	c.running = true
	c.ready = c.now() + c.convert>>(3-c.config>>5&3)
}

// Convert sets how long a conversion of 12 bits takes.
func (c *Chip) Convert(d time.Duration) { c.locked(func() { c.convert = d; c.start() }) }

// SetCelsius sets what the chip measures from now on.
func (c *Chip) SetCelsius(v float64) { c.locked(func() { c.celsius = v }) }

// Configure sets the configuration, as another program would.
func (c *Chip) Configure(v byte) { c.locked(func() { c.config = v & c.settings &^ oneShot }) }

// Configuration is the configuration.
func (c *Chip) Configuration() (v byte) {
	c.locked(func() { v = c.config })
	return v
}

// BrownOut resets the chip as a dip of its supply does.
func (c *Chip) BrownOut() { c.locked(c.reset) }

// LM75 makes it the chip that these stem from: 9 bits, no one-shot, and the bits for both read as zeros.
func (c *Chip) LM75() { c.locked(func() { c.settings = 0x1f; c.config &= c.settings }) }

// Write implements chiptest.Model: a pointer, or a pointer and what its register holds.
func (c *Chip) Write(w []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick()
	if len(w) == 0 {
		return nil
	}
	c.pointer = w[0] & 3
	switch {
	case c.pointer == regConfig && len(w) >= 2:
		c.configure(w[1])
	case c.pointer > regConfig && len(w) >= 3:
		c.limits[c.pointer-2] = uint16(w[1])<<8 | uint16(w[2])
	}
	return nil
}

// configure acts on a new configuration. Shutting down lets the conversion under way end; one-shot acts in shutdown only.
func (c *Chip) configure(v byte) {
	was := c.config
	c.config = v & c.settings &^ oneShot
	switch {
	case c.config&shutdown == 0 && !c.running:
		c.start()
	case v&oneShot != 0 && v&was&shutdown != 0 && c.settings&resolution != 0 && !c.running:
		c.start()
	}
}

// Read implements chiptest.Model: the register at the pointer, again and again.
func (c *Chip) Read(r []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick()
	for i := range r {
		switch c.pointer {
		case regConfig:
			r[i] = c.config
		case regTemperature:
			r[i] = byte(c.measured >> (8 * (1 - i%2)))
		default:
			r[i] = byte(c.limits[c.pointer-2] >> (8 * (1 - i%2)))
		}
	}
	return nil
}

// tick ends a conversion; without shutdown the next one begins at once.
func (c *Chip) tick() {
	if !c.running || c.now() < c.ready {
		return
	}
	bits := 9 + int(c.config&resolution>>5)
	steps := float64(int(1) << (bits - 8)) // for one degree
	limit := float64(int(1)<<(bits-1)) - 1
	count := max(min(math.Round(c.celsius*steps), limit), -limit-1)
	c.measured = uint16(int16(count)) << (16 - bits)
	c.running = false
	if c.config&shutdown == 0 {
		c.start()
	}
}
