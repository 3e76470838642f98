package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The playing end of the card that snd-aloop makes, and the recording end of the same cable.
const (
	speaker    = "/dev/snd/pcmC0D0p"
	microphone = "hw:Loopback,1"
	soundRate  = 16000
)

// Of include/uapi/sound/asound.h, for 64-bit programs: the request SNDRV_PCM_IOCTL_HW_PARAMS with its structure, three
// masks of 256 bits from offset 4 and twelve intervals from offset 260.
const (
	hwParams     = 0xc2604111
	prepare      = 0x4140
	drain        = 0x4144
	hwParamsSize = 608
	intervalsAt  = 260
	intervals    = 12
	wholeNumber  = 4
	ahead        = soundRate // frames that wait in the kernel: a second of patience with a busy host
	chunk        = soundRate / 20
)

// player plays 16-bit samples of one channel. It belongs to one goroutine.
type player struct {
	fd        int
	underruns int // how often the kernel had nothing to play
	bytes     []byte
}

func newPlayer() (*player, error) {
	fd, err := unix.Open(speaker, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: speaker, Err: err}
	}
	p := &player{fd: fd}
	if err := errors.Join(ioctl(fd, hwParams, soundParams()), ioctl(fd, prepare, nil)); err != nil {
		return nil, errors.Join(fmt.Errorf("set up %s: %w", speaker, err), p.Close())
	}
	return p, nil
}

// soundParams asks for interleaved S16_LE, one channel, soundRate and a buffer of ahead frames.
func soundParams() []byte {
	b, order := make([]byte, hwParamsSize), binary.LittleEndian
	for mask, bit := range []int{3, 2, 0} { // access, format, subformat
		b[4+32*mask] = 1 << bit
	}
	for i := range intervals {
		order.PutUint32(b[intervalsAt+12*i+4:], 1<<32-1)
	}
	for _, s := range [][2]uint32{{10, 1}, {11, soundRate}, {13, chunk}, {17, ahead}} { // channels, rate, period, buffer
		at := b[intervalsAt+12*(s[0]-8):]
		order.PutUint32(at, s[1])
		order.PutUint32(at[4:], s[1])
		order.PutUint32(at[8:], wholeNumber)
	}
	order.PutUint32(b[512:], 1<<32-1) // the kernel shall look at all of them
	return b
}

func ioctl(fd int, request uintptr, arg []byte) error {
	var p unsafe.Pointer
	if len(arg) > 0 {
		p = unsafe.Pointer(&arg[0])
	}
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(p)); errno != 0 {
		return errno
	}
	return nil
}

// write plays samples after those of before; it waits while the buffer is full.
func (p *player) write(samples []int16) error {
	p.bytes = p.bytes[:0]
	for _, s := range samples {
		p.bytes = binary.LittleEndian.AppendUint16(p.bytes, uint16(s))
	}
	for left := p.bytes; len(left) > 0; {
		n, err := unix.Write(p.fd, left)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EPIPE):
			p.underruns++
			if err := ioctl(p.fd, prepare, nil); err != nil {
				return fmt.Errorf("prepare %s: %w", speaker, err)
			}
		case err != nil:
			return fmt.Errorf("play: %w", err)
		default:
			left = left[n:]
		}
	}
	return nil
}

// play writes what signal gives for each sample's number until ctx ends.
func (p *player) play(ctx context.Context, signal func(n int) int16) error {
	samples := make([]int16, chunk)
	for n := 0; ctx.Err() == nil; {
		for i := range samples {
			samples[i] = signal(n)
			n++
		}
		if err := p.write(samples); err != nil {
			return err
		}
	}
	return nil
}

// finish waits until all has been played.
func (p *player) finish() error {
	if err := ioctl(p.fd, drain, nil); err != nil {
		return fmt.Errorf("play the rest: %w", err)
	}
	return nil
}

func (p *player) Close() error { return unix.Close(p.fd) }
