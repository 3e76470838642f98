package manifest_test

import (
	"bytes"
	"testing"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

// TestGlance: which bundle a file is can be read of one that is cut or enlarged, too, as long as its manifest is there.
func TestGlance(t *testing.T) {
	k := newKit(t)
	good := packed(t, k.folder(t))
	want := k.open(t).Ref()
	rest := 4                                              // behind the first mark
	rest += bytes.Index(good[rest:], []byte("PK\x03\x04")) // where the second file begins
	flipped := bytes.Clone(good)
	flipped[rest+60] ^= 1
	for name, c := range map[string]struct {
		data []byte
		ref  manifest.Ref
		code manifest.Code
	}{
		"whole":                       {good, want, ""},
		"cut at the end":              {good[:len(good)-1], want, manifest.NoBundle},
		"cut behind the manifest":     {good[:rest], want, manifest.NoBundle},
		"cut in the manifest":         {good[:rest-1], manifest.Ref{}, manifest.NoBundle},
		"almost nothing":              {good[:10], manifest.Ref{}, manifest.BadSize},
		"empty":                       {nil, manifest.Ref{}, manifest.BadSize},
		"enlarged":                    {append(bytes.Clone(good), "more"...), want, manifest.NoBundle},
		"changed behind the manifest": {flipped, want, ""},
		"something else":              {bytes.Repeat([]byte("hello"), 100), manifest.Ref{}, manifest.NoBundle},
		"manifest is not the first": {makeZip(t, entriesOf(t, k, func(all []*entry) []*entry {
			return append([]*entry{extra("aa.txt")}, all...)
		})...), manifest.Ref{}, ""},
	} {
		ref, err := manifest.Glance(bytes.NewReader(c.data), int64(len(c.data)))
		if ref != c.ref || manifest.CodeOf(err) != c.code {
			t.Errorf("%s: %v, %v; want %v, code %q", name, ref, err, c.ref, c.code)
		}
	}
}
