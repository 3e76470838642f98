package config

import (
	"slices"
	"strings"
)

// nearest tells a person what they may have meant by word: the closest candidate, or all of them when none is close.
func nearest(word string, candidates []string) string {
	if best := closest(word, candidates); best != "" {
		return `did you mean "` + best + `"?`
	}
	return "the keys here are " + list(candidates)
}

// choose is nearest for values, of which it names all.
func choose(word string, candidates []string) string {
	known := "the known ones are " + list(candidates)
	if best := closest(word, candidates); best != "" {
		return `did you mean "` + best + `"? ` + known
	}
	return known
}

func list(words []string) string {
	return strings.Join(slices.Sorted(slices.Values(words)), ", ")
}

// closest is the candidate that word was most likely meant to be, or nothing.
func closest(word string, candidates []string) string {
	best, distance := "", len(word)/2+1
	for _, c := range candidates {
		if d := edits(strings.ToLower(word), c); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// edits counts the insertions, removals, replacements and swaps of neighbours that turn a into b (optimal string
// alignment). Long words are not compared: they are no typing errors.
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			rows[i][j] = min(change, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
