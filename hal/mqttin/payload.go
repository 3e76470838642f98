package mqttin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/hal/lines"
)

// Decoder turns payloads into samples.
type Decoder struct {
	channels int
	paths    [][]string // of JSON; nil for a line of numbers
}

// NewDecoder makes a decoder for messages with so many values; see Config.Fields.
func NewDecoder(channels int, fields []string) *Decoder {
	d := &Decoder{channels: channels}
	for _, f := range fields {
		d.paths = append(d.paths, strings.Split(f, "."))
	}
	return d
}

// Decode appends the values of one message to dst. The error says why it cannot be used; it changes only with what is
// wrong, so that it can be told at its edges.
func (d *Decoder) Decode(dst []float32, payload []byte) ([]float32, error) {
	if len(payload) > maxPayload {
		return dst, errors.New("payload is larger than 16 kB")
	}
	if d.paths != nil {
		return d.json(dst, payload)
	}
	before := len(dst)
	got, what := lines.Parse(dst, payload, d.channels)
	switch {
	case what != "":
		return dst[:before], errors.New(what)
	case len(got) == before:
		return dst, errors.New("payload has no numbers")
	}
	return got, nil
}

func (d *Decoder) json(dst []float32, payload []byte) ([]float32, error) {
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.UseNumber()
	var doc any
	if err := dec.Decode(&doc); err != nil {
		return dst, errors.New("payload is no JSON")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return dst, errors.New("payload has more than one JSON value")
	}
	before := len(dst)
	for _, path := range d.paths {
		v, err := value(doc, path)
		if err != nil {
			return dst[:before], fmt.Errorf("field %s %w", strings.Join(path, "."), err)
		}
		dst = append(dst, v)
	}
	return dst, nil
}

// value follows a path.
func value(doc any, path []string) (float32, error) {
	for _, step := range path {
		found := false
		switch at := doc.(type) {
		case map[string]any:
			doc, found = at[step]
		case []any:
			if i, err := strconv.ParseUint(step, 10, 31); err == nil && i < uint64(len(at)) {
				doc, found = at[i], true
			}
		}
		if !found {
			return 0, errors.New("is missing")
		}
	}
	switch v := doc.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(v.String(), 32)
		if err != nil {
			return 0, errors.New("is beyond what a float32 can hold")
		}
		return float32(f), nil
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case nil:
		return float32(math.NaN()), nil
	}
	return 0, errors.New("is no number")
}
