package adxl345test

import (
	"math"
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

// Config of a model. Zero fields are a chip at rest with z up, in real time.
type Config struct {
	Now    func() time.Duration
	Signal func(t time.Duration) (accel [3]float64) // m/s2
	Skew   float64                                  // the true rate is the nominal one times 1+Skew
	ID     uint8                                    // DEVID, zero means 0xe5
}

// Registers that the model knows by name (table 19 of the sheet).
const (
	devID      = 0x00
	bwRate     = 0x2C
	powerCtl   = 0x2D
	intSource  = 0x30
	dataFormat = 0x31
	dataX0     = 0x32
	dataZ1     = 0x37
	fifoCtl    = 0x38
	fifoStatus = 0x39
)

const (
	gravity = 9.80665
	entries = 33 // 32 in the FIFO and one in the output registers
)

// Model is one chip.
type Model struct {
	cfg Config

	mu      sync.Mutex
	regs    [64]byte
	pointer uint8
	frozen  bool

	grid        time.Duration // period of samples; zero when it must be found anew
	next        int64         // number of the next sample on the grid
	queue       [][3]int16
	touched     bool // this transfer has read output registers
	overwritten uint64
}

// New makes a chip that was just powered: it stands by.
func New(cfg Config) *Model {
	if cfg.Now == nil {
		cfg.Now = clock.System{}.Boot
	}
	if cfg.Signal == nil {
		cfg.Signal = func(time.Duration) [3]float64 { return [3]float64{0, 0, gravity} }
	}
	if cfg.ID == 0 {
		cfg.ID = 0xE5
	}
	m := &Model{cfg: cfg}
	m.powerUp()
	return m
}

func (m *Model) powerUp() {
	m.regs, m.queue, m.grid = [64]byte{devID: m.cfg.ID, bwRate: 0x0A}, nil, 0
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

// Register is a register as it was written.
func (m *Model) Register(reg uint8) uint8 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.regs[reg&0x3F]
}

// Overwritten is how many samples were overwritten unread.
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
			m.pointer = v & 0x3F
			continue
		}
		m.set(m.pointer, v)
		m.pointer = (m.pointer + 1) & 0x3F
	}
	m.advance() // what was written may have started the clock
	return nil
}

// Read implements chiptest.Model.
func (m *Model) Read(r []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	m.touched = false
	for i := range r {
		r[i] = m.get(m.pointer)
		m.pointer = (m.pointer + 1) & 0x3F
	}
	if m.touched {
		m.regs[intSource] &^= 0x83
		if m.streams() && len(m.queue) > 0 {
			m.queue = m.queue[1:]
			m.present()
		}
	}
	return nil
}

func (m *Model) set(reg, v uint8) {
	if reg == devID || reg == intSource || reg >= dataX0 && reg <= dataZ1 || reg == fifoStatus {
		return
	}
	m.regs[reg] = v
	switch reg {
	case bwRate, powerCtl:
		m.grid = 0
	case fifoCtl:
		if !m.streams() { // bypass empties the FIFO
			m.queue = nil
			m.regs[intSource] &^= 0x03
		}
	}
}

func (m *Model) get(reg uint8) uint8 {
	switch {
	case reg >= dataX0 && reg <= dataZ1:
		m.touched = true
	case reg == fifoStatus:
		return byte(len(m.queue))
	}
	return m.regs[reg]
}

func (m *Model) streams() bool { return m.regs[fifoCtl]&0xC0 == 0x80 }

// present puts the oldest sample into the output registers.
func (m *Model) present() {
	if len(m.queue) == 0 {
		return
	}
	for i, x := range m.queue[0] {
		m.regs[dataX0+2*i], m.regs[dataX0+2*i+1] = byte(x), byte(uint16(x)>>8)
	}
	m.regs[intSource] |= 0x80
}

// advance makes the samples that are due. Rates are 3200 Hz halved for each step of the code below 15 (table 7).
func (m *Model) advance() {
	now := m.cfg.Now()
	if m.regs[powerCtl]&0x08 == 0 || m.frozen {
		m.grid = 0
		return
	}
	if m.grid == 0 {
		rate := 3200 / math.Pow(2, float64(15-m.regs[bwRate]&0x0F)) * (1 + m.cfg.Skew)
		m.grid = time.Duration(float64(time.Second) / rate)
		m.next = int64(now/m.grid) + 1
	}
	for ; time.Duration(m.next)*m.grid <= now; m.next++ {
		m.sample(m.cfg.Signal(time.Duration(m.next) * m.grid))
	}
}

// sample quantises to 256 steps a g, within the range that is set.
func (m *Model) sample(v [3]float64) {
	most := float64(int(512) << (m.regs[dataFormat] & 3))
	var s [3]int16
	for i := range v {
		s[i] = int16(max(-most, min(math.Round(v[i]/gravity*256), most-1)))
	}
	limit := 1
	if m.streams() {
		limit = entries
	}
	m.queue = append(m.queue, s)
	if over := len(m.queue) - limit; over > 0 {
		m.queue = m.queue[over:]
		m.overwritten += uint64(over)
		m.regs[intSource] |= 0x01
	}
	if len(m.queue) >= int(m.regs[fifoCtl]&0x1F) && m.streams() {
		m.regs[intSource] |= 0x02
	}
	m.present()
}
