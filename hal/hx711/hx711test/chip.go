package hx711test

import (
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"github.com/dunlin-iot/dunlin/internal/clock"
)

const (
	powersDown = 60 * time.Microsecond
	settling   = 4 // conversions
)

// Chip is one HX711. It may be used by several goroutines.
type Chip struct {
	mu      sync.Mutex
	real    clock.Clock
	patient bool
	ahead   time.Duration // of the chip's clock before the real one
	now     time.Duration // on the chip's clock
	period  time.Duration

	values map[string]int32 // by input: "a128", "b32", "a64"
	stall  time.Duration
	stuck  *gpio.Level
	broken error

	high   bool          // PD_SCK
	highAt time.Duration // on the real clock
	idle   bool          // the pulse began while no conversion was there to be read
	ready  bool
	pulses int  // since the conversion became ready
	asked  bool // the data line was read after the last pulse
	out    int32
	dout   gpio.Level
	input  string // of the conversion that runs
	fresh  int    // conversions since the reset or the last change of input
	due    time.Duration
	resets int
}

// New makes a chip that converts every period of a clock, the system's when it is nil.
func New(real clock.Clock, period time.Duration) *Chip {
	if real == nil {
		real = clock.System{}
	}
	c := &Chip{real: real, period: period, values: map[string]int32{}, now: real.Boot()}
	c.powerUp()
	return c
}

// NewPatient makes a chip for tests in real time.
func NewPatient(period time.Duration) *Chip {
	c := New(nil, period)
	c.patient = true
	return c
}

// Set puts a value on an input, "a128", "b32" or "a64", in counts; beyond 24 bits it saturates.
func (c *Chip) Set(input string, counts int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.values[input] = max(-0x800000, min(0x7FFFFF, counts))
}

// Stall makes the next pulse last for d.
func (c *Chip) Stall(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stall = d
}

// Stick holds the data line at a level: High without power, Low when it is wired to ground.
func (c *Chip) Stick(l gpio.Level) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stuck = &l
}

// Break lets the pins fail as those of a GPIO chip that is gone.
func (c *Chip) Break(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = err
}

// Down reports whether the clock line keeps the chip powered down.
func (c *Chip) Down() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.high
}

// Resets counts the times that a long pulse powered the chip down and up.
func (c *Chip) Resets() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.resets
}

// Boot is the chip's clock.
func (c *Chip) Boot() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.patient || !c.high && (c.pulses == 0 && !c.ready || c.asked) {
		c.advance()
	}
	return c.now
}

// Wall is the real clock's.
func (c *Chip) Wall() time.Time { return c.real.Wall() }

// powerUp starts with channel A and gain 128.
func (c *Chip) powerUp() {
	c.ready, c.pulses, c.asked, c.dout = false, 0, false, gpio.High
	c.input, c.fresh, c.due = "a128", 0, c.now+c.period
}

// advance moves the clock on and ends the conversions whose time has come; none ends while bits are shifted out.
func (c *Chip) advance() {
	c.now = max(c.now, c.real.Boot()+c.ahead)
	if c.high || c.ready && c.pulses > 0 {
		return
	}
	for ; c.now >= c.due; c.due += c.period {
		c.choose()
		c.fresh = min(c.fresh+1, settling+1)
		c.ready, c.pulses, c.asked, c.dout, c.out = true, 0, false, gpio.Low, c.values[c.input]
		if c.fresh <= settling { // the filter still holds what was before
			c.out = c.out/8*int32(c.fresh) + 4321
		}
	}
}

// rise is a rising edge of PD_SCK: the next bit, or after the 24th the choice of the next input.
func (c *Chip) rise() {
	if c.high {
		return
	}
	c.high, c.highAt, c.idle = true, c.real.Boot(), !c.ready && c.pulses == 0
	if c.idle {
		return
	}
	c.pulses++
	switch n := c.pulses; {
	case n <= 24:
		c.dout = c.out>>(24-n)&1 == 1
	case n <= 27:
		c.dout, c.ready = gpio.High, false
	}
}

// choose sets the input of the conversion after one that was read, by the number of pulses (table 3).
func (c *Chip) choose() {
	if c.pulses < 25 || c.pulses > 27 {
		return
	}
	if input := []string{"a128", "b32", "a64"}[c.pulses-25]; input != c.input {
		c.input, c.fresh = input, 0
	}
}

// fall is a falling edge: after a long pulse the chip powers up.
func (c *Chip) fall() {
	if !c.high {
		return
	}
	c.high = false
	took := c.stall
	c.ahead += took
	if took == 0 && (c.idle || !c.patient) {
		took = c.real.Boot() - c.highAt
	}
	c.stall = 0
	c.now += took
	if took > powersDown {
		c.resets++
		c.powerUp()
	}
}
