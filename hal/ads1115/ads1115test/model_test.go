package ads1115test_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal/ads1115/ads1115test"
)

type still struct{ now time.Duration }

func (s *still) Boot() time.Duration { return s.now }
func (s *still) Wall() time.Time     { return time.Time{} }

func get(t *testing.T, m *ads1115test.Model, reg byte) uint16 {
	t.Helper()
	var r [2]byte
	if err := m.Write([]byte{reg}); err != nil {
		t.Fatal(err)
	}
	if err := m.Read(r[:]); err != nil {
		t.Fatal(err)
	}
	return uint16(r[0])<<8 | uint16(r[1])
}

// TestRegisters walks through what the data sheet says of power-up, single shots, saturation and continuous mode.
func TestRegisters(t *testing.T) {
	c := &still{}
	m := ads1115test.New(c)
	for reg, want := range []uint16{0, 0x8583, 0x8000, 0x7FFF} {
		if got := get(t, m, byte(reg)); got != want {
			t.Errorf("register %d after power-up: 0x%04x, want 0x%04x", reg, got, want)
		}
	}
	m.Set(0, 1.024)
	_ = m.Write([]byte{1, 0xC5, 0x83}) // start: input 0, 2.048 V, 128 per second
	c.now += 7 * time.Millisecond
	if got := get(t, m, 1); got != 0x4583 {
		t.Errorf("configuration during a conversion: 0x%04x, want 0x4583 (OS 0)", got)
	}
	c.now += time.Millisecond // 1/128 s is 7.8125 ms
	if cfg, code := get(t, m, 1), get(t, m, 0); cfg != 0xC583 || code != 0x4000 {
		t.Errorf("after it: 0x%04x, code 0x%04x; want OS 1 and half of full scale, 0x4000", cfg, code)
	}
	m.Set(0, 5)
	_ = m.Write([]byte{1, 0x44, 0x83}) // continuous
	c.now += time.Second
	if cfg, code := get(t, m, 1), get(t, m, 0); cfg != 0x4483 || code != 0x7FFF {
		t.Errorf("continuous at 5 V of 2.048 V: 0x%04x, code 0x%04x; want OS 0 and 0x7fff", cfg, code)
	}
	m.Set(1, 9)
	_ = m.Write([]byte{1, 0x04, 0x83}) // continuous, input 0 less input 1
	if code := get(t, m, 0); code != 0x7FFF {
		t.Errorf("a conversion under way changed its input: 0x%04x", code)
	}
	c.now += 16 * time.Millisecond
	if code := get(t, m, 0); code != 0x8000 {
		t.Errorf("-4 V of 2.048 V: 0x%04x, want 0x8000", code)
	}
}
