package config_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dunlin-iot/dunlin/agent/config"
)

func TestDocument(t *testing.T) {
	text := "name: motions\nversion: 2\nquoted: \"2\"\nsmall: -1.5e-6\non: true\nnothing:\nlist: [1, two, {x: 3}]\nfolded: |\n  a\n  b\n"
	got, err := config.Document(config.Text{Name: "spec.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"name": "motions", "version": json.Number("2"), "quoted": "2", "small": json.Number("-1.5e-6"), "on": true, "nothing": nil,
		"list": []any{json.Number("1"), "two", map[string]any{"x": json.Number("3")}}, "folded": "a\nb\n",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got, err := config.Document(config.Text{Name: "spec.yaml"}); err != nil || len(got) != 0 {
		t.Errorf("nothing: %v, %v", got, err)
	}
}

func TestDocumentRefused(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\na: 2\n":     `spec.yaml:2:1: "a" stands here twice`,
		"- a\n":            "spec.yaml:1:1: the file is a list",
		"a: 1\n---\nb: 2":  "more than one document",
		"a: &x 1\nb: *x\n": "anchors (&name) are not used",
		"a: 0x10\n":        "spec.yaml:1:4: this number or boolean has a form of its own",
		"a: .inf\n":        "spec.yaml:1:4: this number or boolean has a form of its own",
		"a: [1, 2\n":       "spec.yaml:",
	} {
		_, err := config.Document(config.Text{Name: "spec.yaml", Data: []byte(text)})
		var bad config.Errors
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}
