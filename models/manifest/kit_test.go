package manifest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/fxamacker/cbor/v2"
)

type doc = map[string]any

// kit is a small bundle: windows of 2 samples of 2 channels, three labels. Change it, then build the folder.
type kit struct {
	manifest doc
	files    map[string][]byte
}

func newKit(t testing.TB) *kit {
	t.Helper()
	k := &kit{files: map[string][]byte{"model.tflite": []byte("model"), "labels.txt": []byte("a\nb\nc\n"), "card.md": []byte("# card\n")}}
	k.golden(t, []manifest.Golden{
		{Inputs: [][]byte{{1, 2, 3, 4}}, Outputs: [][]byte{{100, 10, 0}}},
		{Inputs: [][]byte{{5, 6, 7, 8}}, Outputs: [][]byte{{0, 10, 127}}},
	})
	k.manifest = doc{
		"format": 1, "name": "kit", "version": 3, "engine": doc{"name": "tflite", "min": "2.12.0"},
		"inputs":     []any{doc{"name": "window", "type": "int8", "shape": []any{1, 2, 2}, "scale": 0.1, "zero_point": -1, "unit": "1"}},
		"outputs":    []any{doc{"name": "p", "type": "int8", "shape": []any{1, 3}, "scale": 0.00390625, "zero_point": -128, "unit": "1"}},
		"source":     doc{"channels": []any{doc{"name": "ax", "unit": "m/s2"}, doc{"name": "ay", "unit": "m/s2"}}, "rate_hz": 10},
		"window":     doc{"length": 2, "hop": 1},
		"preprocess": []any{doc{"step": "scale", "mean": []any{0.5, 1}, "std": []any{2, 3}}},
		"decide":     doc{"threshold": 0.6, "hold": 2}, "golden": doc{"file": "golden.cbor", "tolerance_steps": 2},
		"labels": "labels.txt", "licence": "Apache-2.0", "provenance": doc{"seed": "7"},
	}
	return k
}

// unscaled makes the output of another type, without quantisation.
func (k *kit) unscaled(typ string) {
	out := k.sub("outputs", 0)
	delete(out, "scale")
	delete(out, "zero_point")
	out["type"] = typ
}

func (k *kit) golden(t testing.TB, all []manifest.Golden) {
	t.Helper()
	data, err := cbor.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	k.files["golden.cbor"] = data
}

// text is the manifest with the digests of the files as they are now, unless it already states some.
func (k *kit) text(t testing.TB) []byte {
	t.Helper()
	if _, stated := k.manifest["files"]; !stated {
		sums := doc{}
		for name, data := range k.files {
			sum := sha256.Sum256(data)
			sums[name] = hex.EncodeToString(sum[:])
		}
		k.manifest["files"] = sums
		defer delete(k.manifest, "files")
	}
	text, err := json.Marshal(k.manifest)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (k *kit) folder(t testing.TB) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{"manifest.json": {Data: k.text(t)}}
	for name, data := range k.files {
		fsys[name] = &fstest.MapFile{Data: data}
	}
	return fsys
}

func (k *kit) open(t testing.TB) *manifest.Bundle {
	t.Helper()
	b, err := manifest.Open(k.folder(t))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sub walks to the object at keys; a number steps into a list.
func (k *kit) sub(keys ...any) doc {
	var v any = k.manifest
	for _, key := range keys {
		if i, ok := key.(int); ok {
			v = v.([]any)[i]
		} else {
			v = v.(doc)[key.(string)]
		}
	}
	return v.(doc)
}

// pictures makes it a bundle of pictures, with an input of the given shape and one scale for all colours, and returns its
// source.
func (k *kit) pictures(width, height, depth int, shape ...any) doc {
	k.manifest["source"] = doc{"picture": doc{"width": width, "height": height, "depth": depth}}
	k.sub("inputs", 0)["shape"] = shape
	k.sub("window")["length"] = 1
	k.scale([]any{1}, []any{2})
	return k.sub("source")
}

func (k *kit) scale(mean, std []any) { k.steps(doc{"step": "scale", "mean": mean, "std": std}) }

// steps replaces the preprocessing.
func (k *kit) steps(all ...any) { k.manifest["preprocess"] = all }

// session answers by table: what run returns for an input is the output.
type session struct {
	in, out []engine.Tensor
	run     func(in []byte) ([]byte, error)
}

var errInvoke = errors.New("no such thing")

func (s *session) Inputs() []engine.Tensor  { return s.in }
func (s *session) Outputs() []engine.Tensor { return s.out }
func (s *session) Report() engine.Report    { return engine.Report{} }
func (s *session) Close() error             { return nil }
func (s *session) Invoke() error {
	out, err := s.run(s.in[0].Data)
	copy(s.out[0].Data, out)
	return err
}

// faithful is a session of the bundle that reproduces its golden vectors.
func faithful(b *manifest.Bundle) *session {
	tensor := func(t manifest.Tensor) engine.Tensor {
		f := t.Form()
		f.Data = make([]byte, t.Bytes())
		return f
	}
	return &session{
		in: []engine.Tensor{tensor(b.Inputs[0])}, out: []engine.Tensor{tensor(b.Outputs[0])},
		run: func(in []byte) ([]byte, error) {
			for _, g := range b.Golden {
				if string(g.Inputs[0]) == string(in) {
					return g.Outputs[0], nil
				}
			}
			return nil, errInvoke
		},
	}
}
