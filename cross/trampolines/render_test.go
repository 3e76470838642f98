package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The committed files must be what the generator writes now.
func TestCommittedFilesAreCurrent(t *testing.T) {
	dir := filepath.Join("..", "..", "models", "tflite")
	text, err := os.ReadFile(filepath.Join(dir, "symbols.txt"))
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{"trampolines.S": assembly(symbols), "symbols.h": header(symbols)} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run go generate ./models/tflite", name)
		}
	}
}

func TestParse(t *testing.T) {
	got, err := parse("# comment\n\nA required\nB\n")
	if err != nil || len(got) != 2 || got[0] != (symbol{"A", true}) || got[1] != (symbol{"B", false}) {
		t.Fatalf("got %v, %v", got, err)
	}
	if _, err := parse("A maybe\n"); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Fatalf("got %v, want an error naming line 1", err)
	}
}
