package config

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/goccy/go-yaml"
)

// Diff lists the keys whose values differ between two files, as "pipelines.activity.on", in order.
func Diff(a, b File) []string {
	left, right := map[string]string{}, map[string]string{}
	flatten(plain(reflect.ValueOf(&a).Elem()), "", left)
	flatten(plain(reflect.ValueOf(&b).Elem()), "", right)
	var out []string
	for key, value := range left {
		if other, ok := right[key]; !ok || other != value {
			out = append(out, key)
		}
	}
	for key := range right {
		if _, ok := left[key]; !ok {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

func flatten(v any, path string, into map[string]string) {
	m, ok := v.(yaml.MapSlice)
	if !ok {
		into[path] = fmt.Sprintf("%T %v", v, v)
		return
	}
	for _, item := range m {
		flatten(item.Value, join(path, fmt.Sprint(item.Key)), into)
	}
}
