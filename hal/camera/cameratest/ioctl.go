package cameratest

import (
	"encoding/binary"
	"slices"
	"syscall"
	"time"
)

// Requests as gcc prints them for <linux/videodev2.h>, of 64-bit programs, of 32-bit ones, and of 32-bit ones with
// 64-bit times.
const (
	queryCap                 = 0x80685600
	enumFormat               = 0xc0405602
	setFormat64, setFormat32 = 0xc0d05605, 0xc0cc5605
	reqBufs                  = 0xc0145608
	streamOn, streamOff      = 0x40045612, 0x40045613
	getParm, setParm         = 0xc0cc5615, 0xc0cc5616
	enumSizes                = 0xc02c564a

	query64, query32, query32t       = 0xc0585609, 0xc0445609, 0xc0505609
	queue64, queue32, queue32t       = 0xc058560f, 0xc044560f, 0xc050560f
	dequeue64, dequeue32, dequeue32t = 0xc0585611, 0xc0445611, 0xc0505611
)

var order = binary.NativeEndian

// form is struct v4l2_buffer of one kind of program.
type form struct {
	sequence, memory, offset, length int
	stamp                            func(b []byte, seconds, micros uint64)
}

var forms = map[uint32]form{
	88: {56, 60, 64, 72, func(b []byte, s, us uint64) { order.PutUint64(b[24:], s); order.PutUint64(b[32:], us) }},
	68: {44, 48, 52, 56, func(b []byte, s, us uint64) { order.PutUint32(b[20:], uint32(s)); order.PutUint32(b[24:], uint32(us)) }},
	80: {56, 60, 64, 68, func(b []byte, s, us uint64) { order.PutUint64(b[24:], s); order.PutUint64(b[32:], us) }},
}

// Ioctl answers a request.
func (f *file) Ioctl(request uint32, arg []byte) error {
	f.cam.mu.Lock()
	defer f.cam.mu.Unlock()
	size := request >> 16 & 0x3fff
	if len(arg) != int(size) {
		return syscall.EFAULT
	}
	if f.cam.unplug {
		return syscall.ENODEV
	}
	if size == 68 && f.cam.cfg.NoTime32 {
		return syscall.ENOTTY
	}
	f.expose()
	switch request {
	case queryCap:
		copy(arg[:16], f.cam.cfg.Driver)
		copy(arg[16:48], "Model")
		order.PutUint32(arg[84:], 1<<31|1<<0|1<<15|1<<26) // of all its files together
		order.PutUint32(arg[88:], f.cam.cfg.Caps)
		return nil
	case enumFormat:
		return f.enumFormat(arg)
	case enumSizes:
		return f.enumSizes(arg)
	case setFormat64:
		return f.setFormat(arg, arg[8:])
	case setFormat32:
		return f.setFormat(arg, arg[4:])
	case getParm, setParm:
		return f.parm(arg, request == setParm)
	case reqBufs:
		return f.reqBufs(arg)
	case query64, query32, query32t:
		return f.query(arg, forms[size])
	case queue64, queue32, queue32t:
		return f.give(arg, forms[size])
	case dequeue64, dequeue32, dequeue32t:
		return f.take(arg, forms[size])
	case streamOn, streamOff:
		return f.stream(arg, request == streamOn)
	}
	return syscall.ENOTTY
}

func (f *file) enumFormat(arg []byte) error {
	i := order.Uint32(arg)
	if order.Uint32(arg[4:]) != 1 || int(i) >= len(f.cam.cfg.Modes) {
		return syscall.EINVAL
	}
	copy(arg[44:48], f.cam.cfg.Modes[i].Code)
	return nil
}

func (f *file) mode(code string) (Mode, bool) {
	i := slices.IndexFunc(f.cam.cfg.Modes, func(m Mode) bool { return m.Code == code })
	if i < 0 {
		return Mode{}, false
	}
	return f.cam.cfg.Modes[i], true
}

func (f *file) enumSizes(arg []byte) error {
	m, ok := f.mode(string(arg[4:8]))
	i := int(order.Uint32(arg))
	switch {
	case !ok:
		return syscall.EINVAL
	case m.Steps != nil && i == 0:
		order.PutUint32(arg[8:], 3) // V4L2_FRMSIZE_TYPE_STEPWISE
		for k, v := range m.Steps {
			order.PutUint32(arg[12+4*k:], v)
		}
		return nil
	case m.Sizes == nil && m.Steps == nil:
		return syscall.ENOTTY
	case i >= len(m.Sizes):
		return syscall.EINVAL
	}
	order.PutUint32(arg[8:], 1)
	order.PutUint32(arg[12:], m.Sizes[i][0])
	order.PutUint32(arg[16:], m.Sizes[i][1])
	return nil
}

