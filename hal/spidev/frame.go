package spidev

import (
	"runtime"
	"unsafe"

	"periph.io/x/conn/v3/spi"
)

// From include/uapi/linux/spi/spidev.h; the direction and size bits are asm-generic/ioctl.h's, the same on arm, arm64
// and amd64.
const (
	opMode    = 0x40016b01 // SPI_IOC_WR_MODE, a byte
	opBits    = 0x40016b03 // SPI_IOC_WR_BITS_PER_WORD, a byte
	opSpeed   = 0x40046b04 // SPI_IOC_WR_MAX_SPEED_HZ, four bytes
	opMessage = 0x40006b00 // SPI_IOC_MESSAGE(0); the size of the array goes into bits 16 to 29

	modeLSBFirst = 0x08
	mode3Wire    = 0x10
	modeNoCS     = 0x40

	defaultMax = 4096
	maxPackets = 511 // 14 bits of size, 32 bytes each
)

// transfer is struct spi_ioc_transfer: 32 bytes on 32 and on 64 bits alike, addresses always as 64-bit numbers.
type transfer struct {
	tx, rx    uint64
	length    uint32
	speed     uint32
	delay     uint16 // microseconds
	bits      uint8
	csChange  uint8
	txLanes   uint8
	rxLanes   uint8
	wordDelay uint8
	_         uint8
}

// frame is everything that the kernel sees of a message. It lives on the heap and is pinned from Open until the last
// call has returned: only that makes the addresses in transfer, which are plain numbers to the collector, lasting.
type frame struct {
	list []transfer
	used int // of list
	tx   []byte
	rx   []byte
	pins *runtime.Pinner
}

func newFrame() *frame {
	f := &frame{list: make([]transfer, 4), tx: make([]byte, 256), rx: make([]byte, 256), pins: &runtime.Pinner{}}
	f.pin()
	return f
}

func (f *frame) pin() {
	f.pins.Pin(&f.list[0])
	f.pins.Pin(&f.tx[0])
	f.pins.Pin(&f.rx[0])
}

func (f *frame) grow(packets, bytes int) {
	if packets <= len(f.list) && bytes <= len(f.tx) {
		return
	}
	f.pins.Unpin()
	f.list = make([]transfer, max(packets, len(f.list)))
	f.tx, f.rx = make([]byte, max(bytes, len(f.tx))), make([]byte, max(bytes, len(f.rx)))
	f.pin()
}

// load lays packets out one after the other.
func (f *frame) load(packets []spi.Packet, total int, s settings) {
	f.grow(len(packets), total)
	f.used = len(packets)
	at := 0
	for i, p := range packets {
		n := length(p)
		x := transfer{length: uint32(n), speed: s.speed, bits: p.BitsPerWord}
		if x.bits == 0 {
			x.bits = s.bits
		}
		if len(p.W) > 0 {
			copy(f.tx[at:], p.W)
			x.tx = uint64(uintptr(unsafe.Pointer(&f.tx[at])))
		}
		if len(p.R) > 0 {
			x.rx = uint64(uintptr(unsafe.Pointer(&f.rx[at])))
		}
		// cs_change drops the chip select between two packets, but keeps it after the last.
		if last := i == len(packets)-1; !s.noCS && p.KeepCS == last {
			x.csChange = 1
		}
		f.list[i] = x
		at += n
	}
}

// unload copies what was read to where it was wanted.
func (f *frame) unload(packets []spi.Packet) {
	at := 0
	for _, p := range packets {
		copy(p.R, f.rx[at:])
		at += length(p)
	}
}

func (f *frame) op() uintptr {
	return opMessage | uintptr(f.used)*unsafe.Sizeof(transfer{})<<16
}

func length(p spi.Packet) int { return max(len(p.W), len(p.R)) }
