package chiptest_test

import (
	"bytes"
	"errors"
	"syscall"
	"testing"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"periph.io/x/conn/v3/i2c"
)

var _ i2c.BusCloser = (*chiptest.Bus)(nil)

func TestRegistersOnABus(t *testing.T) {
	var seen []byte
	regs := &chiptest.Registers{OnWrite: func(reg, v uint8) { seen = append(seen, reg, v) }}
	regs.Set(0x10, 1, 2, 3)
	b := chiptest.New(map[uint16]chiptest.Model{0x40: regs})
	got := make([]byte, 3)
	if err := b.Tx(0x40, []byte{0x10}, got); err != nil || !bytes.Equal(got, []byte{1, 2, 3}) {
		t.Errorf("read % x, %v", got, err)
	}
	if err := b.Tx(0x40, []byte{0x11, 9, 8}, nil); err != nil || regs.Get(0x11) != 9 || regs.Get(0x12) != 8 {
		t.Errorf("write: %v, % x % x", err, regs.Get(0x11), regs.Get(0x12))
	}
	if !bytes.Equal(seen, []byte{0x11, 9, 0x12, 8}) {
		t.Errorf("hook saw % x", seen)
	}
	if err := b.Tx(0x41, nil, got); !errors.Is(err, syscall.EREMOTEIO) {
		t.Errorf("absent chip: %v", err)
	}
	b.Refuse(0x40, 1)
	if err := b.Tx(0x40, nil, got); !errors.Is(err, syscall.EREMOTEIO) {
		t.Errorf("refused transfer: %v", err)
	}
	if err := b.Tx(0x40, nil, got); err != nil {
		t.Errorf("after the burst: %v", err)
	}
}
