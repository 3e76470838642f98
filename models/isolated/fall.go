package isolated

import (
	"fmt"
	"strings"
	"time"
)

// patience is how many falls in a row a way of running gets.
const patience = 3

// fall remembers what went wrong.
type fall struct {
	row   int       // falls without a calm child between them
	here  int       // of these, those of the present way
	until time.Time // no start before
	why   error

	way   []string   // present delegates
	ways  [][]string // what to try next
	given []string   // sentences about ways that were given up
}

// plan lists the ways to run after the wanted one: as the engine likes, then without any delegate.
func (f *fall) plan(wanted []string) {
	f.way = wanted
	if len(wanted) > 0 && wanted[0] != "none" {
		f.ways = append(f.ways, nil)
	}
	if len(wanted) == 0 || wanted[0] != "none" {
		f.ways = append(f.ways, []string{"none"})
	}
}

// count notes a fall and returns the pause before the next start.
func (f *fall) count(why error, pause, longest time.Duration) time.Duration {
	f.why = why
	for range f.row {
		pause = min(pause*2, longest)
	}
	f.row++
	f.here++
	f.until = time.Now().Add(pause)
	return pause
}

// change returns the next way to run when the present one has fallen too often.
func (f *fall) change() (way []string, ok bool) {
	if f.here < patience || len(f.ways) == 0 {
		return nil, false
	}
	f.given = append(f.given, fmt.Sprintf("%s: given up after %d falls, the last: %v", nameOf(f.way), f.here, f.why))
	f.way, f.ways, f.here = f.ways[0], f.ways[1:], 0
	return f.way, true
}

// explain puts the ways that were given up before a report's own reason.
func (f *fall) explain(reason string) string {
	all := f.given
	if reason != "" {
		all = append(all[:len(all):len(all)], reason)
	}
	return strings.Join(all, "; ")
}

func nameOf(way []string) string {
	if len(way) == 0 {
		return "the engine's default"
	}
	return strings.Join(way, ", ")
}
