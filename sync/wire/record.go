package wire

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// The kind of a record is the first element of its array. The values are on the wire: never renumber them.
const (
	kindResult     = 1
	kindDefinition = 2
	kindEvent      = 3
	kindCounter    = 4
	kindGauge      = 5
)

// DecodeRecord decodes the payload of a record into a Result, Definition, Event, Counter or Gauge. It refuses
// payloads that are not in deterministic form, so that one value has one encoding.
func DecodeRecord(p []byte) (any, error) {
	v, err := decodeRecord(p)
	if err != nil {
		return nil, fmt.Errorf("decode record: %w", err)
	}
	return v, nil
}

func decodeRecord(p []byte) (any, error) {
	if len(p) > MaxRecord {
		return nil, fmt.Errorf("%d bytes, more than %d", len(p), MaxRecord)
	}
	if len(p) < 2 || p[0]&0xe0 != majorArray || p[0]&0x1f >= 24 {
		return nil, errors.New("not a short array")
	}
	switch p[1] {
	case kindResult:
		return decodeResult(p)
	case kindDefinition:
		return decodeDefinition(p)
	case kindEvent:
		return decodeEvent(p)
	case kindCounter:
		return decodeCounter(p)
	case kindGauge:
		return decodeGauge(p)
	}
	return nil, fmt.Errorf("unknown kind, head byte %#x", p[1])
}

// checkTexts refuses a field that no reader could show.
func checkTexts(texts ...string) error {
	for _, s := range texts {
		if len(s) > MaxText {
			return fmt.Errorf("text of %d bytes, more than %d", len(s), MaxText)
		}
		if !utf8.ValidString(s) {
			return errors.New("text is not UTF-8")
		}
	}
	return nil
}
