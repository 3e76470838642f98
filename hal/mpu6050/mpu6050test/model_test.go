package mpu6050test_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/hal/mpu6050/mpu6050test"
)

var _ chiptest.Model = (*mpu6050test.Model)(nil)

type bench struct {
	t   *testing.T
	m   *mpu6050test.Model
	now time.Duration
}

func (b *bench) read(reg uint8, n int) []byte {
	b.t.Helper()
	got := make([]byte, n)
	if b.m.Write([]byte{reg}) != nil || b.m.Read(got) != nil {
		b.t.Fatal("the model refuses")
	}
	return got
}

func (b *bench) write(reg uint8, v ...byte) {
	b.t.Helper()
	if err := b.m.Write(append([]byte{reg}, v...)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) count() int {
	v := b.read(0x72, 2)
	return int(v[0])<<8 | int(v[1])
}

// start wakes a chip at 1 kHz and lets its FIFO run.
func start(t *testing.T) *bench {
	b := &bench{t: t, now: time.Hour}
	b.m = mpu6050test.New(mpu6050test.Config{Now: func() time.Duration { return b.now }})
	if v := b.read(0x6B, 1)[0]; v != 0x40 {
		t.Fatalf("PWR_MGMT_1 is 0x%02x, the MPU-6050 sleeps after power-up", v)
	}
	b.now += time.Second
	if v := b.read(0x3A, 1)[0]; v != 0 {
		t.Fatalf("a chip asleep has data: 0x%02x", v)
	}
	b.write(0x6B, 0x01)
	b.write(0x1A, 0x01)
	b.write(0x23, 0x78)
	b.write(0x6A, 0x40)
	b.now += 10 * time.Millisecond
	if n := b.count(); n != 10*12 {
		t.Fatalf("%d bytes after 10 ms at 1 kHz", n)
	}
	return b
}

// TestRunsOver: the oldest bytes go, in the middle of a sample, and the flag stays until it is read.
func TestRunsOver(t *testing.T) {
	b := start(t)
	b.now += 90 * time.Millisecond // 100 samples, 1200 bytes
	if n := b.count(); n != 1024 || b.m.Overwritten() != 1200-1024 {
		t.Errorf("%d bytes, %d overwritten", n, b.m.Overwritten())
	}
	// 176 = 14 * 12 + 8: what is left begins with y of the gyroscope, so z of the accelerometer, at rest 0x4000, is
	// not at byte 4 where a sample has it.
	if v := b.read(0x74, 12); v[4] != 0 || v[8] != 0x40 || b.count() != 1012 {
		t.Errorf("% x, %d left", v, b.count())
	}
	if v := b.read(0x3A, 1)[0]; v&0x10 == 0 {
		t.Errorf("flags 0x%02x", v)
	}
	if v := b.read(0x3A, 1)[0]; v&0x10 != 0 {
		t.Errorf("flags 0x%02x after they were read", v)
	}
	b.write(0x6A, 0x44)
	if b.count() == 0 {
		t.Error("a reset of the FIFO acted while it runs")
	}
	b.write(0x6A, 0x00)
	b.write(0x6A, 0x04)
	if n := b.count(); n != 0 || b.read(0x6A, 1)[0] != 0 {
		t.Errorf("%d bytes after a reset", n)
	}
}

// TestOutOfStep: reading the data registers while the FIFO runs loses a byte of it.
func TestOutOfStep(t *testing.T) {
	b := start(t)
	b.read(0x3B, 14)
	if n := b.count(); n%12 == 0 {
		t.Errorf("%d bytes", n)
	}
}
