package ads1115test

import (
	"math"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

// AtReset is the configuration after power-up (data sheet, section 9.6.3): input pair 0-1, 2.048 V, 128 conversions per
// second, asleep.
const AtReset = 0x8583

const (
	conversion = iota
	config
	low
	high
)

const (
	bitOS     = 0x8000
	bitSingle = 0x0100
)

var _ chiptest.Model = (*Model)(nil)

// Model is one chip. It may be used by several goroutines.
type Model struct {
	mu      sync.Mutex
	clock   clock.Clock
	regs    [4]uint16
	pointer byte
	volts   [4]float64
	slow    float64
	busy    bool
	now     uint16        // the configuration of the conversion under way
	began   time.Duration // when it began
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
	m.regs, m.pointer, m.busy = [4]uint16{config: AtReset, low: 0x8000, high: 0x7FFF}, 0, false
}

// Set puts a voltage against ground on an input, 0 to 3.
func (m *Model) Set(input int, volts float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	m.volts[input] = volts
}

// Slow makes conversions take f times as long as the data rate says; the sheet allows 0.9 to 1.1.
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

// Config is the configuration register as it reads.
func (m *Model) Config() uint16 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	return m.read(config)
}

// Write implements chiptest.Model.
func (m *Model) Write(w []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	if len(w) > 0 {
		m.pointer = w[0] & 3
	}
	if len(w) < 3 || m.pointer == conversion {
		return nil
	}
	v := uint16(w[1])<<8 | uint16(w[2])
	m.regs[m.pointer] = v
	if m.pointer == config {
		m.configure(v)
	}
	return nil
}

// configure starts what the new configuration asks for. A conversion under way ends as it began (section 9.4.2.2).
func (m *Model) configure(v uint16) {
	m.regs[config] = v &^ bitOS
	if m.busy || v&bitSingle != 0 && v&bitOS == 0 {
		return
	}
	m.busy, m.now, m.began = true, m.regs[config], m.clock.Boot()
}

// Read implements chiptest.Model.
func (m *Model) Read(r []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	v := m.read(m.pointer)
	for i := range r {
		r[i] = byte(v >> (8 * (1 - i%2)))
	}
	return nil
}

// read is a register as the bus sees it: OS is 1 while no conversion is under way.
func (m *Model) read(reg byte) uint16 {
	v := m.regs[reg]
	if reg == config && !m.busy {
		v |= bitOS
	}
	return v
}

// advance ends the conversions whose time has come.
func (m *Model) advance() {
	for m.busy {
		takes := m.takes()
		if m.clock.Boot() < m.began+takes {
			return
		}
		m.regs[conversion] = m.convert()
		m.began += takes
		same := m.now == m.regs[config]
		m.now = m.regs[config]
		m.busy = m.now&bitSingle == 0
		if idle := m.clock.Boot() - m.began; same && idle > takes { // they would all give the same
			m.began += idle / takes * takes
		}
	}
}

// takes is the time of a conversion: one period of the data rate.
func (m *Model) takes() time.Duration {
	rates := [...]float64{8, 16, 32, 64, 128, 250, 475, 860}
	return time.Duration(m.slow * float64(time.Second) / rates[m.now>>5&7])
}

// convert is the code for the voltages as they are: two's complement, saturated at full scale (table 9-3).
func (m *Model) convert() uint16 {
	scales := [...]float64{6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256}
	pairs := [...][2]int{{0, 1}, {0, 3}, {1, 3}, {2, 3}}
	mux := m.now >> 12 & 7
	v := m.volts[mux&3]
	if mux < 4 {
		v = m.volts[pairs[mux][0]] - m.volts[pairs[mux][1]]
	}
	code := math.Round(v / scales[m.now>>9&7] * 32768)
	return uint16(int16(max(math.MinInt16, min(math.MaxInt16, code))))
}
