package lsm6dstest

import "math/bits"

const (
	capacity = 512 // words of seven bytes (DS12814, 6: 3 kbyte and the tags)
	tagGyro  = 0x01
	tagAccel = 0x02
)

// queue is the FIFO in continuous mode.
type queue struct {
	words       [capacity][7]byte
	first, n    int
	slot        uint8 // TAG_CNT of the newest time slot
	overrun     bool  // the newest word took the place of one that was not read
	latched     bool  // as overrun, until FIFO_STATUS2 is read
	overwritten uint64
	current     [7]byte // the word whose bytes are being read
}

func (q *queue) clear() {
	q.first, q.n, q.overrun, q.latched, q.current = 0, 0, false, false, [7]byte{}
}

// put adds a word; a new slot has the next number.
func (q *queue) put(tag uint8, v [3]int16, newSlot bool) {
	if newSlot {
		q.slot = (q.slot + 1) & 3
	}
	t := tag<<3 | q.slot<<1
	t |= uint8(bits.OnesCount8(t) & 1) // TAG_PARITY: an even number of ones
	w := [7]byte{t}
	for i, x := range v {
		w[1+2*i], w[2+2*i] = byte(x), byte(uint16(x)>>8)
	}
	if q.n == capacity {
		q.first = (q.first + 1) % capacity
		q.n--
		q.overrun, q.latched = true, true
		q.overwritten++
	}
	q.words[(q.first+q.n)%capacity] = w
	q.n++
}

// read is one byte of the output registers. The first of the seven takes the oldest word off.
func (q *queue) read(i uint8) byte {
	if i == 0 {
		q.current = [7]byte{}
		if q.n > 0 {
			q.current = q.words[q.first]
			q.first = (q.first + 1) % capacity
			q.n--
			q.overrun = false
		}
	}
	return q.current[i]
}

// status is FIFO_STATUS2; reading it takes the latch away.
func (q *queue) status(watermark int) byte {
	v := byte(q.n >> 8 & 3)
	if watermark > 0 && q.n >= watermark {
		v |= 0x80
	}
	if q.overrun {
		v |= 0x40
	}
	if q.n >= capacity-1 {
		v |= 0x20
	}
	if q.latched {
		v |= 0x08
	}
	q.latched = false
	return v
}
