package manifest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/dunlin-iot/dunlin/internal/spelling"
)

// reader takes values out of objects and keeps the first error; after it every answer is a zero value.
type reader struct {
	err     error
	lacking string // the place of the object whose missing key that error is; empty when it is another
}

func (r *reader) fail(at, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...))
	}
}

// take removes key from o, so that what is left at the end is unknown.
func (r *reader) take(o object, key string, needed bool) (v any, at string, ok bool) {
	at = member(o.at, key)
	v, ok = o.fields[key]
	o.asked[key] = true
	if !ok && needed {
		if r.err == nil {
			r.lacking = o.at
		}
		r.fail(at, "is missing")
	}
	delete(o.fields, key)
	return v, at, ok && r.err == nil
}

// has reports whether a key is there that need not be.
func (r *reader) has(o object, key string) bool {
	o.asked[key] = true
	_, ok := o.fields[key]
	return ok
}

// end refuses what nobody took. That comes before a key that is missing in the same object: it is likely meant to be it.
func (r *reader) end(o object) {
	left := make([]string, 0, len(o.fields))
	for k := range o.fields {
		left = append(left, k)
	}
	if len(left) == 0 {
		return
	}
	if r.lacking == o.at {
		r.err = nil
	}
	word, meant := slices.Min(left), ""
	if near := spelling.Closest(word, slices.Sorted(maps.Keys(o.asked))); near != "" {
		meant = "; did you mean " + near + "?"
	}
	r.fail(member(o.at, word), "unknown key%s", meant)
}

func (r *reader) object(o object, key string, needed bool) (object, bool) {
	v, at, ok := r.take(o, key, needed)
	if !ok {
		return object{}, false
	}
	return r.asObject(v, at)
}

func (r *reader) asObject(v any, at string) (object, bool) {
	got, ok := v.(object)
	if !ok {
		r.fail(at, "want an object, have %s", kind(v))
	}
	return got, ok
}

// text is a string of 1 to max bytes; absent and not needed, it is empty.
func (r *reader) text(o object, key string, needed bool, max int) string {
	v, at, ok := r.take(o, key, needed)
	if !ok {
		return ""
	}
	s, ok := v.(string)
	switch {
	case !ok:
		r.fail(at, "want a string, have %s", kind(v))
	case s == "" || len(s) > max:
		r.fail(at, "has %d bytes, want 1 to %d", len(s), max)
	}
	return s
}

func (r *reader) integer(o object, key string, low, high int) int {
	v, at, ok := r.take(o, key, true)
	if !ok {
		return 0
	}
	return r.asInteger(v, at, low, high)
}

func (r *reader) asInteger(v any, at string, low, high int) int {
	n, isNumber := v.(json.Number)
	i, err := strconv.Atoi(string(n))
	switch {
	case !isNumber:
		r.fail(at, "want a whole number, have %s", kind(v))
	case err != nil:
		r.fail(at, "want a whole number, have %.40s", string(n))
	case i < low || i > high:
		r.fail(at, "is %d, want %d to %d", i, low, high)
	}
	return i
}

// number is a finite float64; absent and not needed, it is zero.
func (r *reader) number(o object, key string, needed bool) float64 {
	v, at, ok := r.take(o, key, needed)
	if !ok {
		return 0
	}
	return r.asNumber(v, at)
}

func (r *reader) asNumber(v any, at string) float64 {
	n, isNumber := v.(json.Number)
	f, err := n.Float64()
	if !isNumber {
		r.fail(at, "want a number, have %s", kind(v))
	} else if err != nil || math.IsInf(f, 0) {
		r.fail(at, "number %.40s is out of range", string(n))
	}
	return f
}

// each calls f for every element of the list at key, which holds low to high of them.
func (r *reader) each(o object, key string, needed bool, low, high int, f func(v any, at string)) {
	v, at, ok := r.take(o, key, needed)
	if !ok {
		return
	}
	list, ok := v.([]any)
	switch {
	case !ok:
		r.fail(at, "want a list, have %s", kind(v))
	case len(list) < low || len(list) > high:
		r.fail(at, "has %d elements, want %d to %d", len(list), low, high)
	}
	for i, e := range list {
		if r.err != nil {
			return
		}
		f(e, fmt.Sprintf("%s[%d]", at, i))
	}
}

// texts is an object whose values are strings of 1 to max bytes.
func (r *reader) texts(o object, key string, needed bool, most, max int) map[string]string {
	sub, ok := r.object(o, key, needed)
	if !ok {
		return nil
	}
	if len(sub.fields) > most {
		r.fail(sub.at, "has %d members, want at most %d", len(sub.fields), most)
		return nil
	}
	out := make(map[string]string, len(sub.fields))
	for _, k := range sortedKeys(sub.fields) {
		out[k] = r.text(sub, k, true, max)
	}
	return out
}

func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case object:
		return "an object"
	}
	return "a list"
}
