package lsm6dstest_test

import (
	"math/bits"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/lsm6ds/lsm6dstest"
)

var _ chiptest.Model = (*lsm6dstest.Model)(nil)

// bench is a chip with a hand-turned clock.
type bench struct {
	t   *testing.T
	m   *lsm6dstest.Model
	now time.Duration
}

func newBench(t *testing.T, s lsm6dstest.Signal) *bench {
	b := &bench{t: t, now: time.Hour}
	b.m = lsm6dstest.New(lsm6dstest.Config{Now: func() time.Duration { return b.now }, Signal: s})
	return b
}

func (b *bench) read(reg uint8, n int) []byte {
	b.t.Helper()
	got := make([]byte, n)
	if err := b.m.Write([]byte{reg}); err != nil {
		b.t.Fatal(err)
	}
	if err := b.m.Read(got); err != nil {
		b.t.Fatal(err)
	}
	return got
}

func (b *bench) write(reg uint8, v ...byte) {
	b.t.Helper()
	if err := b.m.Write(append([]byte{reg}, v...)); err != nil {
		b.t.Fatal(err)
	}
}

// bits sets bits as the kernel's regmap_update_bits does.
func (b *bench) bits(reg, mask, v uint8) {
	b.t.Helper()
	b.write(reg, b.read(reg, 1)[0]&^mask|v)
}

// TestKernelProbe follows what the kernel's st_lsm6dsx does when it binds, and one raw read through sysfs.
func TestKernelProbe(t *testing.T) {
	b := newBench(t, func(time.Duration) (a, g [3]float64) {
		return [3]float64{9.80665, 0, -9.80665}, [3]float64{0, 0.1, 0}
	})
	if id := b.read(0x0F, 1)[0]; id != 0x6C {
		t.Fatalf("identity 0x%02x", id)
	}
	b.write(0x10, 0x40)
	b.bits(0x12, 0x01, 0x01)
	if v := b.read(0x12, 1)[0]; v&0x01 == 0 {
		t.Error("SW_RESET is over at once")
	}
	b.now += 50 * time.Millisecond
	if v := b.read(0x10, 3); v[0] != 0 || v[2] != 0x04 {
		t.Errorf("after the reset: % x", v)
	}
	b.bits(0x12, 0x80, 0x80)
	b.now += 50 * time.Millisecond
	b.bits(0x12, 0x40, 0x40)
	if v := b.read(0x12, 1)[0]; v != 0x44 {
		t.Errorf("CTRL3_C 0x%02x, want BDU and IF_INC", v)
	}
	for reg, mask := range map[uint8]uint8{0x0D: 0x08, 0x56: 0x41, 0x13: 0x08, 0x19: 0x20} {
		b.bits(reg, mask, mask)
		if v := b.read(reg, 1)[0]; v&mask != mask {
			t.Errorf("register 0x%02x did not keep 0x%02x", reg, mask)
		}
	}
	b.bits(0x01, 0x40, 0x40) // the sensor hub's page
	b.bits(0x14, 0x03, 0x03)
	if v := b.read(0x02, 1)[0]; v != 0 {
		t.Errorf("a sensor on the hub that nobody connected: 0x%02x", v)
	}
	b.bits(0x01, 0x40, 0)
	if v := b.read(0x14, 1)[0]; v != 0 {
		t.Errorf("a write to the hub's page changed CTRL5_C to 0x%02x", v)
	}
	b.bits(0x10, 0xF0, 0x10) // 12.5 Hz
	b.now += 80 * time.Millisecond
	if v := b.read(0x28, 2); int16(uint16(v[0])|uint16(v[1])<<8) != 16393 { // 1 g at 61 ug a step
		t.Errorf("one g reads % x", v)
	}
	if v := b.read(0x2C, 2); int16(uint16(v[0])|uint16(v[1])<<8) != -16393 {
		t.Errorf("minus one g reads % x", v)
	}
	b.bits(0x10, 0xF0, 0)
}

// counting is a signal whose x axis of the accelerometer steps by 256 from 0xff to 0x1ff and back.
func counting(t time.Duration) (a, g [3]float64) {
	if t/(10*time.Millisecond)%2 == 0 {
		return [3]float64{255 * 0.061e-3 * 9.80665}, g
	}
	return [3]float64{256 * 0.061e-3 * 9.80665}, g
}

// TestTearing: two bytes that are read one by one belong to two samples, unless block data update holds them.
func TestTearing(t *testing.T) {
	for _, bdu := range []bool{false, true} {
		b := newBench(t, counting)
		if bdu {
			b.bits(0x12, 0x40, 0x40)
		}
		b.write(0x10, 0x40) // 104 Hz
		b.now += 200 * time.Millisecond
		torn := 0
		for range 20 {
			low := b.read(0x28, 1)[0]
			b.now += 10 * time.Millisecond
			high := b.read(0x29, 1)[0]
			b.now += 10 * time.Millisecond
			if v := int(low) | int(high)<<8; v != 255 && v != 256 {
				torn++
			}
		}
		if bdu && torn != 0 || !bdu && torn == 0 {
			t.Errorf("block data update %v: %d torn values", bdu, torn)
		}
	}
}

// TestQueue: tags, slots, parity, overwriting and its latch.
func TestQueue(t *testing.T) {
	b := newBench(t, nil)
	b.write(0x09, 0x44)
	b.write(0x10, 0x40, 0x40)
	b.now += time.Second
	if v := b.read(0x3A, 2); v[0] != 0 || v[1] != 0 {
		t.Errorf("in bypass: % x", v)
	}
	b.write(0x0A, 0x06)
	b.now += 100 * time.Millisecond // 10 or 11 samples at 104 Hz
	n := int(b.read(0x3A, 2)[0])
	if n != 20 && n != 22 {
		t.Fatalf("%d words after 100 ms at 104 Hz", n)
	}
	words := b.read(0x78, 7*n)
	slot := words[0] >> 1 & 3
	for i := range n {
		tag := words[7*i]
		if want := []uint8{1, 2}[i%2]; tag>>3 != want || bits.OnesCount8(tag)%2 != 0 || tag>>1&3 != (slot+uint8(i/2))&3 {
			t.Errorf("word %d has tag 0x%02x", i, tag)
		}
	}
	if v := b.read(0x3A, 2); v[0] != 0 {
		t.Errorf("%d words are left", v[0])
	}
	b.now += 5 * time.Second
	v := b.read(0x3A, 2)
	if n := int(v[0]) | int(v[1]&3)<<8; n != 512 || v[1]&0x68 != 0x68 {
		t.Errorf("%d words, flags 0x%02x; want 512, overrun, full and the latch", n, v[1])
	}
	made, over := b.m.Stats()
	if made-over != 512+uint64(n) {
		t.Errorf("%d made, %d overwritten", made, over)
	}
	if v := b.read(0x3B, 1)[0]; v&0x08 != 0 {
		t.Error("the latch outlives its reading")
	}
}
