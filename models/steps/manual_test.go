package steps_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/steps"
)

// TestManual: the page of the manual has a row for every step, with the parameters, bounds and defaults of this version.
func TestManual(t *testing.T) {
	text, err := os.ReadFile(fixture.Path(t, "docs", "preprocess.md"))
	if err != nil {
		t.Fatal(err)
	}
	shared := map[string]string{} // parameters by the step that had them first
	rows := 0
	for _, k := range steps.Kinds() {
		var all []string
		for _, p := range k.Params {
			all = append(all, param(p))
		}
		cell := strings.Join(all, "; ")
		if first, ok := strings.CutPrefix(cell, shared["mel"]); ok && k.Name == "mfcc" {
			cell = "those of `mel`" + first
		}
		shared[k.Name] = cell
		if row := fmt.Sprintf("| `%s` | %s | %s | %s |\n", k.Name, k.Doc, cell, k.Reference); !strings.Contains(string(text), row) {
			t.Errorf("docs/preprocess.md lacks this row:\n%s", row)
		}
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| `") {
			rows++
		}
	}
	if rows != len(steps.Kinds()) {
		t.Errorf("docs/preprocess.md has %d rows of steps, want %d", rows, len(steps.Kinds()))
	}
}

// param is the name, what it may be, its default and what it means.
func param(p steps.Param) string {
	s := "`" + p.Name + "` "
	switch p.Type {
	case steps.Number:
		s += fmt.Sprintf("%v to %v", p.Low, p.High)
	case steps.Whole:
		s += fmt.Sprintf("%.0f to %.0f", p.Low, p.High)
	case steps.Text:
		s += strings.Join(p.Choices, " or ")
	case steps.Flag:
		s += "true or false"
	case steps.Numbers:
		s += "a list"
	}
	if p.Default != nil {
		s += fmt.Sprintf(", else %v", p.Default)
	}
	if p.Doc != "" {
		s += " (" + p.Doc + ")"
	}
	return s
}
