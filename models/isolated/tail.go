package isolated

import (
	"strings"
	"sync"
)

// tail keeps the end of what a child writes to its error output, and the line with which Go begins when it gives up.
type tail struct {
	mu   sync.Mutex
	text []byte
	last string // the fatal line, if there was one
}

const tailBytes = 2048

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if t.last == "" {
		t.last = fatalLine(string(t.text))
	}
	if n := len(t.text); n > tailBytes {
		t.text = append(t.text[:0], t.text[n-tailBytes:]...)
	}
	return len(p), nil
}

func fatalLine(text string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "panic: ") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// words are the fatal line, else the last line.
func (t *tail) words() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last != "" {
		return t.last
	}
	text := strings.TrimSpace(string(t.text))
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}
