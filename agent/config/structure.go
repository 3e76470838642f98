package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dunlin-iot/dunlin/internal/spelling"
)

// structure fills a struct key by key: unknown keys are errors, absent ones get their default.
func (d *decoder) structure(n *node, v reflect.Value, path string) {
	if !d.opens(n, mapping, orFile(path), mappingExample) {
		return
	}
	d.members(n, v, fieldKeys(v.Type()), path)
}

// members fills a struct from a mapping that may have the keys of known.
func (d *decoder) members(n *node, v reflect.Value, known []string, path string) {
	d.unknown(n, known, path)
	for i := range v.NumField() {
		d.field(n, v, i, path)
	}
}

// unknown complains about every key of n that is not in keys.
func (d *decoder) unknown(n *node, keys []string, path string) {
	for _, e := range n.keys {
		if !slices.Contains(keys, e.name) {
			d.errs.add(e.value.key, fmt.Sprintf("unknown key %q in %s", e.name, orFile(path)), nearest(e.name, keys))
		}
	}
}

func (d *decoder) field(n *node, parent reflect.Value, i int, path string) {
	f, v := parent.Type().Field(i), parent.Field(i)
	key := f.Tag.Get("yaml")
	if c := n.child(key); c != nil {
		before := len(d.errs)
		d.value(c, v, join(path, key))
		if len(d.errs) == before {
			d.limits(c, f, v, join(path, key))
		}
		return
	}
	if f.Tag.Get("required") == "yes" {
		if !misspelt(n, key, fieldKeys(parent.Type())) {
			d.errs.add(n.key, fmt.Sprintf("%s has no key %q", orFile(path), key), "add it: "+phrase(f.Tag.Get("doc")))
		}
		return
	}
	d.absent(n, f, v)
}

// absent gives a field that the mapping n does not mention its default.
func (d *decoder) absent(n *node, f reflect.StructField, v reflect.Value) {
	if text, ok := f.Tag.Lookup("default"); ok {
		d.value(&node{kind: scalar, text: text, at: n.at, key: n.key}, v, f.Name)
		return
	}
	if v.Kind() == reflect.Struct && unionField(v.Type()) < 0 && !isScalar(v.Type()) {
		d.structure(&node{kind: mapping, at: n.at, key: n.key}, v, f.Name)
	}
}

// limits holds a number against its min and max tags.
func (d *decoder) limits(n *node, f reflect.StructField, v reflect.Value, path string) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if !v.CanInt() {
		return
	}
	least, most := f.Tag.Get("min"), f.Tag.Get("max")
	if least != "" && v.Int() < limit(v.Type(), least) || most != "" && v.Int() > limit(v.Type(), most) {
		d.errs.add(n.at, fmt.Sprintf("%s: %s is out of range", path, n.text), fmt.Sprintf("write %s to %s", least, most))
	}
}

func limit(t reflect.Type, text string) int64 {
	var d decoder
	v := reflect.New(t).Elem()
	d.value(&node{kind: scalar, text: text}, v, "")
	return v.Int()
}

// union fills a struct of which one field names the other that the mapping's keys belong to, but for those that all
// share.
func (d *decoder) union(n *node, v reflect.Value, choice int, path string) {
	if !d.opens(n, mapping, path, mappingExample) {
		return
	}
	t := v.Type()
	key, names := t.Field(choice).Tag.Get("yaml"), variants(t, choice)
	c := n.child(key)
	if c == nil {
		d.errs.add(n.key, fmt.Sprintf("%s has no key %q", path, key), "add one: the known ones are "+strings.Join(names, ", "))
		return
	}
	if !slices.Contains(names, c.text) {
		d.errs.add(c.at, unknownChoice(c, path, key), choose(c.text, names))
		return
	}
	v.Field(choice).SetString(c.text)
	chosen := fieldByKey(v, c.text)
	chosen.Set(reflect.New(chosen.Type().Elem()))
	known := fieldKeys(chosen.Elem().Type())
	for i := range t.NumField() {
		if isShared(t.Field(i)) {
			known = append(known, t.Field(i).Tag.Get("yaml"))
			d.field(n, v, i, path)
		}
	}
	rest := &node{kind: mapping, at: n.at, key: n.key}
	for _, e := range n.keys {
		if e.name != key {
			rest.keys = append(rest.keys, e)
		}
	}
	d.members(rest, chosen.Elem(), known, path)
}

func unknownChoice(c *node, path, key string) string {
	if c.kind != scalar {
		return fmt.Sprintf("%s: %s is %s, not a single value", path, key, c.kind)
	}
	return fmt.Sprintf("%s: unknown %s %q", path, key, c.text)
}

// unionField is the index of the field that chooses, or -1.
func unionField(t reflect.Type) int {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("union") == "yes" {
			return i
		}
	}
	return -1
}

// shortField is the index of the field that a single value in the struct's place stands for, or -1.
func shortField(t reflect.Type) int {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("short") == "yes" {
			return i
		}
	}
	return -1
}

// isShared reports a field of a union that belongs to no variant: its key may stand beside the keys of each.
func isShared(f reflect.StructField) bool { return f.Tag.Get("shared") == "yes" }

func variants(t reflect.Type, choice int) (keys []string) {
	for i := range t.NumField() {
		if i != choice && !isShared(t.Field(i)) {
			keys = append(keys, t.Field(i).Tag.Get("yaml"))
		}
	}
	return keys
}

func fieldKeys(t reflect.Type) []string {
	keys := make([]string, 0, t.NumField())
	for i := range t.NumField() {
		keys = append(keys, t.Field(i).Tag.Get("yaml"))
	}
	return keys
}

func fieldByKey(v reflect.Value, key string) reflect.Value {
	return v.Field(slices.Index(fieldKeys(v.Type()), key))
}

func isScalar(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[Scalar]())
}

func orFile(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}

// misspelt reports whether n has a key that was most likely meant to be key: one complaint about it is enough.
func misspelt(n *node, key string, siblings []string) bool {
	return slices.ContainsFunc(n.keys, func(e entry) bool {
		return !slices.Contains(siblings, e.name) && spelling.Closest(e.name, siblings) == key
	})
}

// phrase turns a sentence of a doc tag into the end of another.
func phrase(s string) string {
	if s == "" {
		return s
	}
	return strings.TrimSuffix(strings.ToLower(s[:1])+s[1:], ".")
}
