package i2cdev_test

import (
	"errors"
	"syscall"
	"testing"

	"github.com/dunlin-iot/dunlin/hal/i2cdev"
)

func TestRetries(t *testing.T) {
	again, nack, late := error(syscall.EAGAIN), error(remoteIO), error(syscall.ETIMEDOUT)
	w, r := []byte{0xd0}, make([]byte, 1)
	for _, c := range []struct {
		name    string
		cfg     i2cdev.Config
		fail    []error
		w, r    []byte
		want    error
		retries uint64
	}{
		{"arbitration lost twice", i2cdev.Config{}, []error{again, again}, w, r, nil, 2},
		{"arbitration lost three times", i2cdev.Config{}, []error{again, again, again}, w, r, again, 2},
		{"arbitration lost in a write", i2cdev.Config{}, []error{again}, w, nil, nil, 1},
		{"no retries wanted", i2cdev.Config{Retries: -1}, []error{again}, w, r, again, 0},
		{"no acknowledgement", i2cdev.Config{}, []error{nack}, w, r, nack, 0},
		{"no acknowledgement, one retry wanted", i2cdev.Config{NoAckRetries: 1}, []error{nack}, w, r, nil, 1},
		{"ENXIO, one retry wanted", i2cdev.Config{NoAckRetries: 1}, []error{syscall.ENXIO}, nil, r, nil, 1},
		{"EIO, one retry wanted", i2cdev.Config{NoAckRetries: 1}, []error{syscall.EIO}, nil, r, nil, 1},
		{"no acknowledgement of a plain write", i2cdev.Config{NoAckRetries: 1}, []error{nack}, w, nil, nack, 0},
		{"timed out in the kernel", i2cdev.Config{NoAckRetries: 1}, []error{late}, w, r, late, 0},
		{"busy", i2cdev.Config{NoAckRetries: 1}, []error{syscall.EBUSY}, w, r, syscall.EBUSY, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := kernel()
			b := open(t, k, c.cfg)
			k.Fail(c.fail...)
			if err := b.Tx(0x76, c.w, c.r); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if got := b.Stats()[0x76].Retries; got != c.retries {
				t.Errorf("%d retries, want %d", got, c.retries)
			}
			if _, calls := k.Counts(); calls != 1+int(c.retries) {
				t.Errorf("the kernel was called %d times", calls)
			}
		})
	}
}

func TestAFailedReadLeavesTheBufferAlone(t *testing.T) {
	k := kernel()
	b := open(t, k, i2cdev.Config{})
	r := []byte{0xaa}
	k.Fail(syscall.EIO)
	if err := b.Tx(0x76, []byte{0xd0}, r); err == nil || r[0] != 0xaa {
		t.Errorf("%v, buffer % x", err, r)
	}
}

func TestStats(t *testing.T) {
	k := kernel()
	b := open(t, k, i2cdev.Config{})
	for range 3 {
		_ = b.Tx(0x76, []byte{0xd0}, make([]byte, 4))
	}
	k.Fail(nil, remoteIO, syscall.EAGAIN)
	_ = b.Tx(0x76, []byte{1, 2}, nil)
	_ = b.Tx(0x76, []byte{0xd0}, make([]byte, 4))
	_ = b.Tx(0x76, []byte{0xd0}, make([]byte, 4))
	_ = b.Tx(0x13, []byte{0}, nil)
	all := b.Stats()
	s := all[0x76]
	if s.Transfers != 5 || s.Bytes != 3*5+2+5 || s.Failed != 1 || s.Retries != 1 || s.Hung != 0 || s.ByErrno[remoteIO] != 1 {
		t.Errorf("0x76: %+v", s)
	}
	if !errors.Is(s.Last, remoteIO) || s.LastAt.IsZero() || s.Worst <= 0 {
		t.Errorf("0x76: last %v at %v, worst %v", s.Last, s.LastAt, s.Worst)
	}
	if s := all[0x13]; len(all) != 2 || s.Failed != 1 || s.Transfers != 0 || s.Bytes != 0 {
		t.Errorf("0x13: %+v of %d addresses", s, len(all))
	}
	s.ByErrno[remoteIO] = 99
	if b.Stats()[0x76].ByErrno[remoteIO] != 1 {
		t.Error("a caller can change the counts")
	}
}
