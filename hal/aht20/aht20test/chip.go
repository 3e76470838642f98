package aht20test

import (
	"math"
	"sync"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/internal/crc8"
)

const (
	busy       = 1 << 7
	calibrated = 1 << 3
	idle       = 0x10 // bit 4 reads as one on real chips; it means nothing
)

// Chip is one AHT20 after power-on, at 23 Cel and 45 %. It implements chiptest.Model.
type Chip struct {
	mu       sync.Mutex
	now      func() time.Duration
	convert  time.Duration
	status   byte
	dead     bool // initialisation does not help
	wrongCRC bool

	temperature, humidity uint32 // the air, 20 bits
	answer                [5]byte
	pending               [5]byte
	measuring             bool
	ready                 time.Duration
}

// New makes a chip whose measurements take 75 ms and that needs no initialisation.
func New() *Chip {
	began := time.Now()
	c := &Chip{now: func() time.Duration { return time.Since(began) }, convert: 75 * time.Millisecond, status: idle | calibrated}
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

// SetRaw sets the 20-bit values of the next measurements.
func (c *Chip) SetRaw(temperature, humidity uint32) {
	c.locked(func() { c.temperature, c.humidity = temperature&0xfffff, humidity&0xfffff })
}

// SetAir sets what the chip measures from now on.
func (c *Chip) SetAir(celsius, percent float64) {
	raw := func(v float64) uint32 { return uint32(min(math.Round(v*(1<<20)), 1<<20-1)) }
	c.SetRaw(raw((celsius+50)/200), raw(percent/100))
}

// Forget takes the calibration away: the chip wants to be initialised.
func (c *Chip) Forget() { c.locked(func() { c.status &^= calibrated }) }

// Die takes the calibration away for good.
func (c *Chip) Die() { c.locked(func() { c.status, c.dead = c.status&^calibrated, true }) }

// WrongCRC damages the checksum of every measurement.
func (c *Chip) WrongCRC(on bool) { c.locked(func() { c.wrongCRC = on }) }

// Write implements chiptest.Model: one command.
func (c *Chip) Write(w []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick()
	if len(w) == 0 {
		return nil
	}
	switch w[0] {
	case 0x71: // status
	case 0xbe:
		if !c.dead {
			c.status |= calibrated
		}
	case 0xac:
		t, h := c.temperature, c.humidity
		c.pending = [5]byte{byte(h >> 12), byte(h >> 4), byte(h<<4) | byte(t>>16), byte(t >> 8), byte(t)}
		c.measuring, c.ready = true, c.now()+c.convert
	case 0xba: // soft reset
		c.measuring = false
	default:
		return syscall.ENXIO
	}
	return nil
}

// Read implements chiptest.Model: status, five bytes of the last measurement, their checksum. While a measurement is
// under way the status says so and the bytes are those of the one before.
func (c *Chip) Read(r []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick()
	frame := append([]byte{c.status}, c.answer[:]...)
	if c.measuring {
		frame[0] |= busy
	}
	frame = append(frame, crc8.Sum(frame))
	if c.wrongCRC {
		frame[6] ^= 0x80
	}
	copy(r, frame)
	return nil
}

func (c *Chip) tick() {
	if c.measuring && c.now() >= c.ready {
		c.measuring, c.answer = false, c.pending
	}
}
