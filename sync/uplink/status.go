package uplink

import (
	"sync"
	"time"
)

// State is what the uplink is doing.
type State string

const (
	Connecting State = "connecting"
	Ready      State = "ready"
	Waiting    State = "waiting" // for the next attempt
	Refused    State = "refused" // waiting too; the broker answered and said no
)

// Status is a moment of an uplink's life.
type Status struct {
	State       State
	Since       time.Time
	Reason      string    // of Waiting and Refused
	LastAck     time.Time // of the hub's last answer; zero when there was none
	Inflight    int       // batches unanswered
	Connections uint64    // that reached Ready
	Sent        uint64    // bytes written to the network
	Received    uint64    // bytes read from it
	Batches     uint64    // published, repetitions included
	Repeated    uint64    // of them, sent again
	Undecodable uint64    // messages from the hub's side that made no sense
	Dropped     uint64    // messages that came faster than they were taken
}

// Reconnects counts connections after the first.
func (s Status) Reconnects() uint64 { return max(s.Connections, 1) - 1 }

// Status may be called at any time from anywhere.
func (u *Uplink) Status() Status {
	s := u.status.read()
	s.Sent, s.Received = u.count.up.Load(), u.count.down.Load()
	s.Undecodable, s.Dropped = u.count.undecodable.Load(), u.count.dropped.Load()
	return s
}

// board holds the part of Status that Run writes.
type board struct {
	mu sync.Mutex
	s  Status
}

func (b *board) read() Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.s
}

func (b *board) set(s State, reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.s.State != s || b.s.Reason != reason {
		b.s.State, b.s.Reason, b.s.Since = s, reason, time.Now()
	}
}

func (b *board) up() {
	b.set(Ready, "")
	b.mu.Lock()
	defer b.mu.Unlock()
	b.s.Connections++
}

func (b *board) sent(repeated bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.s.Batches++
	if repeated {
		b.s.Repeated++
	}
}

func (b *board) inflight(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.s.Inflight = n
}

func (b *board) answered(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.s.LastAck = now
}
