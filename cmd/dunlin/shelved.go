package main

import (
	"cmp"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// onShelf is the folder of a version on the daemon's shelf, for commands that only look: what is believed and in use is
// the daemon's own knowledge. Folders there are named VERSION-DIGEST12; without a version the highest is meant.
func (l *library) onShelf(ref manifest.Ref) (path string, ok bool) {
	if l.shelf == "" {
		return "", false
	}
	pattern := "*-????????????"
	if ref.Version > 0 {
		pattern = strconv.Itoa(ref.Version) + pattern[1:]
	}
	found, err := filepath.Glob(filepath.Join(escapeGlob(l.shelf), ref.Name, pattern))
	if err != nil || len(found) == 0 {
		return "", false
	}
	return slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(shelvedVersion(a), shelvedVersion(b)) }), true
}

// shelvedVersion is the number that a folder's name begins with; zero when it is none.
func shelvedVersion(folder string) int {
	number, _, _ := strings.Cut(filepath.Base(folder), "-")
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0
	}
	return n
}
