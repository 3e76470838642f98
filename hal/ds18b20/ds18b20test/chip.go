package ds18b20test

import (
	"math"
	"time"

	"periph.io/x/conn/v3/onewire"
)

// Chip is one DS18B20 on a Bus.
type Chip struct {
	bus      *Bus
	address  onewire.Address
	eeprom   [3]byte
	pad      [8]byte
	celsius  float64
	busy     bool
	began    time.Duration
	parasite bool
	clone    bool
	strong   bool
	noise    byte // xor of the first byte on the wire
}

// Set sets the temperature.
func (c *Chip) Set(celsius float64) { c.do(func() { c.advance(); c.celsius = celsius }) }

// Brownout takes the power away for a moment.
func (c *Chip) Brownout() { c.do(c.powerUp) }

// Parasite takes VDD away: conversions need a strong pull-up.
func (c *Chip) Parasite() { c.do(func() { c.parasite = true }) }

// Clone makes it one of those that leave byte 6 as it is after power-up.
func (c *Chip) Clone() { c.do(func() { c.clone = true }) }

// Noise flips bits on the wire; 0 stops it.
func (c *Chip) Noise(xor byte) { c.do(func() { c.noise = xor }) }

// Unplug takes the chip away.
func (c *Chip) Unplug() { c.do(func() { delete(c.bus.chips, c.address) }) }

// Limits are the alarm limits and the configuration, in the scratchpad and in the EEPROM.
func (c *Chip) Limits() (pad, eeprom [3]byte) {
	c.do(func() { pad, eeprom = [3]byte(c.pad[2:5]), c.eeprom })
	return pad, eeprom
}

func (c *Chip) do(f func()) {
	c.bus.mu.Lock()
	defer c.bus.mu.Unlock()
	f()
}

// powerUp gives the scratchpad its values of figure 9: 85 degrees, limits and configuration from the EEPROM.
func (c *Chip) powerUp() {
	c.busy = false
	c.pad = [8]byte{0x50, 0x05, c.eeprom[0], c.eeprom[1], c.eeprom[2], 0xFF, 0x0C, 0x10}
}

func (c *Chip) obey(w, r []byte, power onewire.Pullup) {
	c.advance()
	switch w[0] {
	case 0x44:
		c.busy, c.began, c.strong = true, c.bus.clock.Boot(), power == onewire.StrongPullup
	case 0xBE:
		n := copy(r, c.pad[:])
		if n == len(c.pad) && len(r) > n {
			r[n] = onewire.CalcCRC(c.pad[:])
		}
		if len(r) > 0 {
			r[0] ^= c.noise
		}
	case 0x4E:
		if len(w) == 4 {
			c.pad[2], c.pad[3], c.pad[4] = w[1], w[2], w[3]&0x60|0x1F
		}
	case 0x48:
		c.eeprom = [3]byte(c.pad[2:5])
	}
}

// advance ends the conversion whose time has come.
func (c *Chip) advance() {
	below := 3 - int(c.pad[4]>>5&3) // bits that the resolution leaves undefined
	if !c.busy || c.bus.clock.Boot()-c.began < 750*time.Millisecond>>below {
		return
	}
	c.busy = false
	raw := int16(math.Floor(c.celsius * 16))
	raw |= 1<<below - 1 // undefined: here they are ones
	if c.parasite && !c.strong {
		raw = 0x07FF
	}
	c.pad[0], c.pad[1] = byte(raw), byte(raw>>8)
	if !c.clone {
		c.pad[6] = 0x10 - c.pad[0]&0x0F
	}
}
