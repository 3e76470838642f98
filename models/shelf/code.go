package shelf

import (
	"errors"
	"fmt"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// Codes of what the shelf itself refuses. Programs branch on them; docs/models.md lists them. The others are those of
// package manifest, and of whoever decides what is believed.
const (
	OtherContent = "other-content" // the version's number stands for something else here
	FileGone     = "file-gone"     // its file was lost, or has changed, before it was unpacked
	GivenUp      = "given-up"      // taking it in has ended the agent several times
)

// Codes are all codes of the shelf's own.
func Codes() []string { return []string{OtherContent, FileGone, GivenUp} }

// coded is an error with one of them.
type coded struct {
	error
	code string
}

func (c coded) Unwrap() error { return c.error }

func because(code, format string, args ...any) error { return coded{fmt.Errorf(format, args...), code} }

// codeOf is the code of a refusal; empty when nobody gave it one.
func (s *Shelf) codeOf(cause error) string {
	if c := (coded{}); errors.As(cause, &c) {
		return c.code
	}
	if c := manifest.CodeOf(cause); c != "" {
		return string(c)
	}
	return s.cfg.CodeOf(cause)
}
