package i2cdev

import (
	"runtime"
	"unsafe"
)

// From include/uapi/linux/i2c.h and i2c-dev.h. These numbers have no direction bits and are the same everywhere.
const (
	opRetries = 0x0701 // I2C_RETRIES: how often the kernel repeats on lost arbitration
	opTimeout = 0x0702 // I2C_TIMEOUT: in units of 10 ms
	opFuncs   = 0x0705 // I2C_FUNCS: into an unsigned long
	opRdwr    = 0x0707 // I2C_RDWR

	flagRead = 0x0001 // I2C_M_RD

	funcI2C   = 0x00000001 // I2C_FUNC_I2C
	funcQuick = 0x00010000 // I2C_FUNC_SMBUS_QUICK

	maxMessage = 8192 // bytes in one message, drivers/i2c/i2c-dev.c
)

// message is struct i2c_msg. Go pads it before the pointer as C does, to 12 bytes on 32 bits and 16 on 64.
type message struct {
	addr   uint16
	flags  uint16
	length uint16
	buf    unsafe.Pointer
}

// rdwr is struct i2c_rdwr_ioctl_data.
type rdwr struct {
	msgs unsafe.Pointer
	n    uint32
}

// frame is everything that the kernel sees of a transfer. It lives on the heap and is pinned with its buffers from
// Open until the last call has returned.
type frame struct {
	call  rdwr
	msgs  [2]message
	funcs uintptr // unsigned long
	w, r  []byte
	pins  *runtime.Pinner
}

func newFrame() *frame {
	f := &frame{w: make([]byte, 256), r: make([]byte, 256), pins: &runtime.Pinner{}}
	f.call.msgs = unsafe.Pointer(&f.msgs[0])
	f.pin()
	return f
}

func (f *frame) pin() {
	f.pins.Pin(f)
	f.pins.Pin(&f.w[0])
	f.pins.Pin(&f.r[0])
}

// load lays a transfer out: a write, a read, or both with a repeated start. With neither it is a write of no bytes.
func (f *frame) load(address uint16, w, r []byte) {
	if len(w) > len(f.w) || len(r) > len(f.r) {
		f.pins.Unpin()
		f.w, f.r = make([]byte, max(len(w), len(f.w))), make([]byte, max(len(r), len(f.r)))
		f.pin()
	}
	copy(f.w, w)
	n := 0
	if len(w) > 0 || len(r) == 0 {
		f.msgs[n] = message{addr: address, length: uint16(len(w)), buf: unsafe.Pointer(&f.w[0])}
		n++
	}
	if len(r) > 0 {
		f.msgs[n] = message{addr: address, flags: flagRead, length: uint16(len(r)), buf: unsafe.Pointer(&f.r[0])}
		n++
	}
	f.call.n = uint32(n)
}
