package ds18b20test

// talk is how far a chip is in a transaction, bit by bit, the lowest first. The zero value is deaf until a reset.
type talk struct {
	then    func(v uint64) // what is done with the bits that are heard; nil hears none
	left    int            // bits that are still to be heard
	heard   uint64
	bit     int
	answer  []byte // that is sent in the slots to come
	sent    int    // bits of it
	looking int    // a search: 1 to 3 is the slot of a bit, 0 means none
	place   int    // the bit of the identity that a search is at
}

// reset begins a transaction: a ROM command is heard next.
func (c *Chip) reset() {
	c.talk = talk{}
	c.hear(8, c.rom)
}

func (t *talk) hear(bits int, then func(v uint64)) { t.then, t.left, t.heard, t.bit = then, bits, 0, 0 }

func (t *talk) send(answer []byte) { t.answer, t.sent = answer, 0 }

// rom is a ROM command.
func (c *Chip) rom(command uint64) {
	switch command {
	case 0xF0:
		c.looking, c.place = 1, 0
	case 0x55:
		c.hear(64, func(v uint64) {
			if v == uint64(c.address) {
				c.hear(8, c.function)
			}
		})
	case 0xCC:
		c.hear(8, c.function)
	}
}

func (c *Chip) function(command uint64) { c.obey(byte(command)) }

// level is what the chip lets the line be in this slot.
func (c *Chip) level() bool {
	own := uint64(c.address)>>c.place&1 == 1
	switch {
	case c.looking == 1:
		return own
	case c.looking == 2:
		return !own
	case c.sent < 8*len(c.answer):
		return c.answer[c.sent/8]>>(c.sent%8)&1 == 1
	}
	return true
}

// slot is the end of a slot, with the level that the line had.
func (c *Chip) slot(level bool) {
	switch {
	case c.looking > 0:
		c.search(level)
	case c.sent < 8*len(c.answer):
		c.sent++
	case c.then != nil:
		if level {
			c.heard |= 1 << c.bit
		}
		if c.bit++; c.bit == c.left {
			then, v := c.then, c.heard
			c.then = nil
			then(v)
		}
	}
}

// search is a slot of a search: the bit, its complement, and the one with which the master goes on.
func (c *Chip) search(level bool) {
	if c.looking < 3 {
		c.looking++
		return
	}
	if level != (uint64(c.address)>>c.place&1 == 1) {
		c.talk = talk{}
		return
	}
	if c.looking, c.place = 1, c.place+1; c.place == 64 {
		c.talk = talk{}
		c.hear(8, c.function)
	}
}
