package audiotest

import (
	"encoding/binary"
	"math"
	"slices"
	"syscall"
	"time"
)

// Requests as gcc prints them for <sound/asound.h>: SNDRV_PCM_IOCTL_HW_REFINE and so on, of 64-bit and of 32-bit
// programs.
const (
	refine64, refine32     = 0xc2604110, 0xc25c4110
	hwParams64, hwParams32 = 0xc2604111, 0xc25c4111
	swParams64, swParams32 = 0xc0884113, 0xc0684113
	status64, status32     = 0x80984120, 0x806c4120
	prepare                = 0x4140
	start                  = 0x4142
	drop                   = 0x4143
	resume                 = 0x4147
)

var order = binary.NativeEndian

// Ioctl answers a request.
func (p *pcm) Ioctl(request uint32, arg []byte) error {
	p.card.mu.Lock()
	defer p.card.mu.Unlock()
	if size := int(request >> 16 & 0x3fff); len(arg) != size {
		return syscall.EFAULT
	}
	if p.card.unplug {
		return syscall.ENODEV
	}
	switch request {
	case refine64, refine32:
		return p.refine(arg)
	case hwParams64, hwParams32:
		return p.choose(arg)
	case swParams64, swParams32:
		return p.software(arg, request == swParams64)
	case status64, status32:
		return p.status(arg, request == status64)
	case prepare:
		return p.prepare()
	case start:
		return p.start()
	case drop:
		p.state = stateSetup
		return nil
	case resume:
		return p.resume()
	}
	return syscall.ENOTTY
}

// Offsets in struct snd_pcm_hw_params, the same on all machines.
const (
	formatMask = 4 + 32
	accessMask = 4
)

func interval(arg []byte, param int) []byte { return arg[260+12*(param-8):][:12] }

// refine cuts what was asked for down to what the card can do, as the kernel's constraints do: what is left empty is
// EINVAL.
func (p *pcm) refine(arg []byte) error {
	if order.Uint32(arg[512:]) == 0 { // rmask: nothing was changed
		return nil
	}
	var can [8]uint32
	for _, f := range p.card.cfg.Formats {
		can[f/32] |= 1 << (f % 32)
	}
	left := uint32(0)
	for i := range can {
		at := arg[formatMask+4*i:]
		order.PutUint32(at, order.Uint32(at)&can[i])
		left |= order.Uint32(at)
	}
	access := order.Uint32(arg[accessMask:]) & (1<<3 | 1<<0) // RW_INTERLEAVED and MMAP_INTERLEAVED
	order.PutUint32(arg[accessMask:], access)
	c := p.card.cfg
	ok := left != 0 && access != 0 && cut(interval(arg, 10), c.Channels[0], c.Channels[1])
	ok = ok && cut(interval(arg, 13), c.Period[0], c.Period[1]) && cut(interval(arg, 17), c.Buffer[0], c.Buffer[1])
	if !ok || !p.cutRates(interval(arg, 11)) {
		return syscall.EINVAL
	}
	return nil
}

// cutRates leaves the span of the rates that are within what is asked for.
func (p *pcm) cutRates(at []byte) bool {
	low, high := order.Uint32(at), order.Uint32(at[4:])
	within := slices.DeleteFunc(slices.Clone(p.card.cfg.Rates), func(r uint32) bool { return r < low || r > high })
	return len(within) > 0 && cut(at, slices.Min(within), slices.Max(within))
}

func cut(at []byte, low, high uint32) bool {
	low, high = max(low, order.Uint32(at)), min(high, order.Uint32(at[4:]))
	order.PutUint32(at, low)
	order.PutUint32(at[4:], high)
	return low <= high
}

// choose takes a configuration as the kernel does: the lowest of everything, the largest buffer.
func (p *pcm) choose(arg []byte) error {
	if err := p.refine(arg); err != nil {
		return err
	}
	for _, f := range p.card.cfg.Formats {
		if order.Uint32(arg[formatMask+4*(f/32):])>>(f%32)&1 != 0 {
			p.format = f
			break
		}
	}
	pick := func(param int, highest bool) int64 {
		at := interval(arg, param)
		v := order.Uint32(at)
		if highest {
			v = order.Uint32(at[4:])
		}
		order.PutUint32(at, v)
		order.PutUint32(at[4:], v)
		return int64(v)
	}
	p.channels, p.rate, p.period, p.buffer = pick(10, false), pick(11, false), pick(13, false), pick(17, true)
	p.state, p.availMin, p.stop = stateSetup, p.period, math.MaxInt64
	return nil
}

// software reads struct snd_pcm_sw_params. Stamps in CLOCK_MONOTONIC are all that it is used with.
func (p *pcm) software(arg []byte, wide bool) error {
	if p.state == stateOpen || order.Uint32(arg) != 1 || order.Uint32(arg[4:]) == 0 {
		return syscall.EINVAL
	}
	protocol, clock := 40, 44
	if wide {
		protocol, clock = 72, 76
		p.availMin, p.stop = int64(order.Uint64(arg[16:])), int64(order.Uint64(arg[40:]))
	} else {
		p.availMin, p.stop = int64(order.Uint32(arg[12:])), int64(order.Uint32(arg[24:]))
	}
	if order.Uint32(arg[protocol:]) < 2<<16|12 || order.Uint32(arg[clock:]) != 1 || p.availMin == 0 {
		return syscall.EINVAL
	}
	return nil
}

// status writes struct snd_pcm_status.
func (p *pcm) status(arg []byte, wide bool) error {
	avail := p.advance()
	now, delay := p.card.Monotonic(), avail+p.card.cfg.Delay
	order.PutUint32(arg, uint32(p.state))
	if wide {
		order.PutUint64(arg[24:], uint64(now/time.Second))
		order.PutUint64(arg[32:], uint64(now%time.Second))
		order.PutUint64(arg[48:], uint64(p.read+avail))
		order.PutUint64(arg[56:], uint64(delay))
		order.PutUint64(arg[64:], uint64(avail))
		return nil
	}
	order.PutUint32(arg[12:], uint32(now/time.Second))
	order.PutUint32(arg[16:], uint32(now%time.Second))
	order.PutUint32(arg[24:], uint32(p.read+avail))
	order.PutUint32(arg[28:], uint32(delay))
	order.PutUint32(arg[32:], uint32(avail))
	return nil
}

func (p *pcm) prepare() error {
	if p.state == stateOpen {
		return errState
	}
	p.state = statePrepared
	return nil
}

func (p *pcm) start() error {
	if p.state != statePrepared {
		return errState
	}
	p.state, p.started, p.read = stateRunning, p.card.Monotonic(), 0
	return nil
}

func (p *pcm) resume() error {
	switch {
	case p.card.resumes < 0:
		return syscall.ENOSYS
	case p.card.resumes > 0:
		p.card.resumes--
		return syscall.EAGAIN
	case p.state != stateSuspended:
		return errState
	}
	p.state, p.started, p.read = stateRunning, p.card.Monotonic(), 0
	return nil
}
