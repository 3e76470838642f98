package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"

	"github.com/invopop/jsonschema"

	"github.com/dunlin-iot/dunlin/agent/config"
)

// generate is the schema of config.File, indented, with a final newline.
func generate() ([]byte, error) {
	root := schemaOf(reflect.TypeFor[config.File]())
	root.Version = jsonschema.Version
	root.Definitions = definitions(reflect.TypeFor[config.Source]())
	root.Title = "Dunlin device configuration"
	data, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode schema: %w", err)
	}
	return append(data, '\n'), nil
}

func schemaOf(t reflect.Type) *jsonschema.Schema {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := reflect.New(t).Interface().(config.Scalar); ok {
		return scalarSchema(s.Syntax())
	}
	switch t.Kind() {
	case reflect.Struct:
		return structSchema(t)
	case reflect.Map:
		return &jsonschema.Schema{Type: "object", PropertyNames: schemaOf(t.Key()), AdditionalProperties: schemaOf(t.Elem())}
	case reflect.Slice:
		return &jsonschema.Schema{Type: "array", Items: schemaOf(t.Elem())}
	case reflect.Int:
		return &jsonschema.Schema{Type: "integer"}
	case reflect.Bool:
		return &jsonschema.Schema{Type: "boolean"}
	case reflect.String:
		return anyWord()
	}
	panic("no schema for " + t.String())
}

// anyWord is free text; a number or a truth value that stands without quotes is read as the text it is written as.
func anyWord() *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}}}
}

func scalarSchema(s config.Syntax) *jsonschema.Schema {
	out := &jsonschema.Schema{Type: "string", Pattern: s.Pattern}
	for _, e := range s.Enum {
		out.Enum = append(out.Enum, e)
	}
	if s.Number {
		number := &jsonschema.Schema{Type: "number", Minimum: json.Number(s.Least), Maximum: json.Number(s.Most)}
		for _, e := range s.Enum {
			number.Enum = append(number.Enum, json.Number(e))
		}
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{out, number}}
	}
	return out
}

func structSchema(t reflect.Type) *jsonschema.Schema {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("union") == "yes" {
			return unionSchema(t, i)
		}
	}
	out := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	var short *jsonschema.Schema
	for i := range t.NumField() {
		addField(out, t.Field(i))
		if t.Field(i).Tag.Get("short") == "yes" {
			short = schemaOf(t.Field(i).Type)
		}
	}
	if short != nil { // a single value may stand for the whole
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{short, out}}
	}
	return out
}

func addField(out *jsonschema.Schema, f reflect.StructField) {
	p := schemaOf(f.Type)
	p.Description = f.Tag.Get("doc")
	p.Default = defaultOf(f)
	if f.Type.Kind() == reflect.Int || f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Int {
		p.Minimum, p.Maximum = json.Number(f.Tag.Get("min")), json.Number(f.Tag.Get("max"))
	}
	key := f.Tag.Get("yaml")
	if f.Tag.Get("required") == "yes" {
		out.Required = append(out.Required, key)
	}
	out.Properties.Set(key, p)
}

// defaultOf is the default tag as a value of the type that the schema asks for.
func defaultOf(f reflect.StructField) any {
	text, ok := f.Tag.Lookup("default")
	if !ok {
		return nil
	}
	switch f.Type.Kind() {
	case reflect.Int:
		return json.Number(text)
	case reflect.Bool:
		return text == "true"
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return json.Number(text)
	}
	return text
}

// unionSchema offers each variant with the value of the choosing key that selects it, and the keys that all share.
func unionSchema(t reflect.Type, choice int) *jsonschema.Schema {
	out := &jsonschema.Schema{}
	for i := range t.NumField() {
		if i != choice && t.Field(i).Tag.Get("shared") != "yes" {
			out.OneOf = append(out.OneOf, variantSchema(t, choice, i))
		}
	}
	return out
}

func variantSchema(t reflect.Type, choice, i int) *jsonschema.Schema {
	key := t.Field(choice).Tag.Get("yaml")
	v := schemaOf(t.Field(i).Type)
	v.Description = t.Field(i).Tag.Get("doc")
	v.Properties.Set(key, &jsonschema.Schema{Const: t.Field(i).Tag.Get("yaml"), Description: t.Field(choice).Tag.Get("doc")})
	v.Required = append(v.Required, key)
	for _, f := range reflect.VisibleFields(t) {
		if f.Tag.Get("shared") == "yes" && t.Field(i).Tag.Get("shared") != "no" {
			v.Properties.Set(f.Tag.Get("yaml"), &jsonschema.Schema{Ref: "#/$defs/" + f.Tag.Get("yaml")})
		}
	}
	return v
}

// definitions are the keys that all variants of a union share, written once.
func definitions(union reflect.Type) jsonschema.Definitions {
	out := jsonschema.Definitions{}
	for _, f := range reflect.VisibleFields(union) {
		if f.Tag.Get("shared") == "yes" {
			d := schemaOf(f.Type)
			d.Description = f.Tag.Get("doc")
			out[f.Tag.Get("yaml")] = d
		}
	}
	return out
}
