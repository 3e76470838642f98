package ina219test_test

import (
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/hal/ina219/ina219test"
)

type still struct{ now time.Duration }

func (s *still) Boot() time.Duration { return s.now }
func (s *still) Wall() time.Time     { return time.Time{} }

// TestWorkedExample is the sheet's: 10 A through 2 mohm at 11.98 V, table "Calculating the INA219" (SBOS448, below the
// section "Programming the Calibration Register"): every register by name.
func TestWorkedExample(t *testing.T) {
	c := &still{}
	m := ina219test.New(c)
	if got := m.Register(0); got != 0x399F {
		t.Errorf("configuration after power-up: 0x%04x", got)
	}
	m.Set(11.98, 0.020)
	_ = m.Write([]byte{0, 0x01, 0x9F})
	_ = m.Write([]byte{5, 0x50, 0x00})
	c.now += 1200 * time.Microsecond
	for reg, want := range map[byte]uint16{1: 0x07D0, 2: 0x5D98 | 2, 4: 0x2710, 3: 0x1766, 5: 0x5000} {
		if got := m.Register(reg); got != want {
			t.Errorf("register %d: 0x%04x, want 0x%04x", reg, got, want)
		}
	}
}

func TestOverflow(t *testing.T) {
	c := &still{}
	m := ina219test.New(c)
	m.Set(12, 0.3)
	_ = m.Write([]byte{5, 0xFF, 0xFE}) // 30000 * 65534 / 4096 does not fit 16 bits
	c.now += time.Second
	if got := m.Register(2); got&1 == 0 {
		t.Errorf("bus voltage 0x%04x without OVF", got)
	}
}
