package wire

import (
	"errors"
	"fmt"
	"math"
)

// Counter is a ledger counter (rule D4): how often owner met cause since the epoch began, absolute. On the wire:
// [4, owner, cause, total].
type Counter struct {
	Owner string // as "source/imu" or "pipeline/activity"
	Cause string // as "ring_overrun"
	Total uint64
}

// Gauge is a measured value. On the wire: [5, owner, name, value].
type Gauge struct {
	Owner string
	Name  string  // with its unit, as "invoke_p50_us"
	Value float64 // finite
}

type (
	counterForm struct {
		_     struct{} `cbor:",toarray"`
		Kind  uint8
		Owner string
		Cause string
		Total uint64
	}
	gaugeForm struct {
		_     struct{} `cbor:",toarray"`
		Kind  uint8
		Owner string
		Name  string
		Value float64
	}
)

// AppendCounter appends the encoding of c to dst. Texts that are not UTF-8 or
// longer than MaxText bytes make a record that no decoder accepts.
func AppendCounter(dst []byte, c Counter) []byte {
	dst = appendHead(dst, majorArray, 4)
	dst = appendHead(dst, majorUint, kindCounter)
	dst = appendText(dst, c.Owner)
	dst = appendText(dst, c.Cause)
	return appendHead(dst, majorUint, c.Total)
}

func decodeCounter(p []byte) (any, error) {
	var f counterForm
	if err := unmarshal(p, &f); err != nil {
		return nil, err
	}
	return Counter{Owner: f.Owner, Cause: f.Cause, Total: f.Total}, checkTexts(f.Owner, f.Cause)
}

// AppendGauge appends the encoding of g to dst; a value that is not finite is an error.
func AppendGauge(dst []byte, g Gauge) ([]byte, error) {
	if err := g.check(); err != nil {
		return dst, fmt.Errorf("encode gauge %q: %w", g.Name, err)
	}
	out, err := appendCBOR(dst, &gaugeForm{Kind: kindGauge, Owner: g.Owner, Name: g.Name, Value: g.Value})
	if err != nil {
		return dst, fmt.Errorf("encode gauge %q: %w", g.Name, err)
	}
	return out, nil
}

func decodeGauge(p []byte) (any, error) {
	var f gaugeForm
	if err := unmarshal(p, &f); err != nil {
		return nil, err
	}
	g := Gauge{Owner: f.Owner, Name: f.Name, Value: f.Value}
	return g, g.check()
}

func (g *Gauge) check() error {
	if math.IsNaN(g.Value) || math.IsInf(g.Value, 0) {
		return errors.New("value is not finite")
	}
	return checkTexts(g.Owner, g.Name)
}
