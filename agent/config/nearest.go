package config

import (
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/internal/spelling"
)

// nearest tells a person what they may have meant by word: the closest candidate, or all of them when none is close.
func nearest(word string, candidates []string) string {
	if best := spelling.Closest(word, candidates); best != "" {
		return `did you mean "` + best + `"?`
	}
	return "the keys here are " + list(candidates)
}

// choose is nearest for values, of which it names all.
func choose(word string, candidates []string) string {
	known := "the known ones are " + list(candidates)
	if best := spelling.Closest(word, candidates); best != "" {
		return `did you mean "` + best + `"? ` + known
	}
	return known
}

func list(words []string) string {
	return strings.Join(slices.Sorted(slices.Values(words)), ", ")
}
