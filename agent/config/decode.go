package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// decoder fills raw structs from a tree and collects everything that does not fit.
type decoder struct {
	errs Errors
}

// value fills v from n; path names the place for people.
func (d *decoder) value(n *node, v reflect.Value, path string) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if s, ok := v.Addr().Interface().(Scalar); ok {
		d.scalar(n, path, s.Syntax().hint(), func(text string) error { return s.UnmarshalText([]byte(text)) })
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if short := shortField(v.Type()); short >= 0 && n.kind == scalar {
			d.value(n, v.Field(short), path)
			return
		}
		if union := unionField(v.Type()); union >= 0 {
			d.union(n, v, union, path)
			return
		}
		d.structure(n, v, path)
	case reflect.Map:
		d.table(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	case reflect.Int:
		d.scalar(n, path, "write a whole number", func(text string) error { return setInt(v, text) })
	case reflect.Bool:
		d.scalar(n, path, "write true or false", func(text string) error { return setBool(v, text) })
	case reflect.String:
		d.scalar(n, path, "write a text", func(text string) error { v.SetString(text); return nil })
	default:
		panic("config: no way to read a " + v.Type().String()) // a field of File that nobody taught the decoder
	}
}

func (d *decoder) scalar(n *node, path, hint string, set func(string) error) {
	switch {
	case n.kind == null:
		d.errs.add(n.key, path+" has no value", hint+", or remove the key")
	case n.kind != scalar:
		d.errs.add(n.at, fmt.Sprintf("%s is %s, not a single value", path, n.kind), hint)
	default:
		if err := set(n.text); err != nil {
			d.errs.add(n.at, fmt.Sprintf("%s: %v", path, err), hint)
		}
	}
}

func setInt(v reflect.Value, text string) error {
	i, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return fmt.Errorf("%q is no whole number", text)
	}
	v.SetInt(i)
	return nil
}

func setBool(v reflect.Value, text string) error {
	switch strings.ToLower(text) {
	case "true", "on", "yes":
		v.SetBool(true)
	case "false", "off", "no":
		v.SetBool(false)
	default:
		return fmt.Errorf("%q is neither true nor false", text)
	}
	return nil
}

const mappingExample = "one \"key: value\" per line, indented"

// opens reports whether n can be read as want; nothing at all counts as empty.
func (d *decoder) opens(n *node, want kind, path, example string) bool {
	if n.kind == want || n.kind == null {
		return true
	}
	d.errs.add(n.at, fmt.Sprintf("%s is %s, not %s", path, n.kind, want), "write "+example)
	return false
}

func (d *decoder) table(n *node, v reflect.Value, path string) {
	if !d.opens(n, mapping, path, mappingExample) {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range n.keys {
		key := reflect.New(v.Type().Key())
		name := key.Interface().(Scalar)
		if err := name.UnmarshalText([]byte(e.name)); err != nil {
			d.errs.add(e.value.key, fmt.Sprintf("%s: %v", path, err), name.Syntax().hint())
			continue
		}
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(e.value, value, join(path, e.name))
		v.SetMapIndex(key.Elem(), value)
	}
}

func (d *decoder) list(n *node, v reflect.Value, path string) {
	if !d.opens(n, sequence, path, "[one, two]") {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		d.value(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
