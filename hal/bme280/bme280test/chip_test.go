package bme280test_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal/bme280/bme280test"
)

// bench is a chip under a clock that the test moves.
type bench struct {
	*bme280test.Chip
	t   *testing.T
	now time.Duration
}

func newBench(t *testing.T) *bench {
	b := &bench{Chip: bme280test.New(), t: t}
	b.Clock(func() time.Duration { return b.now })
	b.write(0xe0, 0xb6)
	b.now += 2 * time.Millisecond
	return b
}

func (b *bench) write(w ...byte) {
	b.t.Helper()
	if err := b.Write(w); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) read(reg byte, n int) []byte {
	b.t.Helper()
	b.write(reg)
	r := make([]byte, n)
	if err := b.Read(r); err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *bench) want(what string, reg byte, want ...byte) {
	b.t.Helper()
	if got := b.read(reg, len(want)); string(got) != string(want) {
		b.t.Errorf("%s: register 0x%02x reads % x, want % x", what, reg, got, want)
	}
}

// The worked example's raw values as registers: 415148 is 0x655ac, 519888 is 0x7eed0, 30000 is 0x7530.
var example = []byte{0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x75, 0x30}

var blank = []byte{0x80, 0, 0, 0x80, 0, 0, 0x80, 0}

func TestReset(t *testing.T) {
	b := newBench(t)
	b.write(0xf2, 5, 0xf4, 0xb5)
	b.now += time.Second
	b.want("measured", 0xf7, example...)
	b.write(0xe0, 0x01)
	b.want("a word that resets nothing", 0xf7, example...)
	b.write(0xe0, 0xb6)
	b.want("reset", 0xf2, 0, 1, 0, 0) // status: calibration is being copied
	b.want("reset", 0xf7, blank...)
	b.now += 2 * time.Millisecond
	b.want("after start-up", 0xf3, 0)
	b.want("chip id", 0xd0, 0x60)
}

func TestForcedMode(t *testing.T) {
	b := newBench(t)
	b.write(0xf2, 5) // humidity 16 times; in force only with the next write to ctrl_meas
	b.write(0xf4, 0xb5)
	b.now += 90 * time.Millisecond
	b.want("while it measures", 0xf3, 8, 0xb5)
	b.want("while it measures", 0xf7, blank...)
	b.now += 10 * time.Millisecond // 98 ms by section 9.1
	b.want("done", 0xf3, 0, 0xb4)  // and asleep
	b.want("done", 0xf7, example...)
}

func TestSkippedChannelsAndWidth(t *testing.T) {
	b := newBench(t)
	b.write(0xf2, 0, 0xf4, 1<<5|0<<2|1)
	b.now += time.Second
	b.want("temperature of 16 bits alone", 0xf7, 0x80, 0, 0, 0x7e, 0xed, 0, 0x80, 0)
	b.write(0xf4, 0<<5|2<<2|1)
	b.now += time.Second
	b.want("pressure of 17 bits alone", 0xf7, 0x65, 0x5a, 0x80, 0x80, 0, 0, 0x80, 0)
}

// TestNormalMode: as the kernel's driver runs it; a measurement, 10 ms of standby, and so on.
func TestNormalMode(t *testing.T) {
	b := newBench(t)
	b.write(0xf2, 1, 0xf5, 6<<5, 0xf4, 1<<5|1<<2|3)
	b.now += 7 * time.Millisecond
	b.want("first measurement", 0xf3, 8)
	b.want("first measurement", 0xf7, blank...)
	b.now += 2 * time.Millisecond // 8 ms by section 9.1
	b.want("standby", 0xf3, 0)
	b.want("standby", 0xf7, 0x65, 0x5a, 0, 0x7e, 0xed, 0, 0x75, 0x30)
	b.SetRaw(0x40000, 0x50000, 0x6000)
	b.want("before the next measurement", 0xfa, 0x7e)
	b.now += 18 * time.Millisecond
	b.want("after it", 0xf7, 0x50, 0, 0, 0x40, 0, 0, 0x60, 0)
	b.write(0xf5, 0)
	b.want("config is locked in normal mode", 0xf5, 6<<5)
}

func TestReadOnlyRegisters(t *testing.T) {
	b := newBench(t)
	b.write(0x88, 1, 0xd0, 2, 0xf7, 3)
	b.want("T1", 0x88, 0x70, 0x6b) // 27504
	b.want("id", 0xd0, 0x60)
}
