package iio

import (
	"math"
	"time"

	"github.com/dunlin-iot/dunlin/hal/judge"
)

const (
	gap     = 1.5 // periods between two samples that mean that one is missing
	settle  = 32  // samples over which the measured period is averaged
	believe = 8   // gaps in a row, with no sample in time, that are the device's true rate
)

// take turns n more bytes into samples. The kernel gives whole frames; what is not whole waits for the rest.
func (c *capture) take(n int) {
	c.stamps.measure()
	c.heard = c.stamps.now
	whole := (c.have + n) / c.frame
	c.mood = ""
	var at, period time.Duration
	if c.stamp == nil && whole > 0 {
		var slipped bool
		if at, period, slipped = c.pace.Take(whole, c.stamps.now); slipped {
			c.flush()
			c.src.pulse.Drop(1) // at least one; without stamps nobody can tell how many
		}
	}
	for i := range whole {
		frame := c.buf[i*c.frame : (i+1)*c.frame]
		if c.stamp == nil {
			c.sample(frame, at+time.Duration(i)*period)
			continue
		}
		c.stamped(frame)
	}
	c.flush()
	if whole > 0 {
		c.src.pulse.Mood(c.mood)
	}
	c.have = copy(c.buf, c.buf[whole*c.frame:c.have+n])
}

// stamped takes in a frame with the kernel's time. Frames from before this run are old: whoever had the device then did
// not read them.
func (c *capture) stamped(frame []byte) {
	at, ok := c.stamps.boot(c.stamp.Format.Integer(frame[c.stamp.At:]), c.last, time.Duration(c.period))
	switch {
	case !ok:
		c.flush()
		c.src.pulse.Skip(1)
		c.mood = "time stamps jump"
		return
	case at < c.start:
		return
	}
	if c.last > 0 {
		c.follow(max(at, c.last))
		at = max(at, c.last+time.Microsecond) // some drivers stamp two samples alike
	}
	c.sample(frame, at)
}

// follow measures the period and finds missing samples. A device that says one rate and keeps another, steadily, is
// taken at what it does.
func (c *capture) follow(at time.Duration) {
	step := float64(at - c.last)
	if c.period > 0 && step > gap*c.period {
		if c.odd++; c.odd >= believe {
			c.period, c.odd, c.learned = step, 0, 1
			return
		}
		c.flush()
		c.src.pulse.Drop(uint64(math.Round(step/c.period)) - 1)
		return
	}
	c.odd = 0
	if c.learned < settle && step < c.period/gap { // what it was learned from was a gap
		c.learned = 0
	}
	c.learned = min(c.learned+1, settle)
	c.period += (step - c.period) / float64(c.learned)
}

// sample takes in the values of a frame.
func (c *capture) sample(frame []byte, at time.Duration) {
	before := len(c.block.Values)
	for _, v := range c.values {
		raw := v.format.Value(frame[v.at:])
		c.block.Values = append(c.block.Values, float32((raw+v.offset)*v.scale))
	}
	c.last = at
	verdict, reason := c.judge.Look(at, c.block.Values[before:])
	if reason != "" {
		c.mood = reason
	}
	if verdict == judge.Useless {
		c.block.Values = c.block.Values[:before]
		c.flush()
		c.src.pulse.Skip(1)
		return
	}
	c.times = append(c.times, at)
}

// flush emits what was gathered: a block ends at the time of its last sample, so its period is what lies between.
func (c *capture) flush() {
	n := len(c.times)
	if n == 0 {
		return
	}
	c.block.At, c.block.Period = c.times[0], time.Duration(c.period)
	if n > 1 {
		c.block.Period = (c.times[n-1] - c.times[0]) / time.Duration(n-1)
	}
	c.src.pulse.Emit(c.emit, c.block)
	c.block.Values, c.times = c.block.Values[:0], c.times[:0]
}
