package wire_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

func records(t *rapid.T) any {
	text := rapid.StringN(0, 20, 60)
	switch rapid.IntRange(1, 5).Draw(t, "kind") {
	case 1:
		return wire.Result{Definition: rapid.Uint32().Draw(t, "def"), Label: rapid.Uint16().Draw(t, "label"),
			Score: rapid.Uint16().Draw(t, "score"), Flags: wire.Flags(rapid.Uint8().Draw(t, "flags"))}
	case 2:
		return wire.Definition{Pipeline: text.Draw(t, "p"), Model: text.Draw(t, "m"), Version: text.Draw(t, "v"),
			Labels: rapid.SliceOfN(text, 0, 5).Draw(t, "labels"), Source: text.Draw(t, "s"),
			Threshold: rapid.Float64Range(-1e300, 1e300).Draw(t, "th"), Engine: text.Draw(t, "e")}
	case 3:
		facts := map[string]any{}
		for k, n := range rapid.MapOfN(text, rapid.Int64(), 0, 5).Draw(t, "facts") {
			facts[k] = n
			facts[k+"!"] = k
		}
		return wire.Event{Name: "n" + text.Draw(t, "name"), Facts: facts}
	case 4:
		return wire.Counter{Owner: text.Draw(t, "o"), Cause: text.Draw(t, "c"), Total: rapid.Uint64().Draw(t, "n")}
	}
	return wire.Gauge{Owner: text.Draw(t, "o"), Name: text.Draw(t, "n"), Value: rapid.Float64Range(-1e300, 1e300).Draw(t, "v")}
}

func appendRecord(dst []byte, v any) ([]byte, error) {
	switch r := v.(type) {
	case wire.Result:
		return wire.AppendResult(dst, r), nil
	case wire.Definition:
		return wire.AppendDefinition(dst, r)
	case wire.Event:
		return wire.AppendEvent(dst, r)
	case wire.Counter:
		return wire.AppendCounter(dst, r), nil
	case wire.Gauge:
		return wire.AppendGauge(dst, r)
	}
	panic("unknown record")
}

func TestRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := records(t)
		p, err := appendRecord(nil, want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.DecodeRecord(p)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
}

func TestAppendResultAllocatesNothing(t *testing.T) {
	buf := make([]byte, 0, wire.MaxResult)
	r := wire.Result{Definition: math.MaxUint32, Label: math.MaxUint16, Score: math.MaxUint16, Flags: 0xff}
	if n := testing.AllocsPerRun(100, func() { buf = wire.AppendResult(buf[:0], r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if len(buf) != wire.MaxResult {
		t.Errorf("largest result has %d bytes, MaxResult says %d", len(buf), wire.MaxResult)
	}
}

func TestScore(t *testing.T) {
	for p, want := range map[float64]uint16{0: 0, -1: 0, 1: 65535, 2: 65535, 0.5: 32768, math.Inf(1): 65535} {
		if got := wire.ScoreOf(p); got != want {
			t.Errorf("score of %v is %d, want %d", p, got, want)
		}
	}
	if wire.ScoreOf(math.NaN()) != 0 {
		t.Error("NaN has a score")
	}
	for s := range 65536 {
		if got := wire.ScoreOf(wire.Result{Score: uint16(s)}.Probability()); int(got) != s {
			t.Fatalf("score %d comes back as %d", s, got)
		}
	}
}

func TestAppendRefuses(t *testing.T) {
	long := strings.Repeat("x", wire.MaxText+1)
	many := map[string]any{}
	for i := range 65 {
		many[strings.Repeat("k", i)] = int64(i)
	}
	for name, v := range map[string]any{
		"NaN threshold":      wire.Definition{Threshold: math.NaN()},
		"long label":         wire.Definition{Labels: []string{long}},
		"long model":         wire.Definition{Model: long},
		"infinite gauge":     wire.Gauge{Value: math.Inf(-1)},
		"long owner":         wire.Gauge{Owner: long},
		"nameless event":     wire.Event{},
		"fact of a float":    wire.Event{Name: "x", Facts: map[string]any{"f": 1.5}},
		"fact of an int":     wire.Event{Name: "x", Facts: map[string]any{"f": 1}},
		"long fact":          wire.Event{Name: "x", Facts: map[string]any{"f": long}},
		"too many facts":     wire.Event{Name: "x", Facts: many},
		"text that is not":   wire.Event{Name: "x", Facts: map[string]any{"f": "\xff"}},
		"label that is not ": wire.Definition{Labels: []string{"\xff"}},
	} {
		if p, err := appendRecord([]byte("keep"), v); err == nil || string(p) != "keep" {
			t.Errorf("%s: got %q, %v", name, p, err)
		}
	}
}

func TestDecodeRecordRefuses(t *testing.T) {
	for name, p := range map[string]string{
		"nothing":              "",
		"no array":             "\xa0\x00",
		"long array":           "\x98\x20\x01",
		"unknown kind":         "\x82\x06\x00",
		"too few elements":     "\x84\x01\x00\x00\x00",
		"too many elements":    "\x86\x01\x00\x00\x00\x00\x00",
		"long form":            "\x85\x01\x18\x00\x00\x00\x00",
		"label too large":      "\x85\x01\x00\x1a\x00\x01\x00\x00\x00\x00",
		"null in a result":     "\x85\x01\xf6\x00\x00\x00",
		"event with a list":    "\x83\x03\x61x\xa1\x61a\x80",
		"event, big negative":  "\x83\x03\x61x\xa1\x61a\x3b\xff\xff\xff\xff\xff\xff\xff\xff",
		"event, big":           "\x83\x03\x61x\xa1\x61a\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
		"event, key twice":     "\x83\x03\x61x\xa2\x61a\x00\x61a\x00",
		"event, keys unsorted": "\x83\x03\x61x\xa2\x61b\x00\x61a\x00",
		"event, null facts":    "\x83\x03\x61x\xf6",
		"gauge of NaN":         "\x84\x05\x60\x60\xf9\x7e\x00",
		"gauge of an int":      "\x84\x05\x60\x60\x01",
		"gauge, long float":    "\x84\x05\x60\x60\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00",
		"text not UTF-8":       "\x84\x04\x61\xff\x60\x01",
		"trailing":             "\x84\x04\x60\x60\x01\x00",
		"tagged":               "\xc1\x84\x04\x60\x60\x01",
		"too large":            strings.Repeat("\x85", wire.MaxRecord+1),
	} {
		if v, err := wire.DecodeRecord([]byte(p)); err == nil {
			t.Errorf("%s: got %+v", name, v)
		}
	}
}

func FuzzDecodeRecord(f *testing.F) {
	for _, v := range []any{
		result(), wire.Counter{Owner: "source/imu", Cause: "ring_overrun", Total: 7}, wire.Gauge{Owner: "p", Name: "n", Value: 1.1},
		wire.Definition{Labels: []string{"a", "b"}, Threshold: 0.7}, wire.Event{Name: "x", Facts: map[string]any{"a": "b", "n": int64(-7)}},
	} {
		p, err := appendRecord(nil, v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		v, err := wire.DecodeRecord(p)
		if err != nil {
			return
		}
		if again, err := appendRecord(nil, v); err != nil || !bytes.Equal(p, again) {
			t.Fatalf("decoded %x, encoded %x, %v", p, again, err)
		}
	})
}
