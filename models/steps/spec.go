package steps

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Spec is one step with its parameters, as a manifest writes it. Values are float64, string, bool or []float64.
type Spec struct {
	Name   string
	Params map[string]any
}

// Error says which step of a list cannot be, and why.
type Error struct {
	Step  int    // position in the list, from 0; -1 when the window itself is at fault
	Param string // the parameter at fault; "step" for an unknown name; empty when it is none of them
	Why   string
}

func (e *Error) Error() string {
	switch {
	case e.Step < 0:
		return e.Why
	case e.Param == "":
		return fmt.Sprintf("step %d: %s", e.Step, e.Why)
	}
	return fmt.Sprintf("step %d: %s: %s", e.Step, e.Param, e.Why)
}

// Type is the type of a parameter's value.
type Type int

const (
	Number  Type = iota // float64
	Whole               // float64 without a fraction
	Text                // string, one of Choices
	Flag                // bool
	Numbers             // []float64: one for each channel (of pictures: each of the depth), or one for all
)

func (t Type) String() string {
	return [...]string{"a number", "a whole number", "a string", "a boolean", "a list of numbers"}[t]
}

// Param is one parameter of a step. Its unit stands at the end of its name.
type Param struct {
	Name      string
	Type      Type
	Low, High float64  // bounds of numbers, inclusive
	Choices   []string // of Text
	Default   any      // nil when the parameter must be given
	Doc       string
}

// Kind is a step that this version knows.
type Kind struct {
	Name      string
	Params    []Param
	Doc       string // what it does
	Reference string // what it is checked against, and how closely

	shape func(a args, in Shape) (Shape, *Error)
	build func(a args, in, out Shape) Step
}

// args are the checked parameters of one step, defaults filled in.
type args map[string]any

func (a args) number(key string) float64    { return a[key].(float64) }
func (a args) whole(key string) int         { return int(a[key].(float64)) }
func (a args) text(key string) string       { return a[key].(string) }
func (a args) flag(key string) bool         { return a[key].(bool) }
func (a args) numbers(key string) []float64 { return a[key].([]float64) }

// spread repeats the list to one value per column: a list of one serves all, a list of the depth every point.
func (a args) spread(key string, columns int) []float64 {
	list := a.numbers(key)
	all := make([]float64, columns)
	for i := range all {
		all[i] = list[i%len(list)]
	}
	return all
}

// read checks the parameters of a step that takes windows of shape in.
func (k *Kind) read(given map[string]any, in Shape) (args, *Error) {
	a := args{}
	for _, p := range k.Params {
		v, ok := given[p.Name]
		if !ok {
			if p.Default == nil {
				return nil, &Error{Param: p.Name, Why: "is missing"}
			}
			v = p.Default
		}
		if why := p.check(v, in); why != "" {
			return nil, &Error{Param: p.Name, Why: why}
		}
		a[p.Name] = v
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if _, known := a[key]; !known {
			return nil, &Error{Param: key, Why: "unknown key"}
		}
	}
	return a, nil
}

func (p *Param) check(v any, in Shape) string {
	var ok bool
	switch p.Type {
	case Number, Whole:
		n, isNumber := v.(float64)
		if isNumber {
			return p.checkNumber(n)
		}
	case Text:
		s, isText := v.(string)
		if isText && !slices.Contains(p.Choices, s) {
			return fmt.Sprintf("is %q, want %s", s, strings.Join(p.Choices, " or "))
		}
		ok = isText
	case Flag:
		_, ok = v.(bool)
	case Numbers:
		list, isList := v.([]float64)
		if isList {
			return p.checkList(list, in)
		}
	}
	if !ok {
		return "want " + p.Type.String()
	}
	return ""
}

func (p *Param) checkNumber(n float64) string {
	switch {
	case !(n >= p.Low && n <= p.High):
		return fmt.Sprintf("is %v, want %v to %v", n, p.Low, p.High)
	case p.Type == Whole && n != math.Trunc(n):
		return fmt.Sprintf("is %v, want a whole number", n)
	}
	return ""
}

func (p *Param) checkList(list []float64, in Shape) string {
	switch n := in.channels(); {
	case len(list) == 1 || len(list) == n:
	case n == 1:
		return fmt.Sprintf("has %d values, want 1", len(list))
	default:
		return fmt.Sprintf("has %d values, want 1 or %d", len(list), n)
	}
	for i, n := range list {
		if !(n >= p.Low && n <= p.High) {
			return fmt.Sprintf("value %d is %v, want %v to %v", i, n, p.Low, p.High)
		}
	}
	return ""
}
