package scd4xtest

import (
	"math"
	"sync"
	"syscall"
	"time"

	"github.com/dunlin-iot/dunlin/internal/crc8"
)

// errBusy is a missing acknowledgement.
const errBusy = syscall.ENXIO

// Chip is one SCD41 that idles in 600 ppm, 23 Cel, 45 %. It implements chiptest.Model.
type Chip struct {
	mu        sync.Mutex
	now       func() time.Duration
	period    time.Duration
	stop      time.Duration
	air       [3]uint16 // words of CO2, temperature, humidity
	climb     uint16    // ppm added with each measurement
	wrongCRC  bool
	deaf      bool // never has a measurement
	asleep    bool
	altitude  uint16
	measuring bool
	next      time.Duration // end of the measurement under way
	busy      time.Duration // commands are not acknowledged until then
	sample    []byte        // nil once it was read
	answer    []byte
}

// New makes a chip with the times of the data sheet.
func New() *Chip {
	began := time.Now()
	c := &Chip{now: func() time.Duration { return time.Since(began) }, period: 5 * time.Second, stop: 500 * time.Millisecond}
	c.SetAir(600, 23, 45)
	return c
}

func (c *Chip) locked(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// Timing sets how long a measurement takes and how long stopping it does.
func (c *Chip) Timing(period, stop time.Duration) {
	c.locked(func() { c.period, c.stop = period, stop })
}

// SetRaw sets the words of the next measurements.
func (c *Chip) SetRaw(co2, temperature, humidity uint16) {
	c.locked(func() { c.air = [3]uint16{co2, temperature, humidity} })
}

// SetAir sets what the chip measures from now on.
func (c *Chip) SetAir(ppm, celsius, percent float64) {
	c.SetRaw(uint16(ppm), uint16(math.Round((celsius+45)*65535/175)), uint16(math.Round(percent*65535/100)))
}

// Climb adds 1 ppm of CO2 with every measurement, so that each is like no other.
func (c *Chip) Climb() { c.locked(func() { c.climb = 1 }) }

// WrongCRC damages the last checksum of every answer.
func (c *Chip) WrongCRC(on bool) { c.locked(func() { c.wrongCRC = on }) }

// Deafen lets the chip measure without an end.
func (c *Chip) Deafen() { c.locked(func() { c.deaf = true }) }

// Sleep powers the chip down, as another program would.
func (c *Chip) Sleep() { c.locked(func() { c.asleep, c.measuring = true, false }) }

// Start lets it measure, as after an agent that was killed.
func (c *Chip) Start() { c.locked(c.start) }

// Measuring tells whether the chip measures.
func (c *Chip) Measuring() (on bool) {
	c.locked(func() { on = c.measuring })
	return on
}

// Altitude is what the driver has set.
func (c *Chip) Altitude() (m int) {
	c.locked(func() { m = int(c.altitude) })
	return m
}

func (c *Chip) start() {
	c.measuring, c.sample, c.next = true, nil, c.now()+c.period
}

// Write implements chiptest.Model: one command. While it measures, the chip acknowledges only three of them.
func (c *Chip) Write(w []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick()
	if len(w) < 2 || c.now() < c.busy {
		return errBusy
	}
	command := uint16(w[0])<<8 | uint16(w[1])
	switch {
	case command == 0x36f6: // wake-up is never acknowledged
		c.asleep = false
		return errBusy
	case c.asleep:
		return errBusy
	}
	c.answer = nil
	switch {
	case command == 0x3f86:
		c.measuring, c.sample, c.busy = false, nil, c.now()+c.stop
	case command == 0xe4b8:
		c.answer = c.words(0x8000)
		if c.sample != nil {
			c.answer = c.words(0x8006)
		}
	case command == 0xec05 && c.sample == nil:
		return errBusy
	case command == 0xec05:
		c.answer, c.sample = c.sample, nil
	case c.measuring:
		return errBusy
	default:
		return c.idle(command, w[2:])
	}
	return nil
}

// idle are the commands of a chip that does not measure.
func (c *Chip) idle(command uint16, args []byte) error {
	switch command {
	case 0x21b1, 0x21ac:
		c.start()
	case 0x3682:
		c.answer = c.words(0xf896, 0x9f07, 0x3bbe) // the serial number of the data sheet's example
	case 0x2427:
		if len(args) != 3 || crc8.Sum(args[:2]) != args[2] {
			return errBusy
		}
		c.altitude = uint16(args[0])<<8 | uint16(args[1])
	default:
		return errBusy
	}
	return nil
}

// Read implements chiptest.Model: the words of the last command, once.
func (c *Chip) Read(r []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answer == nil || c.now() < c.busy {
		return errBusy
	}
	for i := range r {
		r[i] = 0xff
	}
	copy(r, c.answer)
	c.answer = nil
	return nil
}

// tick ends measurements by the chip's own clock; the last one stays until it is read.
func (c *Chip) tick() {
	if !c.measuring || c.deaf || c.now() < c.next {
		return
	}
	c.air[0] += c.climb
	c.sample = c.words(c.air[:]...)
	c.next += max(1, (c.now()-c.next)/c.period+1) * c.period
}

func (c *Chip) words(list ...uint16) (b []byte) {
	for _, v := range list {
		pair := []byte{byte(v >> 8), byte(v)}
		b = append(b, pair[0], pair[1], crc8.Sum(pair))
	}
	if c.wrongCRC {
		b[len(b)-1] ^= 0x10
	}
	return b
}
