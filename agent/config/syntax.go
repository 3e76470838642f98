package config

import (
	"encoding"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Syntax says how a scalar is written: error messages and the JSON Schema are both made from it.
type Syntax struct {
	Noun    string   // "a size with its unit"
	Example string   // "64MiB"
	Pattern string   // anchored regular expression; empty when Enum is set or any text will do
	Enum    []string // the only values, when there are few
	Number  bool     // a bare number is also right (threshold: 0.7)
	Least   string   // ... from this
	Most    string   // ... up to this; empty bounds do not bind
}

// Scalar is a value written as one word of text. All value types of File that are no plain string, number or boolean
// are Scalars.
type Scalar interface {
	encoding.TextMarshaler
	encoding.TextUnmarshaler
	Syntax() Syntax
}

// mismatch is the reason why a text is not what its Syntax asks for.
type mismatch struct {
	text   string
	syntax Syntax
}

func (m mismatch) Error() string {
	return fmt.Sprintf("%q is not %s", m.text, m.syntax.Noun)
}

// hint tells a person who wrote something else what to write.
func (s Syntax) hint() string {
	if len(s.Enum) > 0 {
		return "write one of " + strings.Join(s.Enum, ", ")
	}
	return "write one such as " + s.Example
}

// pick checks text against Enum.
func (s Syntax) pick(text string) error {
	if slices.Contains(s.Enum, text) {
		return nil
	}
	return mismatch{text, s}
}

func (s Syntax) match(re *regexp.Regexp, text string) ([]string, error) {
	if m := re.FindStringSubmatch(text); m != nil {
		return m, nil
	}
	return nil, mismatch{text, s}
}
