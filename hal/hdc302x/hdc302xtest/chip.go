package hdc302xtest

import (
	"math"
	"sync"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/internal/crc8"
)

// errBusy is a missing acknowledgement.
const errBusy = syscall.ENXIO

// Chip is one HDC302x that sleeps, at 23 Cel and 45 %. It implements chiptest.Model.
type Chip struct {
	mu           sync.Mutex
	now          func() time.Duration
	convert      time.Duration
	manufacturer uint16
	wrongCRC     bool
	heater       bool

	temperature, humidity uint16 // the air
	answer                []byte // what the next read gives, from ready on
	ready                 time.Duration
}

// New makes a chip whose measurements take 12.5 ms, as in low-power mode 0.
func New() *Chip {
	began := time.Now()
	c := &Chip{now: func() time.Duration { return time.Since(began) }, convert: 12500 * time.Microsecond, manufacturer: 0x3000}
	c.SetAir(23, 45)
	return c
}

func (c *Chip) locked(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// Convert sets how long a measurement takes.
func (c *Chip) Convert(d time.Duration) { c.locked(func() { c.convert = d }) }

// SetRaw sets the words of the next measurements.
func (c *Chip) SetRaw(temperature, humidity uint16) {
	c.locked(func() { c.temperature, c.humidity = temperature, humidity })
}

// SetAir sets what the chip measures from now on.
func (c *Chip) SetAir(celsius, percent float64) {
	c.SetRaw(uint16(math.Round((celsius+45)*65535/175)), uint16(math.Round(percent*65535/100)))
}

// SetManufacturer lets another chip answer.
func (c *Chip) SetManufacturer(id uint16) { c.locked(func() { c.manufacturer = id }) }

// WrongCRC damages the checksum of every measurement.
func (c *Chip) WrongCRC(on bool) { c.locked(func() { c.wrongCRC = on }) }

// Heat switches the heater on, as somebody else on the bus would.
func (c *Chip) Heat() { c.locked(func() { c.heater = true }) }

// Heating tells whether the heater is on.
func (c *Chip) Heating() (on bool) {
	c.locked(func() { on = c.heater })
	return on
}

// Write implements chiptest.Model: one command.
func (c *Chip) Write(w []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(w) < 2 || c.now() < c.ready {
		return errBusy
	}
	c.answer, c.ready = nil, 0
	switch uint16(w[0])<<8 | uint16(w[1]) {
	case 0x2400:
		c.answer = append(c.word(c.temperature), c.word(c.humidity)...)
		c.ready = c.now() + c.convert
		if c.wrongCRC {
			c.answer[5] ^= 1
		}
	case 0x3781:
		c.answer = c.word(c.manufacturer)
	case 0x3066:
		c.heater = false
	case 0x306d:
		c.heater = true
	case 0x3093, 0x30a2, 0x3041: // leave automatic mode, reset, clear status
	default:
		return errBusy
	}
	return nil
}

// Read implements chiptest.Model: the chip acknowledges only when it has something to say, and says it once.
func (c *Chip) Read(r []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answer == nil || c.now() < c.ready {
		return errBusy
	}
	for i := range r {
		r[i] = 0xff
	}
	copy(r, c.answer)
	c.answer = nil
	return nil
}

func (c *Chip) word(v uint16) []byte {
	b := []byte{byte(v >> 8), byte(v)}
	return append(b, crc8.Sum(b))
}
