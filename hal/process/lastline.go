package process

import (
	"bytes"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const maxLast = 300

// lastLine keeps the last line that is not empty of what is written to it.
type lastLine struct {
	mu   sync.Mutex
	line []byte
	open []byte // the line that has no end yet
}

func (l *lastLine) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for part := range bytes.Lines(p) {
		text, ended := bytes.CutSuffix(part, []byte("\n"))
		if room := maxLast - len(l.open); room > 0 {
			l.open = append(l.open, text[:min(len(text), room)]...)
		}
		if ended {
			l.shift()
		}
	}
	return len(p), nil
}

func (l *lastLine) shift() {
	if len(bytes.TrimSpace(l.open)) > 0 {
		l.line = append(l.line[:0], l.open...)
	}
	l.open = l.open[:0]
}

// text is that line without what would steer a terminal: people read it on one.
func (l *lastLine) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shift()
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return '?'
		case !unicode.IsPrint(r):
			return ' '
		}
		return r
	}, string(l.line)))
}
