package registers

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dunlin-iot/dunlin/hal"
)

// Identify reads a chip's identity register; what is the chip at its place, as "lsm6dsox at i2c-1 0x6a". Silence and a
// wrong answer are *hal.AbsentError, other trouble is not.
func (c *Conn) Identify(what string, reg uint8, want ...uint8) (id uint8, err error) {
	if id, err = c.Ask(what, reg); err != nil || slices.Contains(want, id) {
		return id, err
	}
	return id, &hal.AbsentError{
		What: what, Err: fmt.Errorf("another chip answers: register 0x%02x is 0x%02x, want 0x%02x", reg, id, want), Fix: c.fixStranger(),
	}
}

// Ask is Identify for a driver that knows the identities of others, and has better words for them.
func (c *Conn) Ask(what string, reg uint8) (id uint8, err error) {
	var one [1]byte
	if err := c.Read(reg, one[:]); err != nil {
		for _, s := range silence {
			if errors.Is(err, s) {
				return 0, &hal.AbsentError{What: what, Err: err, Fix: c.fixSilence()}
			}
		}
		return 0, fmt.Errorf("identify %s: %w", what, err)
	}
	if err := c.Driven(one[:]); err != nil {
		return one[0], &hal.AbsentError{What: what, Err: err, Fix: c.fixSilence()}
	}
	return one[0], nil
}

// Driven is an error when bytes that were read are those of a line that nobody drives: all 0x00 or all 0xff, over SPI,
// which has no acknowledgement. Ask where the registers of a chip cannot hold them.
func (c *Conn) Driven(read []byte) error {
	if !c.spi || len(read) == 0 || read[0] != 0x00 && read[0] != 0xFF {
		return nil
	}
	for _, v := range read {
		if v != read[0] {
			return nil
		}
	}
	return fmt.Errorf("the line stays at 0x%02x: nobody drives it", read[0])
}

func (c *Conn) fixStranger() string {
	if c.spi {
		return "check the chip select that the device name ends with, and the driver of this source"
	}
	return "check the address and the driver of this source: two chips may share an address"
}

func (c *Conn) fixSilence() string {
	if c.spi {
		return "check its power, the four wires of the SPI bus and the chip select that the device name ends with"
	}
	return "check its supply, ground, SDA and SCL and the level of its address pin, and find its address with: dunlin sources ls"
}
