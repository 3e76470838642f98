package interval

import (
	"encoding/binary"
	"errors"
)

// ErrMalformed says that bytes are no set that Append wrote.
var ErrMalformed = errors.New("malformed interval set")

// Append writes the set to dst: for each run the distance from the end of the run before it and the length less one,
// as varints. A set of one run takes 2 to 18 bytes.
func (s Set) Append(dst []byte) []byte {
	var end uint64
	for _, r := range s.runs {
		dst = binary.AppendUvarint(dst, r.First-end)
		dst = binary.AppendUvarint(dst, r.Last-r.First)
		end = r.Last
	}
	return dst
}

// Decode reads what Append wrote. All of p must be used up; anything else is ErrMalformed.
func Decode(p []byte) (Set, error) {
	var s Set
	var end uint64
	for len(p) > 0 {
		step, n := binary.Uvarint(p)
		if n <= 0 {
			return Set{}, ErrMalformed
		}
		length, m := binary.Uvarint(p[n:])
		if m <= 0 || step > Max || length > Max || !s.follows(step) {
			return Set{}, ErrMalformed
		}
		r := Run{end + step, end + step + length}
		if r.Last > Max {
			return Set{}, ErrMalformed
		}
		s.runs = append(s.runs, r)
		end, p = r.Last, p[n+m:]
	}
	return s, nil
}

// follows reports whether a run may start step after the last one: runs neither overlap nor touch, and number 0 is
// never used.
func (s Set) follows(step uint64) bool {
	if len(s.runs) == 0 {
		return step >= 1
	}
	return step >= 2
}
