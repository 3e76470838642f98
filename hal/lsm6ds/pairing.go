package lsm6ds

import "math/bits"

// Sensors in TAG_SENSOR (DS12814, table 202).
const (
	tagGyro  = 0x01
	tagAccel = 0x02
)

// pairing joins the two words of a time slot. A slot's words carry the same two-bit number, and slots count up.
type pairing struct {
	accel, gyro float32 // m/s2 and rad/s in a step

	begun  bool
	whole  bool // the slot began with its first word: it will be complete
	slot   uint8
	have   uint8 // which halves of the slot are there: 1 gyroscope, 2 accelerometer
	sample [6]float32
}

// forget lets go of a half sample: words are missing after it.
func (p *pairing) forget() { p.begun, p.have = false, 0 }

// take decodes one word of seven bytes and appends the sample that it completes. Broken says that the word's parity is
// wrong, or that its slot does not follow: words are missing.
func (p *pairing) take(word []byte, dst []float32) (values []float32, broken bool) {
	tag := word[0]
	if bits.OnesCount8(tag)%2 != 0 {
		p.forget()
		return dst, true
	}
	half, at, step := uint8(1), 3, p.gyro
	switch tag >> 3 {
	case tagGyro:
	case tagAccel:
		half, at, step = 2, 0, p.accel
	default:
		return dst, false // temperature, time stamps, and what else a chip was told to batch
	}
	if !p.enter(tag>>1&3, half) {
		p.forget()
		return dst, true
	}
	for i := range 3 {
		p.sample[at+i] = float32(int16(uint16(word[1+2*i])|uint16(word[2+2*i])<<8)) * step
	}
	if p.have |= half; p.have == 3 {
		dst = append(dst, p.sample[:]...)
	}
	return dst, false
}

// enter goes to the slot of a word. After a loss the first slot may be half gone: it is entered and may never be completed.
func (p *pairing) enter(slot, half uint8) bool {
	switch {
	case !p.begun:
		p.begun, p.whole, p.slot, p.have = true, false, slot, 0
		return true
	case slot == p.slot && p.have&half == 0:
		return true
	case slot == (p.slot+1)&3 && (p.have == 3 || !p.whole):
		p.whole, p.slot, p.have = true, slot, 0
		return true
	}
	return false
}
