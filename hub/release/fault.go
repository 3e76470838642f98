package release

import (
	"errors"
	"fmt"
)

// Kind is what a script would do about a fault.
type Kind int

// Kinds of faults; everything else is the machine's or this program's.
const (
	None    Kind = iota
	Wrong        // what was given cannot be right: an offer that no device would take, a file that is no key or no bundle
	Absent       // no such repository, release, key or staged list
	Refused      // it would break what was signed or written before, or it lacks signatures
)

// fault is an error of a kind.
type fault struct {
	kind Kind
	err  error
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// KindOf is the kind of an error of this package.
func KindOf(err error) Kind {
	var f *fault
	if errors.As(err, &f) {
		return f.kind
	}
	return None
}

func wrong(format string, args ...any) error   { return &fault{Wrong, fmt.Errorf(format, args...)} }
func absent(format string, args ...any) error  { return &fault{Absent, fmt.Errorf(format, args...)} }
func refused(format string, args ...any) error { return &fault{Refused, fmt.Errorf(format, args...)} }
