package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Error is one thing that is wrong with a configuration, and where.
type Error struct {
	File string
	Line int // from 1
	Col  int // from 1, in characters
	What string
	Fix  string
	Text string // the whole line
}

const (
	maxErrors  = 20 // what a person can use; the rest follows from the first
	excerptLen = 120
)

// Error is `file:line:col: what; how to fix`, then the line with a caret under the place.
func (e *Error) Error() string {
	head := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.What)
	if e.Fix != "" {
		head += "; " + e.Fix
	}
	if strings.TrimSpace(e.Text) == "" {
		return head
	}
	line, caret := e.excerpt()
	number := fmt.Sprintf("%4d | ", e.Line)
	return head + "\n" + number + line + "\n" + strings.Repeat(" ", len(number)-2) + "| " + caret
}

// excerpt is a piece of the line that fits a terminal and holds no control characters, and the caret's line below it.
func (e *Error) excerpt() (line, caret string) {
	runes := []rune(e.Text)
	col := min(max(e.Col-1, 0), len(runes))
	from := 0
	if len(runes) > excerptLen {
		from = min(max(0, col-excerptLen/2), len(runes)-excerptLen)
		runes = runes[from : from+excerptLen]
	}
	var text, under strings.Builder
	for i, r := range runes {
		pad := ' '
		switch {
		case r == '\t':
			pad = '\t'
		case !unicode.IsPrint(r):
			r = '·'
		}
		text.WriteRune(r)
		if i < col-from {
			under.WriteRune(pad)
		}
	}
	return text.String(), under.String() + "^"
}

// Errors is everything that is wrong with a configuration, in the order of the files' lines. Load and Parse return it
// when the text is at fault; any other error means that a file could not be read.
type Errors []*Error

func (e Errors) Error() string {
	texts := make([]string, 0, len(e))
	for i, one := range e {
		if i == maxErrors {
			texts = append(texts, fmt.Sprintf("and %d more", len(e)-i))
			break
		}
		texts = append(texts, one.Error())
	}
	return strings.Join(texts, "\n")
}

func (e *Errors) add(at pos, what, fix string) {
	*e = append(*e, &Error{File: at.src.name, Line: at.line, Col: at.col, What: what, Fix: fix, Text: at.src.line(at.line)})
}

// result is nil or the sorted list.
func (e Errors) result() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return e
}
