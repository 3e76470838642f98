package spelling_test

import (
	"testing"

	"github.com/dunlin-iot/dunlin/internal/spelling"
)

func TestClosest(t *testing.T) {
	keys := []string{"threshold", "hold", "release"}
	for word, want := range map[string]string{
		"threshhold": "threshold", // one letter too many
		"treshold":   "threshold", // one too few
		"hodl":       "hold",      // two that changed places
		"HOLD":       "hold",
		"hold":       "hold",
		"colour":     "",
		"":           "",
	} {
		if got := spelling.Closest(word, keys); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
