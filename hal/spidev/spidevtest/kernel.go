package spidevtest

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"github.com/dunlin-iot/dunlin/hal/spidev"
)

// Transfer is one transfer of a message as the kernel saw it.
type Transfer struct {
	Sent, Received []byte // nil where the transfer had no such buffer
	Speed          uint32 // Hz
	Bits           uint8
	CSChange       bool
}

// Kernel is an SPI device with a chip. Its Open goes into spidev.Config.Open. The zero value has a chip that echoes.
type Kernel struct {
	// Chip answers the bytes of one transfer; nil echoes them. in is as long as out, zeroes where nothing was sent.
	Chip func(in, out []byte)
	// OpenErr is returned by Open.
	OpenErr error

	mu      sync.Mutex
	opened  int
	closed  int
	modes   []uint8
	refuse  map[uintptr]error
	log     []Transfer
	queue   []error
	blocked chan struct{}
}

// Open is the kernel's open.
func (k *Kernel) Open(path string) (spidev.Device, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.OpenErr != nil {
		return nil, fmt.Errorf("open %s: %w", path, k.OpenErr)
	}
	k.opened++
	return device{k}, nil
}

// Refuse lets setting mode, bits or speed (SPI_IOC_WR_…) fail.
func (k *Kernel) Refuse(op uintptr, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refuse == nil {
		k.refuse = map[uintptr]error{}
	}
	k.refuse[op] = err
}

// Fail lets the next messages end with these errors, one each.
func (k *Kernel) Fail(errs ...error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.queue = append(k.queue, errs...)
}

// Block lets the next message hang in the kernel until release is called.
func (k *Kernel) Block() (release func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c := make(chan struct{})
	k.blocked = c
	return func() { close(c) }
}

// Files are the open ones.
func (k *Kernel) Files() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.opened - k.closed
}

// Modes are those that were set (SPI_IOC_WR_MODE).
func (k *Kernel) Modes() []uint8 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]uint8(nil), k.modes...)
}

// Transfers are those so far.
func (k *Kernel) Transfers() []Transfer {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]Transfer(nil), k.log...)
}

// Requests, written out from include/uapi/linux/spi/spidev.h apart from hal/spidev's own.
const (
	WriteMode  uintptr = 0x40016b01
	WriteBits  uintptr = 0x40016b03
	WriteSpeed uintptr = 0x40046b04

	structSize = 32 // struct spi_ioc_transfer
)

type device struct{ k *Kernel }

func (d device) Close() error {
	d.k.mu.Lock()
	defer d.k.mu.Unlock()
	d.k.closed++
	return nil
}

func (d device) Exchange(op uintptr, arg unsafe.Pointer) (int, error) {
	d.k.mu.Lock()
	if err := d.k.refuse[op]; err != nil {
		d.k.mu.Unlock()
		return 0, err
	}
	switch op {
	case WriteMode:
		d.k.modes = append(d.k.modes, *(*uint8)(arg))
		fallthrough
	case WriteBits, WriteSpeed:
		d.k.mu.Unlock()
		return 0, nil
	}
	d.k.mu.Unlock()
	// direction write, type 'k', number 0, a size in bits 16 to 29
	if op>>30 != 1 || op&0xffff != 'k'<<8 {
		return 0, syscall.ENOTTY
	}
	size := int(op >> 16 & 0x3fff)
	if size == 0 || size%structSize != 0 {
		return 0, syscall.EINVAL
	}
	return d.k.message(unsafe.Slice((*byte)(arg), size))
}

func (k *Kernel) message(array []byte) (total int, err error) {
	k.mu.Lock()
	blocked := k.blocked
	k.blocked = nil
	if len(k.queue) > 0 {
		err = k.queue[0]
		k.queue = k.queue[1:]
	}
	k.mu.Unlock()
	if blocked != nil {
		<-blocked
	}
	if err != nil {
		return 0, err
	}
	runtime.Gosched() // a preemption where a real kernel sleeps
	for ; len(array) > 0; array = array[structSize:] {
		total += k.transfer(array[:structSize])
	}
	return total, nil
}

// transfer does one struct: addresses at 0 and 8, length at 16, speed at 20, bits at 26, cs_change at 27.
func (k *Kernel) transfer(s []byte) int {
	le := binary.LittleEndian
	n := int(le.Uint32(s[16:]))
	in, out := make([]byte, n), make([]byte, n)
	tx, rx := memory(s[0:], n), memory(s[8:], n)
	copy(in, tx)
	if k.Chip != nil {
		k.Chip(in, out)
	} else {
		copy(out, in)
	}
	copy(rx, out)
	t := Transfer{Speed: le.Uint32(s[20:]), Bits: s[26], CSChange: s[27] != 0}
	if tx != nil {
		t.Sent = in
	}
	if rx != nil {
		t.Received = out
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.log = append(k.log, t)
	return n
}

// memory is the buffer at the address that stands in 8 little-endian bytes. The address is read as the pointer that it
// is; on 32 bits that is its lower half.
func memory(at []byte, n int) []byte {
	p := *(*unsafe.Pointer)(unsafe.Pointer(&at[0]))
	if p == nil {
		return nil
	}
	return unsafe.Slice((*byte)(p), n)
}
