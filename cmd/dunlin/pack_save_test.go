package main

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// TestPackReadsTheAcceptanceSet as devices do: a set that they refuse is no bundle's.
func TestPackReadsTheAcceptanceSet(t *testing.T) {
	disk := os.DirFS(fixture.Path(t, "examples", "models", "motions", "1"))
	b, err := manifest.Open(disk)
	if err != nil {
		t.Fatal(err)
	}
	b.Acceptance.File = "acceptance.cbor"
	c := manifest.Case{Window: make([]float32, b.Window.Length*b.Source.Values())}
	set, err := manifest.AppendCase(nil, c)
	if err != nil {
		t.Fatal(err)
	}
	c.Label = len(b.Labels)
	bad, err := manifest.AppendCase(set, c)
	if err != nil {
		t.Fatal(err)
	}
	err = countable(b, fstest.MapFS{"acceptance.cbor": {Data: bad, Mode: 0o600}})
	if err == nil || !strings.Contains(err.Error(), "acceptance.cbor: case 1: ") {
		t.Errorf("a label that the model has not: %v", err)
	}
	b.Acceptance.File = ""
	if err := countable(b, fstest.MapFS{}); err != nil {
		t.Errorf("without a set: %v", err)
	}
}
