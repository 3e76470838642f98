package pack_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/pack"
)

type doc = map[string]any

// number is how a number of a spec arrives.
func number(s string) json.Number { return json.Number(s) }

// good is a spec of a model that takes two samples of one channel and answers with two scores.
func good() doc {
	return doc{
		"name": "kit", "version": number("3"), "model": "kit.tflite", "labels": []any{"low", "high"},
		"source": doc{"channels": []any{doc{"name": "x", "unit": "V"}}}, "window": doc{"length": number("2"), "hop": number("1")},
		"decide": doc{"threshold": number("0.5"), "hold": number("1")}, "licence": "Apache-2.0",
		"golden": doc{"samples": "a.csv", "tolerance_steps": number("2"), "vectors": number("3")},
	}
}

// session answers with the mean of its input for "high" and one minus that for "low".
type session struct {
	in, out []engine.Tensor
	broken  error
	fixed   bool // it answers with what its output holds
}

func newSession() *session {
	in, out := engine.Of(make([]float32, 2), 1, 2), engine.Of(make([]float32, 2), 1, 2)
	in.Name, out.Name = "in", "out"
	return &session{in: []engine.Tensor{in}, out: []engine.Tensor{out}}
}

func (s *session) Inputs() []engine.Tensor  { return s.in }
func (s *session) Outputs() []engine.Tensor { return s.out }
func (s *session) Report() engine.Report    { return engine.Report{} }
func (s *session) Close() error             { return nil }
func (s *session) Invoke() error {
	in, err := s.in[0].Float32s()
	if err != nil {
		return err
	}
	if s.fixed {
		return s.broken
	}
	high := (in[0] + in[1]) / 2
	return errors.Join(s.broken, s.out[0].Set(engine.Of([]float32{1 - high, high}, 1, 2)))
}

func begin(t *testing.T, d doc, s engine.Session) (*pack.Draft, error) {
	t.Helper()
	spec, err := pack.ParseSpec(d)
	if err != nil {
		return nil, err
	}
	return pack.Begin(spec, pack.Parts{
		Model: []byte("model"), Labels: spec.Labels, Card: []byte("# card\n"), Engine: "tflite", Version: "2.21.0-rc1", Session: s,
	})
}

