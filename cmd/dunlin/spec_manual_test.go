package main

import (
	"os"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// TestSpecOfTheManual: the manual shows the spec that its commands pack.
func TestSpecOfTheManual(t *testing.T) {
	spec, err := os.ReadFile(fixture.Path(t, "examples", "motions", "pack.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(fixture.Path(t, "docs", "models.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "```text\n"+string(spec)+"```\n") {
		t.Error("docs/models.md shows another spec than examples/motions/pack.yaml")
	}
}
