package audio

import (
	"encoding/binary"
	"math"
	"time"
)

// The structures of include/uapi/sound/asound.h. snd_pcm_uframes_t is an unsigned long, so that they differ between
// 32-bit and 64-bit programs. Of snd_pcm_status, 32-bit programs use the form with 32-bit times: every kernel has it,
// also a 64-bit one below a 32-bit program, and monotonic time fits into it for 68 years.

const wide = math.MaxUint > math.MaxUint32

type layout struct {
	word int // bytes of an unsigned long

	hwSize int // struct snd_pcm_hw_params

	swSize, swAvailMin, swStart, swStop, swProto, swStampType int // struct snd_pcm_sw_params

	statusSize, statusStamp, statusDelay, statusAvail int // struct snd_pcm_status
}

var (
	layout32 = layout{4, 604, 104, 12, 20, 24, 40, 44, 108, 12, 28, 32}
	layout64 = layout{8, 608, 136, 16, 32, 40, 72, 76, 152, 24, 56, 64}
)

func native() layout {
	if wide {
		return layout64
	}
	return layout32
}

// Requests: direction, size, type 'A', number (include/uapi/asm-generic/ioctl.h).
const (
	dirWrite = 1 << 30
	dirRead  = 2 << 30
)

func request(dir uint32, size int, number uint32) uint32 {
	return dir | uint32(size)<<16 | 'A'<<8 | number
}

const (
	numberRefine   = 0x10
	numberHWParams = 0x11
	numberSWParams = 0x13
	numberStatus   = 0x20
	numberPrepare  = 0x40
	numberStart    = 0x42
	numberDrop     = 0x43
	numberResume   = 0x47
)

// States of a stream, snd_pcm_state_t.
const (
	statePrepared     = 2
	stateRunning      = 3
	stateXrun         = 4
	stateSuspended    = 7
	stateDisconnected = 8
)

// Parameters of snd_pcm_hw_params: three masks of 256 bits, then intervals.
const (
	maskAccess    = 0
	maskFormat    = 1
	maskSubformat = 2

	channelsOf   = 10
	rateOf       = 11
	periodFrames = 13
	bufferFrames = 17

	firstInterval = 8
	intervals     = 12

	masksAt     = 4   // offset of the masks, of 32 bytes each
	intervalsAt = 260 // of the intervals, of 12 bytes each: min, max, flags
	rmaskAt     = 512 // parameters that the kernel is to look at
	infoAt      = 520
	integer     = 4 // flag of an interval: whole numbers only
)

const accessInterleaved = 3 // SNDRV_PCM_ACCESS_RW_INTERLEAVED

var order = binary.NativeEndian

// hwParams is a struct snd_pcm_hw_params: what a configuration may still be.
type hwParams []byte

// anything is every configuration that there could be.
func anything(l layout) hwParams {
	p := make(hwParams, l.hwSize)
	for i := range 3 * 32 {
		p[masksAt+i] = 0xff
	}
	for i := range intervals {
		order.PutUint32(p[intervalsAt+12*i+4:], math.MaxUint32)
	}
	order.PutUint32(p[rmaskAt:], math.MaxUint32)
	order.PutUint32(p[infoAt:], math.MaxUint32)
	return p
}

func (p hwParams) clone() hwParams { return append(hwParams(nil), p...) }

func (p hwParams) has(mask int, bit uint) bool { return p[masksAt+32*mask+int(bit/8)]>>(bit%8)&1 != 0 }

func (p hwParams) only(mask int, bit uint) {
	clear(p[masksAt+32*mask:][:32])
	p[masksAt+32*mask+int(bit/8)] = 1 << (bit % 8)
	order.PutUint32(p[rmaskAt:], math.MaxUint32)
}

func (p hwParams) span(param int) (low, high uint32) {
	at := p[intervalsAt+12*(param-firstInterval):]
	return order.Uint32(at), order.Uint32(at[4:])
}

func (p hwParams) within(param int, low, high uint32) {
	at := p[intervalsAt+12*(param-firstInterval):]
	order.PutUint32(at, low)
	order.PutUint32(at[4:], high)
	order.PutUint32(at[8:], integer)
	order.PutUint32(p[rmaskAt:], math.MaxUint32)
}

// swParams is a struct snd_pcm_sw_params: wake up after avail frames, stamp with CLOCK_MONOTONIC, stop when the buffer
// is full.
func swParams(l layout, avail, buffer uint32) []byte {
	const stampOn, monotonic, protocol = 1, 1, 2<<16 | 12 // the protocol of 2.0.12 has the type of stamps
	p := make([]byte, l.swSize)
	order.PutUint32(p, stampOn)
	order.PutUint32(p[4:], 1) // period_step
	l.putLong(p[l.swAvailMin:], uint64(avail))
	l.putLong(p[l.swStart:], 1)
	l.putLong(p[l.swStop:], uint64(buffer))
	order.PutUint32(p[l.swProto:], protocol)
	order.PutUint32(p[l.swStampType:], monotonic)
	return p
}

func (l layout) putLong(p []byte, v uint64) {
	if l.word == 8 {
		order.PutUint64(p, v)
		return
	}
	order.PutUint32(p, uint32(v))
}

func (l layout) long(p []byte) int64 {
	if l.word == 8 {
		return int64(order.Uint64(p))
	}
	return int64(int32(order.Uint32(p)))
}

// status is what a struct snd_pcm_status says.
type status struct {
	state int32
	stamp time.Duration // CLOCK_MONOTONIC, when avail and delay held
	delay int64         // frames between the microphone and the program, those of avail included
	avail int64         // frames that can be read
}

func (l layout) status(p []byte) status {
	stamp := p[l.statusStamp:]
	return status{
		state: int32(order.Uint32(p)),
		stamp: time.Duration(l.long(stamp))*time.Second + time.Duration(l.long(stamp[l.word:])),
		delay: l.long(p[l.statusDelay:]), avail: l.long(p[l.statusAvail:]),
	}
}