// setFormat takes what it is given, or the first format and the first size, as drivers do.
func (f *file) setFormat(arg, pix []byte) error {
	if order.Uint32(arg) != 1 {
		return syscall.EINVAL
	}
	f.width, f.height, f.code = order.Uint32(pix), order.Uint32(pix[4:]), string(pix[8:12])
	m, ok := f.mode(f.code)
	if !ok {
		m = f.cam.cfg.Modes[0]
		f.code = m.Code
		copy(pix[8:], m.Code)
	}
	if m.Steps == nil && !slices.Contains(m.Sizes, [2]uint32{f.width, f.height}) {
		f.width, f.height = 160, 120
		if len(m.Sizes) > 0 {
			f.width, f.height = m.Sizes[0][0], m.Sizes[0][1]
		}
	}
	row := map[string]uint32{"YUYV": 2, "RGB3": 3}[f.code]
	f.stride = f.width*max(row, 1) + f.cam.cfg.Padding
	f.size = f.stride * f.height
	if f.code == "YU12" {
		f.size += f.size / 2
	}
	order.PutUint32(pix, f.width)
	order.PutUint32(pix[4:], f.height)
	order.PutUint32(pix[12:], 1) // V4L2_FIELD_NONE
	order.PutUint32(pix[16:], f.stride)
	order.PutUint32(pix[20:], f.size)
	order.PutUint32(pix[24:], f.cam.cfg.Colours)
	if order.Uint32(pix[28:]) == 0xfeedcafe {
		order.PutUint32(pix[40:], f.cam.cfg.Quant)
	}
	return nil
}

// parm tells the time per frame, and sets the rate to the next one that there is.
func (f *file) parm(arg []byte, set bool) error {
	if f.cam.cfg.NoParm || order.Uint32(arg) != 1 {
		return syscall.ENOTTY
	}
	if num := order.Uint32(arg[12:]); set && num != 0 {
		want := order.Uint32(arg[16:]) / num
		for _, r := range slices.Sorted(slices.Values(f.cam.cfg.Rates)) {
			f.rate = r
			if r >= want {
				break
			}
		}
	}
	order.PutUint32(arg[4:], 0x1000)
	order.PutUint32(arg[12:], 1)
	order.PutUint32(arg[16:], f.rate)
	return nil
}

func (f *file) reqBufs(arg []byte) error {
	if f.size == 0 || order.Uint32(arg[4:]) != 1 || order.Uint32(arg[8:]) != 1 {
		return syscall.EINVAL
	}
	f.memory = make([][]byte, order.Uint32(arg))
	for i := range f.memory {
		f.memory[i] = make([]byte, f.size)
	}
	return nil
}

func (f *file) buffer(arg []byte, l form) (int, error) {
	i := int(order.Uint32(arg))
	if order.Uint32(arg[4:]) != 1 || order.Uint32(arg[l.memory:]) != 1 || i >= len(f.memory) {
		return 0, syscall.EINVAL
	}
	return i, nil
}

func (f *file) query(arg []byte, l form) error {
	i, err := f.buffer(arg, l)
	if err != nil {
		return err
	}
	order.PutUint32(arg[l.offset:], uint32(i)*4096)
	order.PutUint32(arg[l.length:], f.size)
	return nil
}

func (f *file) give(arg []byte, l form) error {
	i, err := f.buffer(arg, l)
	if err != nil {
		return err
	}
	if slices.Contains(f.queue, i) || slices.ContainsFunc(f.done, func(t taken) bool { return t.buffer == i }) {
		return syscall.EINVAL // it is not the program's to give
	}
	f.queue = append(f.queue, i)
	return nil
}

func (f *file) take(arg []byte, l form) error {
	switch {
	case order.Uint32(arg[4:]) != 1 || order.Uint32(arg[l.memory:]) != 1 || !f.on:
		return syscall.EINVAL
	case f.cam.lose > 0:
		f.cam.lose--
		return syscall.EIO
	case len(f.done) == 0:
		return syscall.EAGAIN
	}
	t := f.done[0]
	f.done = slices.Delete(f.done, 0, 1)
	order.PutUint32(arg, uint32(t.buffer))
	order.PutUint32(arg[8:], uint32(t.used))
	order.PutUint32(arg[12:], t.flags)
	order.PutUint32(arg[l.sequence:], t.number)
	l.stamp(arg, uint64(t.stamp/time.Second), uint64(t.stamp%time.Second/time.Microsecond))
	return nil
}

func (f *file) stream(arg []byte, on bool) error {
	if order.Uint32(arg) != 1 || on && f.mapped != len(f.memory) {
		return syscall.EINVAL
	}
	f.on, f.started, f.next = on, f.cam.Monotonic(), 0
	if !on {
		f.queue, f.done = nil, nil
	}
	return nil
}
