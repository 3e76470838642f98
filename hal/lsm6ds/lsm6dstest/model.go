package lsm6dstest

import (
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Signal is what the chip feels at a time: acceleration in m/s2 and turning in rad/s.
type Signal func(t time.Duration) (accel, gyro [3]float64)

// Config of a model. Zero fields are a chip at rest with z up, in real time.
type Config struct {
	Now    func() time.Duration
	Signal Signal
	Skew   float64 // the true rate is the nominal one times 1+Skew; chips are off by up to 0.05
	Noise  int     // uniform noise of that many steps either way
	ID     uint8   // WHO_AM_I, zero means 0x6c
}

// Registers that the model knows by name (DS12814, table 20).
const (
	funcCfgAccess = 0x01
	pinCtrl       = 0x02
	fifoCtrl3     = 0x09
	fifoCtrl4     = 0x0A
	whoAmI        = 0x0F
	ctrl1XL       = 0x10
	ctrl2G        = 0x11
	ctrl3C        = 0x12
	ctrl4C        = 0x13
	ctrl9XL       = 0x18
	statusReg     = 0x1E
	outTemp       = 0x20
	outG          = 0x22
	outA          = 0x28
	outEnd        = 0x2D
	fifoStatus1   = 0x3A
	fifoStatus2   = 0x3B
	freqFine      = 0x63
	fifoTag       = 0x78
	fifoLast      = 0x7E
)

const (
	resetTime  = 50 * time.Microsecond // software reset (AN5192, 3.9)
	bootTime   = 10 * time.Millisecond // reboot of the trimming parameters
	gyroSettle = 70 * time.Millisecond // gyroscope from power-down (DS12814, table 3)
)

// Model is one chip.
type Model struct {
	cfg Config

	mu      sync.Mutex
	main    [256]byte
	pages   [2][256]byte // sensor hub, embedded functions
	pointer uint8
	resets  time.Duration // SW_RESET reads as one until then
	boots   time.Duration // BOOT reads as one until then
	frozen  bool

	accel, gyro sensor
	fifo        queue
	noise       uint32
	made        uint64
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
		cfg.ID = 0x6C
	}
	m := &Model{cfg: cfg, noise: 1}
	m.powerUp()
	return m
}

// powerUp sets every register to its default.
func (m *Model) powerUp() {
	m.main, m.pages, m.pointer = [256]byte{}, [2][256]byte{}, 0
	m.main[whoAmI] = m.cfg.ID
	m.main[pinCtrl] = 0x3F
	m.main[ctrl3C] = 0x04
	m.main[ctrl9XL] = 0xE0
	m.main[freqFine] = byte(int8(m.cfg.Skew / 0.0015))
	m.accel, m.gyro = sensor{out: outA, tag: tagAccel, ready: 0x01}, sensor{out: outG, tag: tagGyro, ready: 0x02}
	m.fifo.clear()
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
	m.frozen = frozen
}

// Stats says how many words were put into the FIFO and how many of them were overwritten unread.
func (m *Model) Stats() (made, overwritten uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	return m.made, m.fifo.overwritten
}

// Write implements chiptest.Model.
func (m *Model) Write(w []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	for i, v := range w {
		if i == 0 {
			m.pointer = v
			continue
		}
		m.set(m.pointer, v)
		m.step()
	}
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

// step moves the pointer on, around the FIFO's output registers and only where IF_INC is set.
func (m *Model) step() {
	switch {
	case m.main[ctrl3C]&0x04 == 0:
	case m.pointer == fifoLast && m.page() == nil:
		m.pointer = fifoTag
	default:
		m.pointer++
	}
}

// page is the page that FUNC_CFG_ACCESS shows in place of the main registers, nil for these.
func (m *Model) page() *[256]byte {
	switch access := m.main[funcCfgAccess]; {
	case access&0x40 != 0:
		return &m.pages[0]
	case access&0x80 != 0:
		return &m.pages[1]
	}
	return nil
}

func (m *Model) set(reg, v uint8) {
	if p := m.page(); p != nil && reg != funcCfgAccess {
		p[reg] = v
		return
	}
	switch {
	case reg == whoAmI || reg >= statusReg && reg <= fifoStatus2 || reg == freqFine || reg >= fifoTag && reg <= fifoLast:
		return // read only
	case reg == ctrl3C:
		m.control(v)
		return
	}
	m.main[reg] = v
	switch reg {
	case ctrl1XL:
		m.accel.tune(v>>4, m.cfg)
	case ctrl2G:
		m.gyro.tune(v>>4, m.cfg)
	case fifoCtrl4:
		if v&0x07 == 0 {
			m.fifo.clear()
		}
	}
}

// control is CTRL3_C: SW_RESET and BOOT act and clear themselves.
func (m *Model) control(v uint8) {
	now := m.cfg.Now()
	if v&0x01 != 0 {
		m.powerUp()
		m.resets = now + resetTime
		return
	}
	if v&0x80 != 0 {
		m.boots = now + bootTime
	}
	m.main[ctrl3C] = v &^ 0x81
}

func (m *Model) get(reg uint8) uint8 {
	if p := m.page(); p != nil && reg != funcCfgAccess {
		return p[reg]
	}
	switch {
	case reg == ctrl3C:
		return m.selfClearing()
	case reg >= outG && reg <= outEnd:
		return m.output(reg)
	case reg == fifoStatus1:
		return byte(m.fifo.n)
	case reg == fifoStatus2:
		return m.fifo.status(int(m.main[0x07]) | int(m.main[0x08]&1)<<8)
	case reg >= fifoTag && reg <= fifoLast:
		return m.fifo.read(reg - fifoTag)
	}
	return m.main[reg]
}

func (m *Model) selfClearing() uint8 {
	v, now := m.main[ctrl3C], m.cfg.Now()
	if now < m.resets {
		v |= 0x01
	}
	if now < m.boots {
		v |= 0x80
	}
	return v
}