func draft(t *testing.T, change func(doc)) *pack.Draft {
	t.Helper()
	d := good()
	change(d)
	out, err := begin(t, d, newSession())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// open writes the draft's files and opens them as a device does.
func open(t *testing.T, d *pack.Draft) (*manifest.Bundle, string) {
	t.Helper()
	files, err := d.Files()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := manifest.Open(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return b, dir
}

var walk = []pack.Recording{
	{Name: "one", Label: 0, Slice: "site=north", Values: []float32{0, 0.1, 0.5, 0.5}}, // windows of mean 0.05, 0.3, 0.5
	{Name: "short", Label: 1, Values: []float32{1}},
	{Name: "two", Label: 1, Slice: "site=south", Values: []float32{1, 0.9, 0.9}}, // 0.95, 0.9
}

// TestBundle: every file of the bundle, opened by the reader that devices use.
func TestBundle(t *testing.T) {
	d := draft(t, func(d doc) {
		d["card"], d["inputs"] = "card.md", []any{doc{"name": "window", "unit": "V"}}
		d["acceptance"] = doc{"samples": doc{"b": "b.csv", "a": "a.npy"}, "bounds": []any{doc{"metric": "accuracy", "min": number("0.5")}}}
		d["reference"] = doc{"samples": "a.csv"}
	})
	r, err := d.Golden(walk, nil)
	if want := (pack.GoldenReport{Windows: 5, Vectors: 3}); err != nil || r != want {
		t.Errorf("golden: %+v, %v; want %+v", r, err, want)
	}
	if n, err := d.Acceptance(walk); err != nil || n["site=north"]+n["site=south"] != 3 || len(n) != 2 { // windows that do not overlap
		t.Errorf("acceptance: %v, %v", n, err)
	}
	if err := d.Reference(walk); err != nil {
		t.Error(err)
	}
	b, dir := open(t, d)
	if b.Ref().String() != "kit@3" || b.Engine != (manifest.Engine{Name: "tflite", Min: "2.21.0"}) || b.CardFile != "card.md" {
		t.Errorf("manifest: %+v", b.Manifest)
	}
	if in := b.Inputs[0]; in.Name != "window" || in.Unit != "V" || in.Type != engine.Float32 || b.Outputs[0].Name != "out" {
		t.Errorf("tensors: %+v, %+v", in, b.Outputs[0])
	}
	if _, err := b.Verify(newSession()); err != nil {
		t.Error(err)
	}
	for _, g := range b.Golden { // the window of mean 0.5 has no firm answer
		if out := (engine.Tensor{Type: engine.Float32, Shape: []int{2}, Data: g.Outputs[0]}); real(t, out, 1) == 0.5 {
			t.Error("a vector that a difference within the tolerance can turn was kept")
		}
	}
	if ref := b.Reference; ref.Samples != 8 || ref.Windows != 5 || ref.Features[0].Edges[0] != 0 || ref.Features[0].Edges[32] != 1 {
		t.Errorf("reference: %+v", ref)
	}
	cases, err := b.OpenCases(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer cases.Close()
	var c manifest.Case
	if err := cases.Next(&c); err != nil || c.Label != 0 || c.Slice != "site=north" || len(c.Window) != 2 || c.Window[1] != 0.1 {
		t.Errorf("first case: %+v, %v", c, err)
	}
}

func real(t *testing.T, out engine.Tensor, i int) float64 {
	t.Helper()
	v, err := manifest.RealAt(out, i)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestSameBytes: the same input gives the same files.
func TestSameBytes(t *testing.T) {
	var before map[string][]byte
	for range 3 {
		d := draft(t, func(doc) {})
		if _, err := d.Golden(walk, nil); err != nil {
			t.Fatal(err)
		}
		files, err := d.Files()
		if err != nil {
			t.Fatal(err)
		}
		for name, data := range before {
			if string(files[name]) != string(data) {
				t.Errorf("%s differs", name)
			}
		}
		before = files
	}
}

// TestExpected: the training side's outputs within and beyond the tolerance of 2 steps, which are 1/256 each of a float.
func TestExpected(t *testing.T) {
	rows := []float32{0.95, 0.05, 0.7, 0.3, 0.5, 0.5, 0.05, 0.95, 0.1, 0.9}
	for name, tc := range map[string]struct {
		value int
		by    float32
		rows  int
		want  string
	}{
		"agree":       {rows: 5},
		"two steps":   {value: 7, by: 2.0 / 256, rows: 5},
		"three steps": {value: 7, by: -3.0 / 256, rows: 5, want: "window 3 (two, samples 0 to 1), output 1 (high) is 0.95, the training side has 0.938281, 3 steps apart (allowed 2); in all 1 of 5 windows differ by more"},
		"no number":   {value: 0, by: float32(math.NaN()), rows: 5, want: "window 0 (one, samples 0 to 1), output 0 (low) is 0.95, the training side has NaN"},
		"a row less":  {rows: 4, want: "$.golden.outputs: 4 rows of 2 values for 5 windows of 2 outputs"},
	} {
		t.Run(name, func(t *testing.T) {
			want := &pack.Expected{Rows: tc.rows, Values: append([]float32(nil), rows[:2*tc.rows]...)}
			want.Values[tc.value] += tc.by
			r, err := draft(t, func(doc) {}).Golden(walk, want)
			switch {
			case tc.want == "" && (err != nil || r.Compared != 5):
				t.Errorf("%+v, %v", r, err)
			case tc.want != "" && (!errors.Is(err, pack.ErrSpec) || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
		})
	}
}
