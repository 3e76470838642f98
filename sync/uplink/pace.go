package uplink

import "time"

// pace decides how long to wait for an answer and how many bytes may be under way, together for all streams. The wait
// follows RFC 6298, with its clock granularity replaced by AckTimeout as the floor; the window starts small, grows by
// what is answered and halves when an answer stays out, as TCP's does (RFC 5681, slow start only).
type pace struct {
	floor, ceiling time.Duration
	smooth, vary   time.Duration // SRTT and RTTVAR
	wait           time.Duration // RTO

	least, most int
	window      int // bytes that may be under way
	flying      int // bytes that are
}

func newPace(c Config) pace {
	return pace{
		floor: c.AckTimeout, ceiling: c.AckTimeoutMax, wait: c.AckTimeout,
		least: c.Batch.Bytes, most: 4 * c.Window * c.Batch.Bytes, window: 2 * c.Batch.Bytes,
	}
}

func (p *pace) timeout() time.Duration { return p.wait }

func (p *pace) full() bool { return p.flying >= p.window }

func (p *pace) sent(bytes int) { p.flying += bytes }

// forget takes bytes out of flight that nobody will answer.
func (p *pace) forget(bytes int) { p.flying -= bytes }

// answered takes bytes out of flight. took is the time one batch needed, 0 when that is not known because it was sent
// more than once (Karn's rule).
func (p *pace) answered(bytes int, took time.Duration) {
	p.flying -= bytes
	p.window = min(p.window+bytes, p.most)
	if took <= 0 {
		return
	}
	if p.smooth == 0 {
		p.smooth, p.vary = took, took/2
	} else {
		p.vary += ((p.smooth - took).Abs() - p.vary) / 4
		p.smooth += (took - p.smooth) / 8
	}
	p.again()
}

// again sets the wait to what was measured, without the growth of unanswered tries.
func (p *pace) again() { p.wait = min(max(p.smooth+4*p.vary, p.floor), p.ceiling) }

// late is called when an answer stayed out.
func (p *pace) late() {
	p.wait = min(2*p.wait, p.ceiling)
	p.window = max(p.window/2, p.least)
}
