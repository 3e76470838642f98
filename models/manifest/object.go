package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxDepth bounds nesting; the manifest itself needs five levels.
const maxDepth = 8

// object is a JSON object with its place in the document. It keeps what nobody has asked for yet.
type object struct {
	at     string
	fields map[string]any  // object, []any, string, json.Number, bool or nil
	asked  map[string]bool // keys that somebody has asked for
}

// parseJSON reads one object and nothing after it. Unlike encoding/json it refuses doubled keys and tells upper from
// lower case; numbers stay text.
func parseJSON(data []byte) (object, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	v, err := parseValue(dec, "$", 0)
	if err != nil {
		return object{}, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return object{}, errors.New("$: more text after the object")
	}
	o, ok := v.(object)
	if !ok {
		return object{}, errors.New("$: want an object")
	}
	return o, nil
}

func parseValue(dec *json.Decoder, at string, depth int) (any, error) {
	tok, err := dec.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	delim, nested := tok.(json.Delim)
	switch {
	case !nested:
		return tok, nil
	case depth == maxDepth:
		return nil, fmt.Errorf("%s: nested deeper than %d", at, maxDepth)
	case delim == '{':
		return parseObject(dec, at, depth+1)
	default:
		return parseList(dec, at, depth+1)
	}
}

func parseObject(dec *json.Decoder, at string, depth int) (any, error) {
	o := object{at: at, fields: map[string]any{}, asked: map[string]bool{}}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", at, err)
		}
		key, _ := tok.(string)
		if _, twice := o.fields[key]; twice {
			return nil, fmt.Errorf("%s: stands twice", member(at, key))
		}
		if o.fields[key], err = parseValue(dec, member(at, key), depth); err != nil {
			return nil, err
		}
	}
	return o, closing(dec, at)
}

func parseList(dec *json.Decoder, at string, depth int) (any, error) {
	list := []any{}
	for dec.More() {
		v, err := parseValue(dec, fmt.Sprintf("%s[%d]", at, len(list)), depth)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, closing(dec, at)
}

func closing(dec *json.Decoder, at string) error {
	if _, err := dec.Token(); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("%s: %w", at, err)
	}
	return nil
}

// member is the place of a key; odd keys are quoted and cut so that a hostile document cannot flood a log.
func member(at, key string) string {
	if plain(key) {
		return at + "." + key
	}
	if len(key) > 40 {
		key = key[:40] + "…"
	}
	return fmt.Sprintf("%s[%q]", at, key)
}

func plain(key string) bool {
	for _, r := range key {
		if r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return false
		}
	}
	return key != "" && len(key) <= 40
}
