package fleet

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// maxDepth is how deeply a document may nest: an honest report has five levels. Brackets by the thousand are small on the
// wire, break the readers of whoever lists the events, and take a page's memory once they are indented.
const maxDepth = 16

// document is what a device sent, if it is JSON that every client can read; what is not is shown as the text that it is.
func document(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	if readable(text) {
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return nil
	}
	return quoted
}

// readable reports whether a text is one JSON value, shallow and with numbers that are finite.
func readable(text string) bool {
	dec := json.NewDecoder(strings.NewReader(text))
	depth := 0
	for {
		token, err := dec.Token() // numbers as float64: one beyond it is an error
		if errors.Is(err, io.EOF) {
			return depth == 0 && json.Valid([]byte(text))
		}
		if err != nil {
			return false
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth > maxDepth {
			return false
		}
	}
}
