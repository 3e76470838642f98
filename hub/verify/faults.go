package verify

import (
	"fmt"

	"github.com/dunlin-iot/dunlin/hub/store"
	"github.com/dunlin-iot/dunlin/hub/store/interval"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// faults are the rules that a claim breaks, the first hole first.
func faults(c *store.Claim) []string {
	if c.Damage != nil {
		return []string{"the receipt cannot be read: " + c.Damage.Error()}
	}
	found := []string{}
	for _, check := range []func(*store.Claim) []string{holes, rows, overlaps, lives} {
		found = append(found, check(c)...)
	}
	return found
}

// holes are numbers that were acknowledged and are neither delivered nor a gap.
func holes(c *store.Claim) []string {
	var found []string
	for _, r := range c.Union().Missing(interval.Run{First: 1, Last: c.UpTo}) {
		found = append(found, numbers(r)+" acknowledged, but neither delivered nor a gap")
	}
	if top := c.Union().Last(); top > head(c) {
		found = append(found, fmt.Sprintf("number %d is beyond %d, the last that any life has shown", top, head(c)))
	}
	return found
}

// rows compares what is marked delivered with the rows that are there.
func rows(c *store.Claim) []string {
	found := each(c.Delivered.Minus(c.Rows), " delivered, but without a row")
	found = append(found, each(c.Rows.Minus(c.Delivered), " in a row, but not marked delivered")...)
	found = append(found, each(c.Twice, " in more than one row")...)
	if c.Odd > 0 {
		found = append(found, fmt.Sprintf("%d rows have a number below 1", c.Odd))
	}
	return found
}

// overlaps are numbers that are both delivered and a gap, or a gap for two causes, and gaps without a valid cause.
func overlaps(c *store.Claim) []string {
	var found []string
	var seen interval.Set
	for _, cause := range c.Gaps.Causes() {
		set := c.Gaps[cause]
		if !cause.Valid() {
			found = append(found, each(set, fmt.Sprintf(" a gap with unknown %v", cause))...)
		}
		found = append(found, each(set.Common(c.Delivered), fmt.Sprintf(" both delivered and a gap %v", cause))...)
		found = append(found, each(set.Common(seen), fmt.Sprintf(" a gap %v and a gap for another cause", cause))...)
		seen = seen.Union(set)
	}
	return found
}

// lives are ranges that are no ranges or meet each other, and delivered numbers that no life owns.
func lives(c *store.Claim) []string {
	var found []string
	var owned []interval.Run
	var before wire.Span // the store lists them by their first number
	for _, s := range c.Lives {
		switch {
		case s.From == 0 || s.From > s.Head+1:
			found = append(found, fmt.Sprintf("life %v has the range %d to %d", s.Life, s.From, s.Head))
		case s.From <= before.Head:
			found = append(found, fmt.Sprintf("lives %v and %v both own number %d", before.Life, s.Life, s.From))
		}
		owned = append(owned, interval.Run{First: s.From, Last: s.Head})
		if s.Head >= before.Head {
			before = s
		}
	}
	return append(found, each(c.Delivered.Minus(interval.Of(owned...)), " delivered, but owned by no life")...)
}

func each(s interval.Set, what string) []string {
	var found []string
	for _, r := range s.Runs() {
		found = append(found, numbers(r)+what)
	}
	return found
}

func numbers(r interval.Run) string {
	if r.First == r.Last {
		return fmt.Sprintf("number %d is", r.First)
	}
	return fmt.Sprintf("numbers %d to %d are", r.First, r.Last)
}
