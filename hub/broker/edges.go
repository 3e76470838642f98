package broker

import (
	"log/slog"
	"sync"
	"time"
)

const (
	quiet    = time.Minute // between two lines about the same thing
	maxEdges = 256         // things remembered; strangers choose the keys
)

// edges turns a repeating complaint into one line when it begins and one a minute, with a count, while it lasts.
type edges struct {
	mu   sync.Mutex
	seen map[string]*edge
}

type edge struct {
	last  time.Time
	since uint64 // occurrences after the last line
}

func newEdges() *edges { return &edges{seen: map[string]*edge{}} }

func (e *edges) log(log *slog.Logger, key, text string, facts ...any) {
	if n, ok := e.due(key, time.Now()); ok {
		log.Warn(text, append(facts, "repeated", n)...)
	}
}

func (e *edges) due(key string, now time.Time) (repeated uint64, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	one := e.seen[key]
	if one == nil {
		if len(e.seen) >= maxEdges {
			e.forget(now)
		}
		one = &edge{}
		e.seen[key] = one
	}
	if !one.last.IsZero() && now.Sub(one.last) < quiet {
		one.since++
		return 0, false
	}
	repeated = one.since
	*one = edge{last: now}
	return repeated, true
}

// forget makes room: first what has been quiet, else everything.
func (e *edges) forget(now time.Time) {
	for k, one := range e.seen {
		if now.Sub(one.last) >= quiet {
			delete(e.seen, k)
		}
	}
	if len(e.seen) >= maxEdges {
		clear(e.seen)
	}
}
