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
	full     time.Duration // one conversion at 12 bits
	busy     bool
	began    time.Duration
	made     int // conversions
	parasite bool
	clone    bool
	fed      bool // pulled up strongly since the conversion began
	noise    byte // xor of the first byte on the wire
	talk
}

// Set sets the temperature.
func (c *Chip) Set(celsius float64) { c.do(func() { c.advance(); c.celsius = celsius }) }

// Brownout takes the power away for a moment.
func (c *Chip) Brownout() { c.do(c.powerUp) }

// Parasite takes VDD away: conversions need a strong pull-up, and a line at rest.
func (c *Chip) Parasite() { c.do(func() { c.parasite = true }) }

// Clone makes it one of those that leave byte 6 as it is after power-up.
func (c *Chip) Clone() { c.do(func() { c.clone = true }) }

// Convert sets how long a conversion takes at 12 bits.
func (c *Chip) Convert(full time.Duration) { c.do(func() { c.full = full }) }

// Conversions is how many were begun.
func (c *Chip) Conversions() (n int) {
	c.do(func() { n = c.made })
	return n
}

// Noise flips bits on the wire; 0 stops it.
func (c *Chip) Noise(xor byte) { c.do(func() { c.noise = xor }) }

// Unplug takes the chip away.
func (c *Chip) Unplug() { c.do(func() { delete(c.bus.chips, c.address) }) }

// Replug connects it again: it has lost its power meanwhile.
func (c *Chip) Replug() { c.do(func() { c.powerUp(); c.bus.chips[c.address] = c }) }

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
	c.busy, c.talk = false, talk{}
	c.pad = [8]byte{0x50, 0x05, c.eeprom[0], c.eeprom[1], c.eeprom[2], 0xFF, 0x0C, 0x10}
}

// disturb is what use of the line does to a chip that lives on it and converts: it starves.
func (c *Chip) disturb() {
	if c.advance(); c.busy && c.parasite {
		c.powerUp()
	}
}

// pull: a strong pull-up counts when it holds until the conversion ends.
func (c *Chip) pull(strong bool) {
	if c.advance(); c.busy {
		c.fed = strong
	}
}

// obey begins what a command asks for: its parameters are heard next, or its answer is sent.
func (c *Chip) obey(command byte) {
	switch command {
	case 0x44:
		c.busy, c.fed, c.began = true, false, c.bus.clock.Boot()
		c.made++
	case 0xBE:
		c.send(append(c.pad[:len(c.pad):len(c.pad)], onewire.CalcCRC(c.pad[:])))
		c.answer[0] ^= c.noise
	case 0x4E:
		c.hear(24, func(v uint64) { c.pad[2], c.pad[3], c.pad[4] = byte(v), byte(v>>8), byte(v>>16)&0x60|0x1F })
	case 0x48:
		c.eeprom = [3]byte(c.pad[2:5])
	case 0xB4:
		if c.parasite {
			c.send(make([]byte, 1))
		}
	}
}

// advance ends the conversion whose time has come.
func (c *Chip) advance() {
	below := 3 - int(c.pad[4]>>5&3) // bits that the resolution leaves undefined
	if !c.busy || c.bus.clock.Boot()-c.began < c.full>>below {
		return
	}
	c.busy = false
	raw := int16(math.Floor(c.celsius * 16))
	raw |= 1<<below - 1 // undefined: here they are ones
	if c.parasite && !c.fed {
		raw = 0x07FF
	}
	c.pad[0], c.pad[1] = byte(raw), byte(raw>>8)
	if !c.clone {
		c.pad[6] = 0x10 - c.pad[0]&0x0F
	}
}
