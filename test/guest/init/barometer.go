package main

import (
	"math"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
)

// What the barometer shows.
const (
	baroAddress = 0x5c
	baroPa      = 98765.4
	baroCel     = -7.25
)

// newBarometer is an ST LPS25H as far as the kernel's driver looks: registers that keep what is written, one sample. A
// register's number with the highest bit set lets a transfer of several bytes count up (data sheet DocID023722,
// section 5.1.1). 4096 steps are 1 hPa (section 7.13); 480 steps are 1 degree, and 0 is 42.5 degrees (section 7.15).
func newBarometer() chiptest.Model {
	r := &chiptest.Registers{}
	r.OnRead = func(reg uint8) (byte, bool) { return r.Peek(reg & 0x7f), true }
	p, t := int32(math.Round(baroPa/100*4096)), int16(math.Round((baroCel-42.5)*480))
	r.Set(0x0f, 0xbd)
	r.Set(0x28, byte(p), byte(p>>8), byte(p>>16), byte(t), byte(uint16(t)>>8))
	return r
}
