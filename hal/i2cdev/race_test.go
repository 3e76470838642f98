package i2cdev_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"

	"github.com/dunlin-iot/dunlin/hal/i2cdev"
	"github.com/dunlin-iot/dunlin/hal/i2cdev/i2cdevtest"
)

const errAgain = syscall.EAGAIN

func TestRace(t *testing.T) {
	b := open(t, kernel(), i2cdev.Config{Deadline: time.Minute}) // a busy machine is slow, not wrong
	res := i2cdevtest.Race(b, 0x76, 0xd0, 0x60, 500*time.Millisecond)
	if res.Wrong != 0 || res.Errors != 0 || res.Right < 100 {
		t.Errorf("%d right, %d wrong, %d errors: %v", res.Right, res.Wrong, res.Errors, res.First)
	}
}

// badBus answers wrongly, or not at all, every third time.
type badBus struct {
	i2c.Bus
	turn chan int
}

func (b badBus) SetSpeed(physic.Frequency) error { return nil }

func (b badBus) Tx(_ uint16, _, r []byte) error {
	n := <-b.turn
	b.turn <- n + 1
	r[0] = 0x60 + byte(n%3&1)
	if n%3 == 2 {
		return errAgain
	}
	return nil
}

func TestRaceSeesABadBus(t *testing.T) {
	b := badBus{turn: make(chan int, 1)}
	b.turn <- 0
	res := i2cdevtest.Race(b, 0x76, 0xd0, 0x60, 100*time.Millisecond)
	if res.Right == 0 || res.Wrong == 0 || res.Errors == 0 || !errors.Is(res.First, errAgain) {
		t.Errorf("%+v", res)
	}
}

func TestNoAllocation(t *testing.T) {
	b := open(t, kernel(), i2cdev.Config{})
	w, r := []byte{0xd0}, make([]byte, 14)
	if n := testing.AllocsPerRun(1000, func() {
		if err := b.Tx(0x76, w, r); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for each transfer", n)
	}
}

func BenchmarkTx(b *testing.B) {
	bus := open(b, kernel(), i2cdev.Config{})
	w, r := []byte{0xd0}, make([]byte, 14)
	b.ReportAllocs()
	for b.Loop() {
		if err := bus.Tx(0x76, w, r); err != nil {
			b.Fatal(err)
		}
	}
}
