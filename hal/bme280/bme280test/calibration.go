package bme280test

import "encoding/binary"

// Calibration are the trimming words of a chip.
type Calibration struct {
	T1     uint16
	T2, T3 int16
	P1     uint16
	P      [8]int16 // P2 to P9
	H1     uint8
	H2     int16
	H3     uint8
	H4, H5 int16 // 12 bits
	H6     int8
}

// Example are the words of the worked example in the BMP280 data sheet (section 3.12), and humidity words of a usual
// chip.
func Example() Calibration {
	return Calibration{
		T1: 27504, T2: 26435, T3: -1000,
		P1: 36477, P: [8]int16{-10685, 3024, 2855, 140, -7, 15500, -14600, 6000},
		H1: 75, H2: 362, H3: 0, H4: 328, H5: 50, H6: 30,
	}
}

const (
	regCalibration  = 0x88
	regCalibrationH = 0xe1
)

// Calibrate stores trimming words.
func (c *Chip) Calibrate(k Calibration) {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, k.T1)
	for _, v := range []int16{k.T2, k.T3} {
		b = le.AppendUint16(b, uint16(v))
	}
	b = le.AppendUint16(b, k.P1)
	for _, v := range k.P {
		b = le.AppendUint16(b, uint16(v))
	}
	c.Set(regCalibration, b...)
	if !c.humid {
		return
	}
	c.Set(regCalibration+25, k.H1)
	h := le.AppendUint16(nil, uint16(k.H2))
	h = append(h, k.H3, byte(k.H4>>4), byte(k.H4&15)|byte(k.H5&15)<<4, byte(k.H5>>4), byte(k.H6))
	c.Set(regCalibrationH, h...)
}

// SpoilCalibration fills the trimming words with one byte: 0x00 or 0xff is a memory that was not read.
func (c *Chip) SpoilCalibration(v byte) {
	for reg := regCalibration; reg <= regCalibration+25; reg++ {
		c.Set(byte(reg), v)
	}
	for reg := regCalibrationH; reg <= regCalibrationH+6; reg++ {
		c.Set(byte(reg), v)
	}
}

// calibration reads the words back from the registers.
func (c *Chip) calibration() (k Calibration) {
	word := func(reg byte) int16 { return int16(uint16(c.Get(reg)) | uint16(c.Get(reg+1))<<8) }
	k.T1, k.T2, k.T3 = uint16(word(0x88)), word(0x8a), word(0x8c)
	k.P1 = uint16(word(0x8e))
	for i := range k.P {
		k.P[i] = word(byte(0x90 + 2*i))
	}
	k.H1, k.H2, k.H3, k.H6 = c.Get(0xa1), word(0xe1), c.Get(0xe3), int8(c.Get(0xe7))
	k.H4 = int16(int8(c.Get(0xe4)))<<4 | int16(c.Get(0xe5)&15)
	k.H5 = int16(int8(c.Get(0xe6)))<<4 | int16(c.Get(0xe5)>>4)
	return k
}
