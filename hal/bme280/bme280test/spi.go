package bme280test

import "github.com/dunlin-iot/dunlin/hal/chiptest"

// SPI is the chip as a chiptest.Port talks to it: the numbers of its registers without their bit 7, which is the
// direction there (section 6.3). In a write each number of a pair is a control byte, and one that says read ends it.
func (c *Chip) SPI() chiptest.Model { return onSPI{c} }

type onSPI struct{ *Chip }

const highBit = 0x80

func (s onSPI) Write(w []byte) error {
	pairs := make([]byte, 0, len(w))
	for i := 0; i < len(w); i += 2 {
		if w[i]&highBit != 0 {
			break
		}
		pairs = append(append(pairs, w[i]|highBit), w[i+1:min(i+2, len(w))]...)
	}
	return s.Chip.Write(pairs)
}
