package ina219test

import (
	"math"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// AtReset is the configuration after power-up.
const AtReset = 0x399F

const (
	config = iota
	shunt
	bus
	power
	current
	calibration
)

var _ chiptest.Model = (*Model)(nil)

// Model is one chip. It may be used by several goroutines.
type Model struct {
	mu      sync.Mutex
	clock   clock.Clock
	regs    [8]uint16
	pointer byte
	supply  float64 // volts
	drop    float64 // volts across the shunt
	slow    float64
	busy    bool
	began   time.Duration
}

// New makes a chip that was just powered up. A nil clock means the system's.
func New(c clock.Clock) *Model {
	if c == nil {
		c = clock.System{}
	}
	m := &Model{clock: c, slow: 1}
	m.reset()
	return m
}

func (m *Model) reset() {
	m.regs, m.busy, m.began = [8]uint16{config: AtReset}, true, m.clock.Boot()
}

// Set puts volts on the supply and across the shunt.
func (m *Model) Set(supply, drop float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	m.supply, m.drop = supply, drop
}

// Slow makes measurements take f times their typical time; the sheet allows 1.1.
func (m *Model) Slow(f float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.slow = f
}

// Brownout takes the power away for a moment.
func (m *Model) Brownout() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reset()
}

// Register is a register as it reads.
func (m *Model) Register(reg byte) uint16 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	return m.regs[reg]
}

// Write implements chiptest.Model.
func (m *Model) Write(w []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	if len(w) > 0 {
		m.pointer = w[0] & 7
	}
	if len(w) < 3 {
		return nil
	}
	switch v := uint16(w[1])<<8 | uint16(w[2]); {
	case m.pointer == config && v&0x8000 != 0:
		m.reset()
	case m.pointer == config:
		m.regs[config] = v
		m.busy, m.began = v&3 != 0, m.clock.Boot()
		m.regs[bus] &^= 2
	case m.pointer == calibration:
		m.regs[calibration] = v &^ 1
		m.compute()
	}
	return nil
}

// Read implements chiptest.Model.
func (m *Model) Read(r []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	v := m.regs[m.pointer]
	for i := range r {
		r[i] = byte(v >> (8 * (1 - i%2)))
	}
	if m.pointer == power {
		m.regs[bus] &^= 2
	}
	return nil
}

// advance ends the measurement whose time has come.
func (m *Model) advance() {
	if !m.busy {
		return
	}
	takes := m.takes(m.regs[config]>>3&15) + m.takes(m.regs[config]>>7&15)
	since := m.clock.Boot() - m.began
	if since < takes {
		return
	}
	m.measure()
	m.began += since / takes * takes
	m.busy = m.regs[config]&4 != 0
}

// takes is the time for one voltage (table 5).
func (m *Model) takes(adc uint16) time.Duration {
	us := 532.0
	switch {
	case adc < 3 || adc >= 4 && adc < 7:
		us = []float64{84, 148, 276}[adc&3]
	case adc >= 8:
		us = 532 * float64(int(1)<<(adc-8))
	}
	return time.Duration(m.slow * us * float64(time.Microsecond))
}

func (m *Model) measure() {
	full := float64(int(4000) << (m.regs[config] >> 11 & 3)) // 40 mV in 10 uV, doubled by each step of PG
	limit := 4000.0
	if m.regs[config]&0x2000 != 0 {
		limit = 8000
	}
	m.regs[shunt] = uint16(int16(max(-full, min(full, math.Round(m.drop/10e-6)))))
	m.regs[bus] = uint16(max(0, min(limit, math.Round(m.supply/4e-3))))<<3 | 2
	m.compute()
}

// compute does the chip's arithmetic: current = shunt * calibration / 4096, power = current * bus / 5000. OVF says that
// one of them does not fit its register.
func (m *Model) compute() {
	c := int64(int16(m.regs[shunt])) * int64(m.regs[calibration]) / 4096
	p := max(c, -c) * int64(m.regs[bus]>>3) / 5000
	m.regs[bus] &^= 1
	if c > math.MaxInt16 || c < math.MinInt16 || p > math.MaxUint16 {
		m.regs[bus] |= 1
	}
	m.regs[current], m.regs[power] = uint16(c), uint16(p)
}
