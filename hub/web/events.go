package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	sendTimeout = 10 * time.Second // a client that reads nothing for so long is gone
	heartbeat   = 15 * time.Second // something is sent at least so often
)

// events writes server-sent events (WHATWG HTML, section 9.2).
type events struct {
	w    http.ResponseWriter
	ctl  *http.ResponseController
	last time.Time
}

func newEvents(w http.ResponseWriter) *events {
	w.Header().Set("Content-Type", "text/event-stream")
	return &events{w: w, ctl: http.NewResponseController(w)}
}

// send writes one event; id may be empty.
func (e *events) send(name, id string, data []byte) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "event: %s\n", name)
	if id != "" {
		fmt.Fprintf(&b, "id: %s\n", id)
	}
	for line := range strings.Lines(string(bytes.TrimSpace(data))) {
		fmt.Fprintf(&b, "data: %s\n", strings.TrimRight(line, "\r\n"))
	}
	b.WriteByte('\n')
	return e.write(b.Bytes())
}

// beat keeps the connection known to be alive.
func (e *events) beat(now time.Time) error {
	if now.Sub(e.last) < heartbeat {
		return nil
	}
	return e.write([]byte(":\n\n"))
}

func (e *events) write(p []byte) error {
	e.last = time.Now()
	_ = e.ctl.SetWriteDeadline(e.last.Add(sendTimeout)) // a writer without deadlines still works
	if _, err := e.w.Write(p); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	if err := e.ctl.Flush(); err != nil {
		return fmt.Errorf("flush event: %w", err)
	}
	return nil
}
