package wire

import (
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"
)

// A document is a text that is longer than one fact may be, as the report of a measurement is. An event carries it in
// pieces, as the facts document.00, document.01 and so on, in order.
const (
	documentPrefix = "document."
	maxPieces      = 24
)

// MaxDocument is a length, in bytes, of a document that an event surely carries: less than what a batch holds by default.
const MaxDocument = maxPieces * (MaxText - utf8.UTFMax)

// AttachDocument adds a document to the facts of an event.
func AttachDocument(facts map[string]any, text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("attach document: text is not UTF-8")
	}
	if len(text) > MaxDocument {
		return fmt.Errorf("attach document: %d bytes, more than %d", len(text), MaxDocument)
	}
	for i := 0; text != ""; i++ {
		end := min(len(text), MaxText)
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end--
		}
		facts[fmt.Sprintf("%s%02d", documentPrefix, i)], text = text[:end], text[end:]
	}
	return nil
}

// DetachDocument parts an event's facts from the document that they carry, which is empty when there is none. Facts that
// only look like pieces stay facts.
func DetachDocument(facts map[string]any) (rest map[string]any, document string) {
	var text strings.Builder
	rest = maps.Clone(facts)
	for i := range maxPieces {
		name := fmt.Sprintf("%s%02d", documentPrefix, i)
		piece, ok := facts[name].(string)
		if !ok {
			break
		}
		text.WriteString(piece)
		delete(rest, name)
	}
	return rest, text.String()
}
