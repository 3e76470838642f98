package ds2482test

import (
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
	"github.com/dunlin-iot/dunlin/internal/clock"
)

var _ chiptest.Model = (*Chip)(nil)

// Line is a 1-Wire line with chips; ds18b20test.Bus is one.
type Line interface {
	// Reset is a reset pulse; it tells whether a chip has answered.
	Reset() (present bool)
	// Slot is a time slot: the level that the bridge gives, and the one that the line has.
	Slot(level bool) bool
	// Pull begins or ends a strong pull-up.
	Pull(strong bool)
}

// Chip is one bridge. It may be used by several goroutines.
type Chip struct {
	mu      sync.Mutex
	clock   clock.Clock
	line    Line
	eight   bool // a DS2482-800
	short   bool
	stick   bool
	pointer byte
	config  byte // the lower half
	status  byte // without 1WB, LL
	data    byte
	next    func() // what is shown when the activity ends
	until   time.Duration
	strong  bool
}

// Commands, and codes of registers.
const (
	drst, srp, wcfg, chsl        = 0xF0, 0xE1, 0xD2, 0xC3
	wrs, wsb, wwb, wrb, wt       = 0xB4, 0x87, 0xA5, 0x96, 0x78
	status, data, channel, setup = 0xF0, 0xE1, 0xD2, 0xC3
)

const (
	apu, ppm, spu, ws = 1, 2, 4, 8

	busy, ppd, sd, ll, rst, sbr, tsb, dir = 1, 2, 4, 8, 16, 32, 64, 128
)

// Typical times at standard speed.
const (
	slotTime  = 69300 * time.Nanosecond
	resetTime = 1148 * time.Microsecond
)

// New makes a bridge to a line, as it is after power-up. A nil clock means the system's.
func New(line Line, c clock.Clock) *Chip {
	if c == nil {
		c = clock.System{}
	}
	m := &Chip{clock: c, line: line}
	m.powerUp()
	return m
}

// Eight makes it a DS2482-800 whose line is that of channel IO0.
func (m *Chip) Eight() { m.do(func() { m.eight = true }) }

// Brownout takes the supply away for a moment: all registers are as after power-up, and all activity ends.
func (m *Chip) Brownout() { m.do(m.powerUp) }

// Short holds the line low, or lets go of it.
func (m *Chip) Short(held bool) { m.do(func() { m.short = held }) }

// Stick keeps the bridge busy with what it does next, until a device reset.
func (m *Chip) Stick() { m.do(func() { m.stick = true }) }

// Config is the configuration, its lower half.
func (m *Chip) Config() (v byte) {
	m.do(func() { v = m.config })
	return v
}

func (m *Chip) do(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

func (m *Chip) powerUp() {
	m.pull(false)
	m.pointer, m.config, m.status, m.data, m.next = status, 0, rst, 0, nil
}

// pull is the strong pull-up; when it ends the bit SPU does.
func (m *Chip) pull(strong bool) {
	if m.strong != strong {
		m.line.Pull(strong)
	}
	if m.strong = strong; !strong {
		m.config &^= spu
	}
}

// settle shows the result of an activity whose time is over.
func (m *Chip) settle() {
	if m.next != nil && !m.stick && m.clock.Boot() >= m.until {
		m.next()
		m.next = nil
	}
}

// Write implements chiptest.Model.
func (m *Chip) Write(w []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settle()
	if len(w) == 0 {
		return nil
	}
	length := 2
	if w[0] == drst || w[0] == wrs || w[0] == wrb {
		length = 1
	}
	if m.next != nil && w[0] != drst && w[0] != srp {
		return chiptest.NoAck // 1WB
	}
	if len(w) < length {
		return m.known(w[0]) // a command without its parameter is ignored
	}
	if !m.obey(w) || len(w) > length {
		return chiptest.NoAck
	}
	return nil
}

func (m *Chip) known(command byte) error {
	switch command {
	case srp, wcfg, wsb, wwb, wt:
		return nil
	}
	return chiptest.NoAck
}

// obey reports whether the bridge acknowledges.
func (m *Chip) obey(w []byte) bool {
	switch w[0] {
	case drst:
		m.stick = false
		m.pull(false)
		m.pointer, m.config, m.status, m.next = status, 0, m.status&^(ppd|sd|sbr|tsb|dir)|rst, nil
	case srp:
		if w[1] != status && w[1] != data && w[1] != setup && !(w[1] == channel && m.eight) {
			return false
		}
		m.pointer = w[1]
	case wcfg:
		m.pointer, m.status = setup, m.status&^rst
		if w[1]>>4 == ^w[1]&0x0F {
			m.config = w[1] & 0x0F
		}
		if m.config&spu == 0 {
			m.pull(false)
		}
	case wrs, wsb, wwb, wrb, wt:
		m.activity(w)
	default:
		return false
	}
	return true
}

// Read implements chiptest.Model: the register at the pointer, over and over.
func (m *Chip) Read(r []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settle()
	for i := range r {
		r[i] = m.register()
	}
	return nil
}

func (m *Chip) register() byte {
	switch m.pointer {
	case data:
		return m.data
	case setup:
		return m.config
	case channel:
		return 0xB8 // IO0
	}
	v := m.status
	if m.next != nil {
		v |= busy
	}
	if !m.short {
		v |= ll
	}
	return v
}
