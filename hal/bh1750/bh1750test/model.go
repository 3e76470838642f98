package bh1750test

import (
	"math"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

var _ chiptest.Model = (*Model)(nil)

// Model is one chip. It may be used by several goroutines.
type Model struct {
	mu    sync.Mutex
	clock clock.Clock
	lux   float64
	raw   int // when not negative, what every measurement gives
	data  uint16
	on    bool
	time  byte // the measurement time register
	mode  byte // of the measurement under way, zero for none
	began time.Duration
}

// New makes a chip that was just powered up. A nil clock means the system's.
func New(c clock.Clock) *Model {
	if c == nil {
		c = clock.System{}
	}
	return &Model{clock: c, raw: -1, time: 69}
}

// Set sets the light.
func (m *Model) Set(lux float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	m.lux, m.raw = lux, -1
}

// SetRaw lets every measurement give these counts.
func (m *Model) SetRaw(counts uint16) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	m.raw = int(counts)
}

// Brownout takes the power away for a moment: the chip is down, its data are 0 and its measurement time is 69.
func (m *Model) Brownout() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.on, m.data, m.time, m.mode = false, 0, 69, 0
}

// On reports whether the chip is powered up.
func (m *Model) On() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	return m.on
}

// Write implements chiptest.Model.
func (m *Model) Write(w []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	for _, command := range w {
		m.obey(command)
	}
	return nil
}

func (m *Model) obey(command byte) {
	switch {
	case command == 0x00:
		m.on, m.mode = false, 0
	case command == 0x01:
		m.on = true
	case command == 0x07 && m.on: // not taken while powered down
		m.data = 0
	case command>>3 == 0b01000:
		m.time = m.time&0x1F | command<<5
	case command>>5 == 0b011:
		m.time = m.time&0xE0 | command&0x1F
	case command == 0x10 || command == 0x11 || command == 0x13 || command == 0x20 || command == 0x21 || command == 0x23:
		m.on, m.mode, m.began = true, command, m.clock.Boot()
	}
}

// Read implements chiptest.Model.
func (m *Model) Read(r []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	for i := range r {
		r[i] = byte(m.data >> (8 * (1 - i%2)))
	}
	return nil
}

// advance ends the measurement whose time has come; a one-time measurement powers the chip down.
func (m *Model) advance() {
	if m.mode == 0 {
		return
	}
	takes := 180 * time.Millisecond
	if m.mode&3 == 3 {
		takes = 24 * time.Millisecond
	}
	takes = takes * time.Duration(m.time) / 69
	since := m.clock.Boot() - m.began
	if since < takes {
		return
	}
	m.data = m.convert()
	m.began += since / takes * takes
	if m.mode&0x20 != 0 {
		m.on, m.mode = false, 0
	}
}

// convert gives 1.2 counts a lux at a measurement time of 69, twice as many in the second high mode.
func (m *Model) convert() uint16 {
	if m.raw >= 0 {
		return uint16(m.raw)
	}
	counts := m.lux * 1.2 * float64(m.time) / 69
	if m.mode&3 == 1 {
		counts *= 2
	}
	return uint16(max(0, min(math.MaxUint16, math.Round(counts))))
}
