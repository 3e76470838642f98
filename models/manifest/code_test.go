package manifest_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
)

// TestContentCodes: what is wrong inside a bundle has a code too; those of its file are in TestZipRefused.
func TestContentCodes(t *testing.T) {
	opened := func(change func(k *kit), after func(f fstest.MapFS)) error {
		k := newKit(t)
		change(k)
		folder := k.folder(t)
		after(folder)
		_, err := manifest.Open(folder)
		return err
	}
	same, whole := func(*kit) {}, func(fstest.MapFS) {}
	b := newKit(t).open(t)
	other, wrong := faithful(b), faithful(b)
	other.in[0].Quant.ZeroPoint++
	wrong.run = func([]byte) ([]byte, error) { return []byte{0, 100, 0}, nil }
	_, mismatch := b.Verify(other)
	_, answers := b.Verify(wrong)
	for name, tc := range map[string]struct {
		err  error
		want manifest.Code
	}{
		"manifest is none":      {opened(same, func(f fstest.MapFS) { f["manifest.json"].Data = []byte("[]") }), manifest.BadManifest},
		"manifest is gone":      {opened(same, func(f fstest.MapFS) { delete(f, "manifest.json") }), manifest.FileAbsent},
		"impossible value":      {opened(func(k *kit) { k.manifest["version"] = 0 }, whole), manifest.BadManifest},
		"model is another":      {opened(same, func(f fstest.MapFS) { f["model.tflite"].Data = []byte("m0del") }), manifest.WrongDigest},
		"model is cut":          {opened(same, func(f fstest.MapFS) { f["model.tflite"].Data = []byte("mode") }), manifest.WrongDigest},
		"model is longer":       {opened(same, func(f fstest.MapFS) { f["model.tflite"].Data = []byte("model and more") }), manifest.WrongDigest},
		"model is gone":         {opened(same, func(f fstest.MapFS) { delete(f, "model.tflite") }), manifest.FileAbsent},
		"card is huge":          {opened(same, func(f fstest.MapFS) { f["card.md"].Data = make([]byte, 17<<20) }), manifest.BadSize},
		"card is a device":      {opened(same, func(f fstest.MapFS) { f["card.md"].Mode = os.ModeDevice }), manifest.NoFile},
		"labels do not fit":     {opened(func(k *kit) { k.files["labels.txt"] = []byte("a\n") }, whole), manifest.BadContent},
		"golden does not fit":   {opened(func(k *kit) { k.files["golden.cbor"] = []byte("hello") }, whole), manifest.BadContent},
		"model has other scale": {mismatch, manifest.OtherModel},
		"model answers wrong":   {answers, manifest.OtherAnswers},
		"nothing":               {nil, ""},
		"something else":        {errors.New("disk on fire"), ""},
	} {
		err := tc.err
		if err != nil {
			err = fmt.Errorf("while working: %w", err)
		}
		if got := manifest.CodeOf(err); got != tc.want {
			t.Errorf("%s: code %q, want %q (%v)", name, got, tc.want, err)
		}
	}
}

// TestCodesAreDocumented: the page lists these codes and no others.
func TestCodesAreDocumented(t *testing.T) {
	text, err := os.ReadFile(fixture.Path(t, "docs", "models.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, part, found := strings.Cut(string(text), "\n| refusal | ")
	if !found {
		t.Fatal("docs/models.md has no table of refusals")
	}
	part, _, _ = strings.Cut(part, "\n\n")
	for _, c := range manifest.Codes() {
		if !strings.Contains(part, "\n| `"+string(c)+"` | ") {
			t.Errorf("docs/models.md lacks %s", c)
		}
	}
	if rows := strings.Count(part, "\n| `"); rows != len(manifest.Codes()) {
		t.Errorf("docs/models.md has %d refusals, want %d", rows, len(manifest.Codes()))
	}
}
