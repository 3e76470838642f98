package bridge

import (
	"encoding/binary"
	"sync"

	"github.com/dunlin-iot/dunlin/hal/chiptest"
)

// chip is the CP2112 itself, without the cable. Reports begin with their number.
type chip struct {
	bus     *chiptest.Bus
	state   byte
	detail  byte
	count   int    // bytes that the last transfer moved
	pending []byte // read and not fetched

	mu     sync.Mutex // guards the lines: the test moves them
	gpio   [5]byte    // the report gpioConfig
	levels byte       // of all eight lines
	smbus  [14]byte   // the report smbusConfig
}

func newChip(bus *chiptest.Bus) *chip {
	c := &chip{bus: bus, gpio: [5]byte{gpioConfig}}
	// 100 kHz, own address 2, no automatic read, timeouts off, no retries: AN495 section 5.5, the part's defaults.
	c.smbus = [14]byte{smbusConfig, 0, 1, 0x86, 0xa0, 2}
	return c
}

// output takes a report of the host and gives the reports that answer it.
func (c *chip) output(r []byte) [][]byte {
	switch {
	case len(r) >= 4 && r[0] == readRequest:
		c.transfer(r[1], nil, int(binary.BigEndian.Uint16(r[2:])))
	case len(r) >= 5 && r[0] == writeRead:
		if n := int(r[4]); n > 0 && n <= maxTarget && len(r) >= 5+n {
			c.transfer(r[1], r[5:5+n], int(binary.BigEndian.Uint16(r[2:])))
		} else {
			c.fail()
		}
	case len(r) >= 3 && r[0] == dataWrite:
		if n := int(r[2]); n <= maxChunk && len(r) >= 3+n {
			c.transfer(r[1], r[3:3+n], 0)
		} else {
			c.fail()
		}
	case len(r) >= 1 && r[0] == statusAsk:
		return [][]byte{{statusAnswer, c.state, c.detail, 0, 0, byte(c.count >> 8), byte(c.count)}}
	case len(r) >= 1 && r[0] == forceRead:
		return [][]byte{c.fetch()}
	case len(r) >= 1 && r[0] == cancel:
		c.state, c.detail, c.count, c.pending = stateIdle, 0, 0, nil
	}
	return nil
}

// transfer does what the host asked on the bus; the address has the direction in its lowest bit.
func (c *chip) transfer(address byte, w []byte, n int) {
	if n > maxRead {
		c.fail()
		return
	}
	r := make([]byte, n)
	if err := c.bus.Tx(uint16(address>>1), w, r); err != nil {
		c.fail()
		return
	}
	c.pending = r
	c.state, c.detail, c.count = stateComplete, detailSucceeded, max(n, 0)
	if n == 0 {
		c.count = len(w)
	}
}

func (c *chip) fail() {
	c.state, c.detail, c.count, c.pending = stateError, detailNotAcknowledged, 0, nil
}

// fetch hands over what was read, as far as one report holds it.
func (c *chip) fetch() []byte {
	n := min(len(c.pending), maxChunk)
	r := make([]byte, 2+1+maxChunk)
	r[0], r[1], r[2] = readResponse, stateComplete, byte(n)
	copy(r[3:], c.pending[:n])
	c.pending = c.pending[n:]
	return r
}

// feature gives a report that the host asks for.
func (c *chip) feature(number byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch number {
	case gpioConfig:
		return c.gpio[:]
	case getGPIO:
		return []byte{getGPIO, c.levels}
	case versionInfo:
		return []byte{versionInfo, partCP, 3}
	case smbusConfig:
		return c.smbus[:]
	}
	for _, r := range featureReports {
		if r.number == number {
			return append([]byte{number}, make([]byte, r.length)...)
		}
	}
	return nil
}

// setFeature takes a report that the host sets.
func (c *chip) setFeature(r []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case len(r) >= len(c.gpio) && r[0] == gpioConfig:
		copy(c.gpio[:], r)
	case len(r) >= 3 && r[0] == setGPIO:
		mask := r[2] & c.gpio[1] // only outputs follow the host
		c.levels = c.levels&^mask | r[1]&mask
	case len(r) >= len(c.smbus) && r[0] == smbusConfig:
		copy(c.smbus[:], r)
	}
}

// setLine is a level from outside; a line that the host drives keeps its own.
func (c *chip) setLine(line int, high bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	bit := byte(1) << line &^ c.gpio[1]
	c.levels &^= bit
	if high {
		c.levels |= bit
	}
}
