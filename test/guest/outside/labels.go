package outside

import (
	"os"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// Labels are those of a committed model.
func Labels(t *testing.T, model string) []string {
	t.Helper()
	text, err := os.ReadFile(fixture.Path(t, "examples", "models", model, "1", "labels.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}
