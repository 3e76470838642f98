package broker

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
)

// serverLog hands what the server says to slog. It says "Publish Violation" for every refused publish and
// "authentication error" for every refused connect, so complaints are logged by their edges.
type serverLog struct {
	log   *slog.Logger
	edges *edges

	mu   sync.Mutex
	last error
}

func newServerLog(log *slog.Logger) *serverLog { return &serverLog{log: log, edges: newEdges()} }

// connection is how the server begins a line about one: address and number, different at every connect. The client id
// follows, in quotes.
var connection = regexp.MustCompile(`^\S+ - \w+:\d+ - `)

// about is who complains about what, without what a device can vary at will.
func about(text string) string {
	who, _, _ := strings.Cut(connection.ReplaceAllString(text, ""), " - Subject")
	return clip(who)
}

func (l *serverLog) complain(format string, v []any) {
	text := fmt.Sprintf(format, v...)
	l.mu.Lock()
	l.last = errors.New(text)
	l.mu.Unlock()
	l.edges.log(l.log, about(text), "broker complains", "text", text)
}

func (l *serverLog) lastError() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		return errors.New("the server gave no reason")
	}
	return l.last
}

func (l *serverLog) Warnf(format string, v ...any)  { l.complain(format, v) }
func (l *serverLog) Errorf(format string, v ...any) { l.complain(format, v) }
func (l *serverLog) Fatalf(format string, v ...any) { l.complain(format, v) }

func (l *serverLog) Noticef(format string, v ...any) {
	l.log.Debug("broker says", "text", fmt.Sprintf(format, v...))
}
func (l *serverLog) Debugf(string, ...any) {}
func (l *serverLog) Tracef(string, ...any) {}
