package iio

import (
	"strings"

	"github.com/dunlin-iot/dunlin/hal"
)

// Channel is one value that a device can measure.
type Channel struct {
	ID   string // the kernel's: "accel_x", "voltage0-voltage1"
	Name string // hal's: "ax", "voltage0_1"
	Unit string // hal's, after scale, offset and the kernel's unit are applied
	Kind string // the kernel's type: "accel"

	Input string // attribute with the finished value; empty when there is none
	Raw   string // attribute with the raw value; empty when there is none

	Scan    bool   // it can be captured through the buffer
	Index   int    // its place there
	Format  string // its scan type: "le:s16/16>>0"
	Enabled bool   // it is in the buffer now

	Scale, Offset float64 // (raw + offset) * scale has the kernel's unit; 1 and 0 where there are no such attributes

	factor float64 // from the kernel's unit to Unit
}

// Hal is the channel in the words of hal.
func (c Channel) Hal() hal.Channel { return hal.Channel{Name: c.Name, Unit: c.Unit} }

// Named is the channel with the kernel's name id, as far as the name tells: its name, unit and kind. Unknown types
// are reported as false.
func Named(id string) (Channel, bool) {
	k, rest, ok := split(id)
	if !ok {
		return Channel{}, false
	}
	c := Channel{ID: id, Name: k.called(rest), Unit: k.unit, Kind: k.kernel, Scale: 1, factor: k.factor}
	if k.kernel == "concentration" && rest == "_co2" {
		c.Name = "co2"
	}
	return c, true
}

// split finds the type at the head of a channel's name: the longest that is followed by a number, a modifier or nothing.
func split(id string) (best kind, rest string, ok bool) {
	for _, k := range kinds {
		r, found := strings.CutPrefix(id, k.kernel)
		if !found || r != "" && !strings.ContainsRune("_-0123456789", rune(r[0])) {
			continue
		}
		if !ok || len(k.kernel) > len(best.kernel) {
			best, rest, ok = k, r, true
		}
	}
	return best, rest, ok
}

// called is hal's name for a channel of the kind whose kernel name ends in rest.
func (k kind) called(rest string) string {
	if k.axis != "" && (rest == "_x" || rest == "_y" || rest == "_z") {
		return k.axis + rest[1:]
	}
	if before, after, ok := strings.Cut(rest, "-"+k.kernel); ok { // differential
		rest = before + "_" + after
	}
	return k.name + strings.Map(plain, rest)
}

// plain keeps names to what fits everywhere.
func plain(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
		return r
	case r >= 'A' && r <= 'Z':
		return r - 'A' + 'a'
	}
	return '_'
}
