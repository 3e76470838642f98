package mpu6050test

import (
	"math"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Signal is what the chip feels at a time: acceleration in m/s2 and turning in rad/s.
type Signal func(t time.Duration) (accel, gyro [3]float64)

// Config of a model. Zero fields are an MPU-6050 at rest with z up, in real time.
type Config struct {
	Now    func() time.Duration
	Signal Signal
	Skew   float64 // the true rate is the nominal one times 1+Skew
	ID     uint8   // WHO_AM_I: 0x68 is the MPU-6050 and zero means it, 0x70 the MPU-6500, 0x71 the MPU-9250
}

// Registers that the model knows by name.
const (
	smplrtDiv  = 0x19
	config     = 0x1A
	gyroConfig = 0x1B
	accConfig  = 0x1C
	fifoEn     = 0x23
	intStatus  = 0x3A
	accelOut   = 0x3B
	gyroOut    = 0x43
	dataEnd    = 0x48
	userCtrl   = 0x6A
	pwrMgmt1   = 0x6B
	fifoCountH = 0x72
	fifoCountL = 0x73
	fifoRW     = 0x74
	whoAmI     = 0x75
)

const (
	gravity   = 9.80665
	resetTime = 30 * time.Millisecond // within the 100 ms that the register map asks for
)

// Model is one chip.
type Model struct {
	cfg Config

	mu      sync.Mutex
	regs    [128]byte
	pointer uint8
	resets  time.Duration // DEVICE_RESET reads as one until then
	frozen  bool

	next        int64 // number of the next sample, on a grid of its period since the beginning of time
	grid        time.Duration
	fifo        []byte
	overwritten uint64 // bytes
}

// New makes a chip that was just powered.
func New(cfg Config) *Model {
	if cfg.Now == nil {
		cfg.Now = clock.System{}.Boot
	}
	if cfg.Signal == nil {
		cfg.Signal = func(time.Duration) (a, g [3]float64) { return [3]float64{0, 0, gravity}, g }
	}
	if cfg.ID == 0 {
		cfg.ID = 0x68
	}
	m := &Model{cfg: cfg}
	m.powerUp()
	return m
}

// powerUp sets every register to its default: the MPU-6050 sleeps, the later ones do not.
func (m *Model) powerUp() {
	m.regs, m.fifo, m.grid = [128]byte{}, nil, 0
	m.regs[whoAmI] = m.cfg.ID
	m.regs[pwrMgmt1] = 0x01
	if m.cfg.ID == 0x68 {
		m.regs[pwrMgmt1] = 0x40
	}
}

// Reset is a brown-out: the chip forgets its settings and what it holds.
func (m *Model) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.powerUp()
}

// Freeze stops the making of samples, as a chip does that hangs, until it is called with false.
func (m *Model) Freeze(frozen bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	m.frozen, m.grid = frozen, 0
}

// Overwritten is how many bytes of the FIFO were overwritten unread.
func (m *Model) Overwritten() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	return m.overwritten
}

// Write implements chiptest.Model.
func (m *Model) Write(w []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	for i, v := range w {
		if i == 0 {
			m.pointer = v & 0x7F
			continue
		}
		m.set(m.pointer, v)
		m.step()
	}
	m.advance() // what was written may have started the clock
	return nil
}

// Read implements chiptest.Model.
func (m *Model) Read(r []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	for i := range r {
		r[i] = m.get(m.pointer)
		m.step()
	}
	return nil
}

func (m *Model) step() {
	if m.pointer != fifoRW {
		m.pointer = (m.pointer + 1) & 0x7F
	}
}

func (m *Model) set(reg, v uint8) {
	switch reg {
	case whoAmI, intStatus, fifoCountH, fifoCountL:
		return
	case pwrMgmt1:
		if v&0x80 != 0 {
			m.powerUp()
			m.resets = m.cfg.Now() + resetTime
			return
		}
	case userCtrl:
		if v&0x04 != 0 && v&0x40 == 0 { // FIFO_RESET acts while FIFO_EN is zero
			m.fifo = nil
		}
		v &^= 0x07
	}
	m.regs[reg] = v
	if reg == smplrtDiv || reg == config || reg == pwrMgmt1 {
		m.grid = 0
	}
}

func (m *Model) get(reg uint8) uint8 {
	switch {
	case reg == pwrMgmt1 && m.cfg.Now() < m.resets:
		return m.regs[reg] | 0x80
	case reg == intStatus: // cleared by being read
		v := m.regs[intStatus]
		m.regs[intStatus] = 0
		return v
	case reg == fifoCountH:
		return byte(len(m.fifo) >> 8)
	case reg == fifoCountL:
		return byte(len(m.fifo))
	case reg == fifoRW:
		if len(m.fifo) == 0 {
			return 0xFF
		}
		v := m.fifo[0]
		m.fifo = m.fifo[1:]
		return v
	case reg == accelOut && m.regs[userCtrl]&0x40 != 0 && len(m.fifo) > 0:
		m.fifo = m.fifo[1:]
	}
	return m.regs[reg]
}

func (m *Model) size() int {
	if m.cfg.ID == 0x68 {
		return 1024
	}
	return 512
}

// period of samples: 1 kHz with the low-pass filter on, 8 kHz without it, divided.
func (m *Model) period() time.Duration {
	rate := 1000.0
	if f := m.regs[config] & 7; f == 0 || f == 7 {
		rate = 8000
	}
	rate *= (1 + m.cfg.Skew) / (1 + float64(m.regs[smplrtDiv]))
	return time.Duration(float64(time.Second) / rate)
}

// advance makes the samples that are due.
func (m *Model) advance() {
	now := m.cfg.Now()
	if m.regs[pwrMgmt1]&0x40 != 0 || m.frozen || now < m.resets {
		m.grid = 0
		return
	}
	if m.grid == 0 {
		m.grid = m.period()
		m.next = int64(now/m.grid) + 1
	}
	for ; time.Duration(m.next)*m.grid <= now; m.next++ {
		m.sample(time.Duration(m.next) * m.grid)
	}
}

func (m *Model) sample(at time.Duration) {
	accel, gyro := m.cfg.Signal(at)
	aStep := gravity / float64(int(16384)>>(m.regs[accConfig]>>3&3))
	gStep := []float64{1 / 131.0, 1 / 65.5, 1 / 32.8, 1 / 16.4}[m.regs[gyroConfig]>>3&3] * math.Pi / 180
	m.put(accelOut, accel, aStep)
	m.put(gyroOut, gyro, gStep)
	m.regs[intStatus] |= 0x01
	if m.regs[userCtrl]&0x40 == 0 {
		return
	}
	if m.regs[fifoEn]&0x08 != 0 {
		m.fifo = append(m.fifo, m.regs[accelOut:accelOut+6]...)
	}
	for i := range 3 {
		if m.regs[fifoEn]&(0x40>>i) != 0 {
			m.fifo = append(m.fifo, m.regs[gyroOut+2*i], m.regs[gyroOut+2*i+1])
		}
	}
	if over := len(m.fifo) - m.size(); over > 0 {
		m.fifo = m.fifo[over:]
		m.overwritten += uint64(over)
		m.regs[intStatus] |= 0x10
	}
}

// put quantises three axes, high byte first.
func (m *Model) put(reg int, v [3]float64, step float64) {
	for i := range v {
		x := int16(max(math.MinInt16, min(math.Round(v[i]/step), math.MaxInt16)))
		m.regs[reg+2*i], m.regs[reg+2*i+1] = byte(uint16(x)>>8), byte(x)
	}
}
