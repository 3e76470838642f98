package vm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Mark begins each line of the guest that is meant for the host.
const Mark = "@dunlin "

// Message is what the guest tells the host. A check ends with one that has Done set; others before it ask the host for
// something, as Ask "powerdown".
type Message struct {
	Check string          `json:"check"`
	Ask   string          `json:"ask,omitempty"`
	Done  bool            `json:"done,omitempty"`
	Error string          `json:"error,omitempty"` // why the check failed; empty means it passed
	Facts json.RawMessage `json:"facts,omitempty"`
}

// Say writes a message as the guest does. The line goes out in one write, so that the kernel's own talk stays beside it.
func Say(w io.Writer, m Message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	_, err = fmt.Fprintf(w, "\n%s%s\n", Mark, text)
	return err
}

// parse finds the message in a line of the serial port.
func parse(line []byte) (m Message, ok bool) {
	_, text, found := bytes.Cut(line, []byte(Mark))
	return m, found && json.Unmarshal(bytes.TrimSpace(text), &m) == nil
}
