package wire_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/sync/wire"
)

// TestDocument: any text up to the limit goes through a record and comes back as it was, beside the other facts.
func TestDocument(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                               "",
		"short":                                 `{"a":1}`,
		"one piece":                             strings.Repeat("x", wire.MaxText),
		"long characters":                       "x" + strings.Repeat("€", (wire.MaxDocument-1)/3),
		"the longest":                           strings.Repeat("x", wire.MaxDocument),
		"the longest of four bytes a character": "xyz" + strings.Repeat("😀", (wire.MaxDocument-3)/4),
	} {
		t.Run(name, func(t *testing.T) {
			facts := map[string]any{"pipeline": "activity", "windows": int64(40)}
			want := maps.Clone(facts)
			if err := wire.AttachDocument(facts, text); err != nil {
				t.Fatal(err)
			}
			record, err := wire.AppendEvent(nil, wire.Event{Name: wire.EventModelMeasured, Facts: facts})
			if err != nil {
				t.Fatal(err)
			}
			v, err := wire.DecodeRecord(record)
			if err != nil {
				t.Fatal(err)
			}
			rest, got := wire.DetachDocument(v.(wire.Event).Facts)
			if got != text || !maps.Equal(rest, want) {
				t.Errorf("got %d bytes of %d, and %v", len(got), len(text), rest)
			}
		})
	}
}

// TestPiecesThatAreNone: what does not follow piece 00 without a hole stays what a device said.
func TestPiecesThatAreNone(t *testing.T) {
	facts := map[string]any{"document.00": "a", "document.01": "b", "document.03": "c", "document.id": "d", "document.99": int64(1)}
	rest, text := wire.DetachDocument(facts)
	if want := map[string]any{"document.03": "c", "document.id": "d", "document.99": int64(1)}; text != "ab" || !maps.Equal(rest, want) {
		t.Errorf("%q, %v", text, rest)
	}
	if len(facts) != 5 {
		t.Errorf("the event itself has lost facts: %v", facts)
	}
}

func TestDocumentRefused(t *testing.T) {
	for name, text := range map[string]string{"too long": strings.Repeat("x", wire.MaxDocument+1), "not UTF-8": "a\xff"} {
		facts := map[string]any{}
		if err := wire.AttachDocument(facts, text); err == nil || len(facts) > 0 {
			t.Errorf("%s: %v, %d facts", name, err, len(facts))
		}
	}
}
