package manifest_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/engine"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/google/go-cmp/cmp"
)

// TestCommittedBundles: what the training scripts write is what this package reads.
func TestCommittedBundles(t *testing.T) {
	root := fixture.Path(t, "examples", "models")
	dir, err := manifest.Find([]string{t.TempDir(), root}, manifest.Ref{Name: "motions"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := manifest.Open(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"standing", "running", "walking", "badminton"}, b.Labels); d != "" {
		t.Error(d)
	}
	f := b.Framing()
	if f.Length != 50 || f.Hop != 5 || f.Channels != 6 || f.Type != engine.Int8 || len(f.Mean) != 6 || f.Quant.Scale == 0 {
		t.Errorf("framing %+v", f)
	}
	if len(b.Golden) != 8 || b.Ref().String() != "motions@1" {
		t.Errorf("%d golden vectors of %s", len(b.Golden), b.Ref())
	}
}

// TestOpenRefuses: files that are absent, changed, too large, or do not fit the manifest.
func TestOpenRefuses(t *testing.T) {
	vector := func(in, out int) []manifest.Golden {
		return []manifest.Golden{{Inputs: [][]byte{make([]byte, in)}, Outputs: [][]byte{make([]byte, out)}}}
	}
	for name, tc := range map[string]struct {
		change func(k *kit)
		after  func(f fstest.MapFS)
		want   string
	}{
		"no manifest":        {after: func(f fstest.MapFS) { delete(f, "manifest.json") }, want: "manifest.json: file does not exist"},
		"huge manifest":      {after: func(f fstest.MapFS) { f["manifest.json"].Data = make([]byte, 1<<20) }, want: "want a plain file of at most 262144"},
		"no model":           {after: func(f fstest.MapFS) { delete(f, "model.tflite") }, want: "model.tflite: file does not exist"},
		"model is a folder":  {after: func(f fstest.MapFS) { f["model.tflite"] = &fstest.MapFile{Mode: fs.ModeDir} }, want: "want a plain file"},
		"model changed":      {after: func(f fstest.MapFS) { f["model.tflite"].Data = []byte("m0del") }, want: "model.tflite has SHA-256 "},
		"card changed":       {after: func(f fstest.MapFS) { f["card.md"].Data = nil }, want: "card.md has SHA-256 "},
		"fewer labels":       {change: func(k *kit) { k.files["labels.txt"] = []byte("a\nb\n") }, want: "labels.txt: 2 labels for $.outputs[0] of 3 values"},
		"empty label":        {change: func(k *kit) { k.files["labels.txt"] = []byte("a\n\nc") }, want: "labels.txt: line 2"},
		"label twice":        {change: func(k *kit) { k.files["labels.txt"] = []byte("a\nb\na") }, want: "labels.txt: line 3"},
		"label not text":     {change: func(k *kit) { k.files["labels.txt"] = []byte("a\nb\n\xff") }, want: "labels.txt: line 3"},
		"short golden input": {change: func(k *kit) { k.golden(t, vector(3, 3)) }, want: "golden.cbor: vector 0: inputs[0]: 3 bytes, want 4"},
		"long golden output": {change: func(k *kit) { k.golden(t, vector(4, 4)) }, want: "golden.cbor: vector 0: outputs[0]: 4 bytes, want 3"},
		"no golden output":   {change: func(k *kit) { k.golden(t, []manifest.Golden{{Inputs: [][]byte{{1, 2, 3, 4}}}}) }, want: "outputs: 0 tensors, want 1"},
		"no vector":          {change: func(k *kit) { k.golden(t, []manifest.Golden{}) }, want: "golden.cbor: no vector"},
		"golden no cbor":     {change: func(k *kit) { k.files["golden.cbor"] = []byte("hello") }, want: "golden.cbor: "},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			if tc.change != nil {
				tc.change(k)
			}
			folder := k.folder(t)
			if tc.after != nil {
				tc.after(folder)
			}
			if _, err := manifest.Open(folder); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
		})
	}
	k := newKit(t)
	folder := k.folder(t)
	folder["model.tflite"].Data = nil
	if _, err := manifest.Open(folder); !errors.Is(err, manifest.ErrDigest) {
		t.Errorf("changed model: %v, want ErrDigest", err)
	}
}

// FuzzGolden: whatever golden.cbor holds, Open ends, and what it accepts has the tensors' lengths.
func FuzzGolden(f *testing.F) {
	f.Add(newKit(f).files["golden.cbor"])
	f.Add([]byte{0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0x81, 0xa1, 0x66, 'i', 'n', 'p', 'u', 't', 's', 0x80})
	f.Fuzz(func(t *testing.T, data []byte) {
		k := newKit(t)
		k.files["golden.cbor"] = data
		b, err := manifest.Open(k.folder(t))
		if err != nil {
			return
		}
		for _, g := range b.Golden {
			if len(g.Inputs) != 1 || len(g.Inputs[0]) != 4 || len(g.Outputs) != 1 || len(g.Outputs[0]) != 3 {
				t.Errorf("accepted %+v", g)
			}
		}
	})
}
