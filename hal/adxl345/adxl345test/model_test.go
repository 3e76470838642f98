package adxl345test_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal/adxl345/adxl345test"
	"github.com/dunlin-iot/dunlin/hal/chiptest"
)

var _ chiptest.Model = (*adxl345test.Model)(nil)

// TestQueue: 33 samples fit, a transfer takes one off however few bytes it reads, and the flag goes with the data.
func TestQueue(t *testing.T) {
	now := time.Hour
	n := 0
	m := adxl345test.New(adxl345test.Config{Now: func() time.Duration { return now }, Signal: func(time.Duration) [3]float64 {
		n++
		return [3]float64{float64(n) * 9.80665 / 256}
	}})
	read := func(reg uint8, n int) []byte {
		got := make([]byte, n)
		if m.Write([]byte{reg}) != nil || m.Read(got) != nil {
			t.Fatal("the model refuses")
		}
		return got
	}
	_ = m.Write([]byte{0x31, 0x0B})
	_ = m.Write([]byte{0x38, 0x9F})
	_ = m.Write([]byte{0x2C, 0x0A, 0x08})
	now += 100 * time.Millisecond
	if v := read(0x39, 1)[0]; v != 10 || read(0x30, 1)[0] != 0x80 {
		t.Errorf("%d samples after 100 ms at 100 Hz", v)
	}
	if v := read(0x32, 6); v[0] != 1 || v[1] != 0 {
		t.Errorf("first sample % x", v)
	}
	low, high := read(0x32, 1)[0], read(0x33, 1)[0]
	if low != 2 || high != 0 || read(0x39, 1)[0] != 7 {
		t.Errorf("read byte by byte: 0x%02x%02x", high, low)
	}
	now += time.Second
	if v := read(0x39, 1)[0]; v != 33 || read(0x30, 1)[0]&0x01 == 0 || m.Overwritten() != 107-33 {
		t.Errorf("%d samples, %d overwritten", v, m.Overwritten())
	}
	read(0x32, 6)
	if v := read(0x30, 1)[0]; v&0x01 != 0 {
		t.Errorf("flags 0x%02x after data was read", v)
	}
}
