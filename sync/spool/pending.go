package spool

import (
	"sync"
	"time"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// group is what one commit takes: a queue per stream.
type group map[wire.Stream]*queue

func (g group) empty() bool {
	for _, q := range g {
		if q.len() > 0 {
			return false
		}
	}
	return true
}

// pending is what waits for a commit: the only part of the spool that Append and Count touch.
type pending struct {
	cfg   *Config
	limit int
	kick  chan struct{} // one slot: something may have become due

	mu      sync.Mutex
	open    group
	spare   group
	bytes   int // cost of everything in open
	ledger  ledger
	stopped bool

	urgentSince  time.Time // of the oldest critical or normal record; zero: none waits
	quietSince   time.Time // of the oldest record, acknowledgement or count of any other kind
	quietRecords int
	quietBytes   int
	retry        time.Time // no commit before, after one has failed
}

func newPending(cfg *Config) *pending {
	p := &pending{cfg: cfg, limit: cfg.pendingLimit(), kick: make(chan struct{}, 1), open: group{}, spare: group{}, ledger: ledger{}}
	return p
}

// add queues a record and drops older ones of lesser or equal class when memory is full. It fails after stop.
func (p *pending) add(st wire.Stream, class wire.Class, at time.Duration, record []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return ErrClosed
	}
	n := cost(valueHead+len(record), 1)
	if p.bytes+n > p.limit && !p.makeRoom(st, class, n) {
		return nil // counted
	}
	p.queue(st).add(at, record)
	was := p.bytes
	p.bytes += n
	p.note(class, n)
	if was < p.limit/2 && p.bytes >= p.limit/2 {
		p.wake()
	}
	return nil
}

// stop refuses what comes from now on: the last commit takes everything that was accepted.
func (p *pending) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
}

func (p *pending) queue(st wire.Stream) *queue {
	q := p.open[st]
	if q == nil {
		q = &queue{}
		p.open[st] = q
	}
	return q
}

// note keeps the times from which waiting counts; it wakes the writer when it must set a timer.
func (p *pending) note(class wire.Class, n int) {
	if class <= wire.Normal {
		if p.urgentSince.IsZero() {
			p.urgentSince = time.Now()
			p.wake()
		}
		return
	}
	full := p.quietFull()
	p.quietRecords++
	p.quietBytes += n
	if p.quietSince.IsZero() {
		p.quietSince = time.Now()
		p.wake()
	} else if !full && p.quietFull() {
		p.wake()
	}
}

func (p *pending) quietFull() bool {
	return p.quietRecords >= p.cfg.Records || p.quietBytes >= p.cfg.Bytes
}

// makeRoom drops pending records, the least class first and each stream's oldest first, never of a more important
// class than the new one. It reports whether the new record may enter.
func (p *pending) makeRoom(st wire.Stream, class wire.Class, need int) bool {
	for p.bytes+need > p.limit {
		victim, worst := wire.Stream(""), class
		for name, q := range p.open {
			if c := p.cfg.Streams[name]; q.len() > 0 && (c > worst || c == worst && (victim == "" || name < victim)) {
				victim, worst = name, c
			}
		}
		if victim == "" {
			p.count(owner(st), causeMemoryFull, 1)
			return false
		}
		q := p.open[victim]
		n := max(1, q.len()/8) // an eighth at once: moving the rest down stays cheap
		p.bytes -= q.drop(n)
		p.count(owner(victim), causeMemoryFull, uint64(n))
	}
	return true
}

// touch notes that something quiet (an acknowledgement) waits for a commit.
func (p *pending) touch() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.touchLocked()
}

func (p *pending) touchLocked() {
	if p.quietSince.IsZero() {
		p.quietSince = time.Now()
		p.wake()
	}
}

// hurry makes the next commit due as soon as the pace allows.
func (p *pending) hurry() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.urgentSince.IsZero() {
		p.urgentSince = time.Now()
	}
	p.wake()
}

func (p *pending) wake() {
	select {
	case p.kick <- struct{}{}:
	default: // the writer has not yet looked since the last one
	}
}

// take hands over what waits; done must follow when it is committed. Then the waiting times begin anew.
func (p *pending) take() group {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.open
	p.open, p.spare = p.spare, nil
	if p.open == nil {
		p.open = group{}
	}
	p.bytes, p.quietRecords, p.quietBytes = 0, 0, 0
	p.urgentSince, p.quietSince = time.Time{}, time.Time{}
	return g
}

// done returns a committed group's memory for reuse.
func (p *pending) done(g group) {
	for _, q := range g {
		q.reset()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spare = g
	p.retry = time.Time{}
}

// failed sets the pace of attempts after a commit went wrong.
func (p *pending) failed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retry = time.Now().Add(max(p.cfg.Every, time.Second))
	p.touchLocked()
}

// due is when the next commit should begin, given when the last one ended; false when nothing waits.
func (p *pending) due(last time.Time) (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.retry.IsZero() {
		return p.retry, true
	}
	paced := last.Add(p.cfg.Every)
	switch {
	case p.bytes >= p.limit/2:
		return time.Time{}, true
	case !p.urgentSince.IsZero():
		return later(p.urgentSince, paced), true
	case p.quietFull():
		return later(p.quietSince, paced), true
	case !p.quietSince.IsZero():
		return p.quietSince.Add(p.cfg.Quiet), true
	}
	return time.Time{}, false
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (p *pending) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes
}

func (p *pending) depth() map[wire.Stream]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make(map[wire.Stream]int, len(p.open))
	for st, q := range p.open {
		out[st] = q.len()
	}
	return out
}
