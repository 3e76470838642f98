package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// YAML writes f as a configuration file that reads back to the same values, defaults spelled out.
func (f File) YAML() ([]byte, error) {
	out, err := yaml.MarshalWithOptions(plain(reflect.ValueOf(&f).Elem()), yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	return out, nil
}

// plain is v as ordered mappings, lists and single values, without what is not set.
func plain(v reflect.Value) any {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if s, ok := v.Addr().Interface().(Scalar); ok {
		return text(s)
	}
	switch v.Kind() {
	case reflect.Struct:
		out := plainStruct(v)
		if i := shortField(v.Type()); i >= 0 && len(out) == 1 && out[0].Key == v.Type().Field(i).Tag.Get("yaml") {
			return out[0].Value
		}
		return out
	case reflect.Map:
		return plainMap(v)
	case reflect.Slice:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = plain(v.Index(i))
		}
		return out
	default:
		return v.Interface()
	}
}

// plainStruct puts the fields of a union's variant beside the key that chooses it, as the file does.
func plainStruct(v reflect.Value) yaml.MapSlice {
	var out yaml.MapSlice
	union := unionField(v.Type())
	for i := range v.NumField() {
		f := v.Field(i)
		switch {
		case unset(f):
		case union >= 0 && i != union && !isShared(v.Type().Field(i)):
			out = append(out, plainStruct(f.Elem())...)
		default:
			out = append(out, yaml.MapItem{Key: v.Type().Field(i).Tag.Get("yaml"), Value: plain(f)})
		}
	}
	return out
}

// unset reports whether the file could not have said v: an absent pointer, list, mapping or text.
func unset(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return v.IsNil()
	case reflect.Slice, reflect.Map, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return !isScalar(v.Type()) && unionField(v.Type()) < 0 && len(plainStruct(v)) == 0
	}
	return false
}

func plainMap(v reflect.Value) yaml.MapSlice {
	var out yaml.MapSlice
	for _, k := range v.MapKeys() {
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(v.MapIndex(k))
		out = append(out, yaml.MapItem{Key: k.String(), Value: plain(value)})
	}
	slices.SortFunc(out, func(a, b yaml.MapItem) int { return strings.Compare(a.Key.(string), b.Key.(string)) })
	return out
}
