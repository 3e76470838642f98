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
	var one [1]byte
	if err := c.Read(reg, one[:]); err != nil {
		for _, s := range silence {
			if errors.Is(err, s) {
				return 0, &hal.AbsentError{What: what, Err: err, Fix: c.fixSilence()}
			}
		}
		return 0, fmt.Errorf("identify %s: %w", what, err)
	}
	id = one[0]
	switch {
	case slices.Contains(want, id):
		return id, nil
	case c.spi && (id == 0x00 || id == 0xFF): // nobody drives the line
		return id, &hal.AbsentError{What: what, Err: fmt.Errorf("the line stays at 0x%02x", id), Fix: c.fixSilence()}
	}
	return id, &hal.AbsentError{
		What: what, Err: fmt.Errorf("another chip answers: register 0x%02x is 0x%02x, want 0x%02x", reg, id, want),
		Fix: "check the address and the driver of this source: two chips may share an address",
	}
}

func (c *Conn) fixSilence() string {
	if c.spi {
		return "check its power, the four wires of the SPI bus and the chip select that the device name ends with"
	}
	return "check its supply, ground, SDA and SCL and the level of its address pin, and find its address with: dunlin sources ls"
}
