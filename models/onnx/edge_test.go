package onnx_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/onnx"
)

// TestTypeText: what a file leaves out is told as that; tags and fields as onnx.proto3 has them.
func TestTypeText(t *testing.T) {
	stated := file(t, testdata, "conv_float.onnx")
	g, err := onnx.Inspect(stated)
	if err != nil {
		t.Fatal(err)
	}
	name := g.Outputs[0].Name
	info := slices.Concat([]byte{0x0a, byte(len(name))}, []byte(name)) // ValueInfoProto: name = 1
	at := bytes.LastIndex(stated, append(info, 0x12))                  // type = 2
	if at < 0 {
		t.Fatalf("output %q has no type in the file", name)
	}
	untyped := bytes.Clone(stated)
	untyped[at+len(info)] = 0x1a // doc_string = 3
	for what, c := range map[string]struct {
		model []byte
		text  string
	}{
		"stated":     {stated, engine.Float32.String()},
		"not stated": {untyped, "type not stated"},
		"a sequence": {file(t, testdata, "sequence.onnx"), "a sequence"},
	} {
		g, err := onnx.Inspect(c.model)
		if err != nil {
			t.Errorf("%s: %v", what, err)
		} else if got := g.Outputs[0].TypeText(); got != c.text {
			t.Errorf("%s: %q, want %q", what, got, c.text)
		}
	}
}
