package subprocess

import (
	"bytes"
	"strings"
	"sync"
)

// Tail keeps what a child's error output says of its end: the line with which a runtime gives up, else the last line.
// Go writes such a line in pieces, so a line counts when its end has come; Words takes what is left as a line too.
type Tail struct {
	mu    sync.Mutex
	line  []byte // the one that is being written, at most lineBytes of it
	last  string // the last whole line that is not empty
	fatal string // the first line of one that gives up
	short string // the first line that says that memory is short
}

const lineBytes = 1024

// Write never fails.
func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	rest := p
	for {
		piece, after, whole := bytes.Cut(rest, []byte{'\n'})
		t.line = append(t.line, piece[:min(len(piece), lineBytes-len(t.line))]...)
		if !whole {
			return len(p), nil
		}
		t.end()
		rest = after
	}
}

// end takes the line that is complete.
func (t *Tail) end() {
	line := strings.TrimSpace(string(t.line))
	t.line = t.line[:0]
	if line == "" {
		return
	}
	t.last = line
	if t.fatal == "" && (strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "panic: ")) {
		t.fatal = line
	}
	if t.short == "" && saysShort(line) {
		t.short = line
	}
}

// shortages are words of those that got no memory: Go's heap, Go's threads with and without C, C++, the C library, sanitizers
// and drivers.
var shortages = []string{"out of memory", "failed to create new OS thread", "pthread_create failed", "bad_alloc", "Cannot allocate memory", "failed to allocate"}

func saysShort(line string) bool {
	for _, s := range shortages {
		if strings.Contains(line, s) {
			return true
		}
	}
	return false
}

// Words are the fatal line, else the last one. They begin with "out of memory" when that was the cause by any line.
func (t *Tail) Words() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end()
	said := t.last
	if t.fatal != "" {
		said = t.fatal
	}
	if t.short != "" && !strings.Contains(said, "out of memory") {
		said = "out of memory: " + t.short
	}
	return said
}
