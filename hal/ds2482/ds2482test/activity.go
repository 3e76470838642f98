package ds2482test

import "time"

// activity is a command for the line. What it does there is done at once; it shows when its time is over.
func (m *Chip) activity(w []byte) {
	strong := m.config&spu != 0 && (w[0] == wwb || w[0] == wsb)
	m.pull(false)
	m.pointer = status
	switch w[0] {
	case wrs:
		there := m.line.Reset() && !m.short
		m.show(resetTime, ppd|sd, bit(there, ppd)|bit(m.short, sd))
	case wsb:
		m.show(slotTime, sbr, bit(m.slot(w[1]&0x80 != 0), sbr))
	case wwb:
		for i := range 8 {
			m.slot(w[1]>>i&1 == 1)
		}
		m.show(8*slotTime, 0, 0)
	case wrb:
		var v byte
		for i := range 8 {
			v |= bit(m.slot(true), 1<<i)
		}
		m.show(8*slotTime, 0, 0)
		done := m.next
		m.next = func() { done(); m.data = v }
	case wt:
		one, two := m.slot(true), m.slot(true)
		on := one
		if one == two {
			on = one || w[1]&0x80 != 0 // table 3: both high is an error, and a one follows
		}
		m.slot(on)
		m.show(3*slotTime, sbr|tsb|dir, bit(one, sbr)|bit(two, tsb)|bit(on, dir))
	}
	if strong {
		m.config |= spu
		m.pull(true)
	}
}

// show sets bits of the status when a time is over.
func (m *Chip) show(after time.Duration, clear, set byte) {
	m.until = m.clock.Boot() + after
	m.next = func() { m.status = m.status&^clear | set }
}

// slot is one time slot: a short circuit pulls it low.
func (m *Chip) slot(level bool) bool { return m.line.Slot(level && !m.short) && !m.short }

func bit(on bool, b byte) byte {
	if on {
		return b
	}
	return 0
}
