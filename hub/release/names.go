package release

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/internal/spelling"
)

// Names are words that demands are known to have a meaning by. Nil ones leave every word be.
type Names struct {
	Boards    []string // kinds, and own names without their revision, as devices write them
	Delegates []string
}

// checkNames refuses boards and delegates that nobody knows here: a typing error makes a release that no device takes, and
// nothing would ever tell. What this repository has published before counts as known.
func (n Names) checkNames(d trust.Demands, h *history) error {
	before := h.demands()
	for _, pattern := range d.Boards {
		if n.Boards != nil && !slices.Contains(before.Boards, pattern) && !isBoard(pattern, n.Boards) {
			return unknown("board", pattern, slices.Concat(n.Boards, before.Boards), "'dunlin doctor' on a board says its kind")
		}
	}
	for _, word := range d.Delegates {
		if n.Delegates != nil && !slices.Contains(before.Delegates, word) && !slices.Contains(n.Delegates, word) {
			return unknown("delegate", word, slices.Concat(n.Delegates, before.Delegates), "the known ones are "+strings.Join(n.Delegates, ", "))
		}
	}
	return nil
}

// isBoard reports whether a pattern fits one of the names, whatever it says of the revision.
func isBoard(pattern string, names []string) bool {
	stem, _, _ := strings.Cut(pattern, "-rev-")
	return slices.ContainsFunc(names, func(name string) bool {
		for _, fits := range []struct{ pattern, name string }{{pattern, name}, {stem, name}, {pattern, name + "-rev-1.0"}} {
			if ok, err := path.Match(fits.pattern, fits.name); ok && err == nil {
				return true
			}
		}
		return false
	})
}

// mostNear is how many names are offered instead of one.
const mostNear = 3

// unknown names what may have been meant, or what helps where nothing is near.
func unknown(what, word string, known []string, otherwise string) error {
	var near []string
	stem, _, _ := strings.Cut(word, "-rev-")
	for stem = strings.Trim(stem, "-*?"); len(near) < mostNear; {
		best := spelling.Closest(stem, known)
		if best == "" {
			break
		}
		near = append(near, best)
		known = slices.DeleteFunc(slices.Clone(known), func(name string) bool { return name == best })
	}
	if len(near) > 0 {
		otherwise = "did you mean " + strings.Join(near, ", or ") + "?"
	}
	return wrong("no %s is known as %q: %s", what, word, fmt.Sprintf("%s --own-names lists it all the same, for a fleet's own %s", end(otherwise), what))
}

// end closes a sentence that another one follows.
func end(text string) string {
	if strings.HasSuffix(text, "?") {
		return text
	}
	return text + ";"
}

// demands are all that the published lists ask for.
func (h *history) demands() (all trust.Demands) {
	for _, line := range h.files {
		for _, rel := range line {
			all.Boards = append(all.Boards, rel.Demands.Boards...)
			all.Delegates = append(all.Delegates, rel.Demands.Delegates...)
		}
	}
	return all
}
