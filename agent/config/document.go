package config

import (
	"encoding/json"
)

// Document reads a YAML text that is no configuration under a configuration's rules: the same limits, one document, no
// aliases, no key twice, and Errors that show the place. Values are map[string]any, []any, string, bool, json.Number and
// nil, as JSON has them.
func Document(t Text) (map[string]any, error) {
	n, errs := parse(t.Name, t.Data)
	if errs != nil {
		return nil, errs.result()
	}
	out := make(map[string]any, len(n.keys))
	for _, e := range n.keys {
		out[e.name] = plainValue(e.value, &errs)
	}
	return out, errs.result()
}

func plainValue(n *node, errs *Errors) any {
	switch n.kind {
	case mapping:
		out := make(map[string]any, len(n.keys))
		for _, e := range n.keys {
			out[e.name] = plainValue(e.value, errs)
		}
		return out
	case sequence:
		out := make([]any, 0, len(n.items))
		for _, item := range n.items {
			out = append(out, plainValue(item, errs))
		}
		return out
	case null:
		return nil
	}
	if !n.plain {
		return n.text
	}
	var v any
	if err := json.Unmarshal([]byte(n.text), &v); err != nil {
		errs.add(n.at, "this number or boolean has a form of its own", "write it as 12, 0.5, 1e-6, true or false; quote it if it is text")
	}
	if b, ok := v.(bool); ok {
		return b
	}
	return json.Number(n.text)
}
