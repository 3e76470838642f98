package store

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/dunlin-iot/dunlin/hub/store/interval"
	"github.com/dunlin-iot/dunlin/sync/wire"
)

// Gaps are the numbers that will never carry a record, by cause. The sets of two causes never share a number.
type Gaps map[wire.Cause]interval.Set

// All is every number in a gap.
func (g Gaps) All() interval.Set {
	var all interval.Set
	for _, s := range g {
		all = all.Union(s)
	}
	return all
}

// Causes are the causes that have numbers, ascending.
func (g Gaps) Causes() []wire.Cause {
	causes := slices.Collect(maps.Keys(g))
	slices.Sort(causes)
	return slices.DeleteFunc(causes, func(c wire.Cause) bool { return g[c].Empty() })
}

// appendTo writes for each cause its value, the length of its set in bytes and the set.
func (g Gaps) appendTo(dst []byte) []byte {
	for _, c := range g.Causes() {
		set := g[c].Append(nil)
		dst = append(dst, byte(c))
		dst = binary.AppendUvarint(dst, uint64(len(set)))
		dst = append(dst, set...)
	}
	return dst
}

// decodeGaps reads what appendTo wrote. A cause that this version does not know is kept: verify names it.
func decodeGaps(p []byte) (Gaps, error) {
	g := Gaps{}
	for len(p) > 0 {
		cause := wire.Cause(p[0])
		size, n := binary.Uvarint(p[1:])
		if n <= 0 || size > uint64(len(p)-1-n) {
			return nil, fmt.Errorf("decode gaps: %w", interval.ErrMalformed)
		}
		body := p[1+n:]
		set, err := interval.Decode(body[:size])
		if err != nil {
			return nil, fmt.Errorf("decode gaps: %w", err)
		}
		if _, twice := g[cause]; twice {
			return nil, fmt.Errorf("decode gaps: cause %d twice: %w", cause, interval.ErrMalformed)
		}
		g[cause], p = set, body[size:]
	}
	return g, nil
}
