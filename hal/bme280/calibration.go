package bme280

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// calibration are the trimming words of one chip (table 16), decoded.
type calibration struct {
	t     [3]int32 // T1 unsigned, the others signed
	p     [9]int64 // P1 unsigned, the others signed
	h     [6]int32 // H1 and H3 unsigned bytes, H2 a word, H4 and H5 of 12 bits, H6 a byte
	humid bool
}

// parse decodes registers 0x88 to 0xa1 and, where there is humidity, 0xe1 to 0xe7.
func parse(tp, h []byte) (calibration, error) {
	le := binary.LittleEndian
	c := calibration{humid: len(h) > 0}
	if blank(tp[:24]) || c.humid && blank(h) {
		return c, fmt.Errorf("calibration words are all 0x%02x", tp[0])
	}
	for i := range c.t {
		c.t[i] = int32(int16(le.Uint16(tp[2*i:])))
	}
	for i := range c.p {
		c.p[i] = int64(int16(le.Uint16(tp[6+2*i:])))
	}
	c.t[0], c.p[0] = int32(le.Uint16(tp)), int64(le.Uint16(tp[6:]))
	if c.t[0] == 0 || c.t[1] == 0 || c.p[0] == 0 {
		return c, errors.New("calibration words T1, T2 or P1 are zero")
	}
	if c.humid {
		c.h = [6]int32{
			int32(tp[25]), int32(int16(le.Uint16(h))), int32(h[2]),
			int32(int8(h[3]))<<4 | int32(h[4]&0x0f), int32(int8(h[5]))<<4 | int32(h[4]>>4), int32(int8(h[6])),
		}
	}
	return c, nil
}

// blank reports bytes that are all zero or all 0xff: a memory that was never written, or a bus that nobody drives.
func blank(b []byte) bool {
	for _, v := range b {
		if v != b[0] {
			return false
		}
	}
	return b[0] == 0 || b[0] == 0xff
}

// celsius gives the temperature and the fine temperature that the other two need.
func (c *calibration) celsius(raw int32) (value float64, fine int32) {
	d := raw>>3 - c.t[0]<<1
	e := raw>>4 - c.t[0]
	fine = d*c.t[1]>>11 + (e*e>>12)*c.t[2]>>14
	return float64((fine*5+128)>>8) / 100, fine
}

// pascal is false when the calibration makes the divisor vanish.
func (c *calibration) pascal(raw, fine int32) (float64, bool) {
	d := int64(fine) - 128000
	offset := d*d*c.p[5] + d*c.p[4]<<17 + c.p[3]<<35
	scale := d*d*c.p[2]>>8 + d*c.p[1]<<12
	scale = (1<<47 + scale) * c.p[0] >> 33
	if scale == 0 {
		return 0, false
	}
	p := ((1048576-int64(raw))<<31 - offset) * 3125 / scale
	square := c.p[8] * (p >> 13) * (p >> 13) >> 25
	p = (p+square+c.p[7]*p>>19)>>8 + c.p[6]<<4
	return float64(p) / 256, true
}

// percent is bounded by the formula to 0 to 100.
func (c *calibration) percent(raw, fine int32) float64 {
	d := fine - 76800
	gain := (d*c.h[5]>>10)*(d*c.h[2]>>11+32768)>>10 + 2097152
	v := (raw<<14 - c.h[3]<<20 - c.h[4]*d + 16384) >> 15
	v *= (gain*c.h[1] + 8192) >> 14
	v -= ((v >> 15) * (v >> 15) >> 7) * c.h[0] >> 4
	return float64(min(max(v, 0), 100<<22)>>12) / 1024
}
