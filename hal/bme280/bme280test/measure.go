package bme280test

import "time"

// tick brings the registers to the present.
func (c *Chip) tick() {
	now := c.now()
	for c.busy && now >= c.done {
		c.store(c.measured())
		if c.forcedRun {
			c.busy = false
			c.Poke(regCtrlMeas, c.Peek(regCtrlMeas)&^3)
			break
		}
		cycle := c.conversion() + standby(c.Peek(regConfig)>>5, c.humid)
		c.done += max(1, (now-c.done)/cycle) * cycle
	}
	c.status()
}

func (c *Chip) status() {
	now, v := c.now(), byte(0)
	if c.busy && now >= c.done-c.conversion() {
		v |= measuring
	}
	if now < c.ready {
		v |= updating
	}
	c.Poke(regStatus, v)
}

// measured is what a measurement with the present settings gives. Without the filter a value has 16 bits and one more
// for each doubling of the oversampling (sections 3.4.2 and 3.4.3); with it all 20.
func (c *Chip) measured() raw {
	ctrl, filter := c.Peek(regCtrlMeas), c.Peek(regConfig)>>2&7
	m := raw{cut(c.air.temperature, ctrl>>5, filter), cut(c.air.pressure, ctrl>>2&7, filter), c.air.humidity}
	if c.osrsH == 0 {
		m.humidity = blankHumidity
	}
	if c.stuck {
		m = raw{blank, blank, blankHumidity}
	}
	return m
}

func cut(v uint32, osrs, filter byte) uint32 {
	switch {
	case osrs == 0:
		return blank
	case filter != 0 || osrs >= 5:
		return v
	}
	return v &^ (1<<(5-osrs) - 1)
}

func (c *Chip) store(m raw) {
	t, p := m.temperature, m.pressure
	c.Poke(regData, byte(p>>12), byte(p>>4), byte(p<<4), byte(t>>12), byte(t>>4), byte(t<<4))
	if c.humid {
		c.Poke(regData+6, byte(m.humidity>>8), byte(m.humidity))
	}
}

// conversion is how long one measurement takes, typically (section 9.1).
func (c *Chip) conversion() time.Duration {
	if c.convert > 0 {
		return c.convert
	}
	us := 1000
	ctrl := c.Peek(regCtrlMeas)
	if n := times(ctrl >> 5); n > 0 {
		us += 2000 * n
	}
	if n := times(ctrl >> 2 & 7); n > 0 {
		us += 2000*n + 500
	}
	if n := times(c.osrsH); n > 0 && c.humid {
		us += 2000*n + 500
	}
	return time.Duration(us) * time.Microsecond
}

func times(osrs byte) int {
	if osrs == 0 {
		return 0
	}
	return 1 << (min(osrs, 5) - 1)
}

// standby is the pause of normal mode (table 27; the BMP280 has longer ones).
func standby(field byte, humid bool) time.Duration {
	ms := [8]float64{0.5, 62.5, 125, 250, 500, 1000, 2000, 4000}
	if humid {
		ms[6], ms[7] = 10, 20
	}
	return time.Duration(ms[field] * float64(time.Millisecond))
}
