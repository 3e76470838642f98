package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

// TestSpoiledCopies: a bad copy of a signed bundle is never told as one that nobody signed; where unsigned ones are
// allowed, a whole bundle that has a release's name is one of them.
func TestSpoiledCopies(t *testing.T) {
	made := func(number string) []byte {
		data, err := versionOf(fixture.Path(t, "examples", "models", "motions", "1"), number, "{}", false)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	two, three := made("2"), made("3")
	other, err := versionOf(fixture.Path(t, "examples", "models", "motions", "1"), "2", "{}", true)
	if err != nil {
		t.Fatal(err)
	}
	repo := trusttest.New(time.Now().Add(-time.Hour))
	repo.Add("models", "models/motions-2.dunlin", two, map[string]any{"name": "motions", "version": "2", "number": 2})
	for name, c := range map[string]struct {
		file     string
		data     []byte
		code     trust.Code
		bundle   manifest.Code // where nothing is known of the release
		unsigned bool          // is what it is where those are allowed
	}{
		"cut":                             {"x.dunlin", two[:9000], trust.ShortFile, "", false},
		"cut before its manifest ends":    {"motions-2.dunlin", two[:50], trust.ShortFile, "", false},
		"the same, from a repository":     {strings.Repeat("0a", 32) + ".motions-2.dunlin", two[:50], trust.ShortFile, "", false},
		"the same, empty":                 {"motions-2.dunlin", nil, trust.ShortFile, "", false},
		"the same, without a name":        {"", two[:50], "", manifest.NoBundle, false},
		"enlarged":                        {"", append(two[:len(two):len(two)], "more"...), trust.LongFile, "", false},
		"another bundle of that name":     {"", other, trust.WrongDigest, "", true},
		"another version":                 {"", three, trust.Unsigned, "", true},
		"another version, cut":            {"", three[:9000], "", manifest.NoBundle, false},
		"another version, renamed to two": {"motions-2.dunlin", three, trust.WrongDigest, "", true},
	} {
		f := shelf.File{Path: filepath.Join(t.TempDir(), "file"), Name: c.file, SHA256: trusttest.Digest(c.data), Size: int64(len(c.data))}
		if err := os.WriteFile(f.Path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := believer(t, repo, false).decide(t.Context(), f)
		if err == nil || trust.CodeOf(err) != c.code || manifest.CodeOf(err) != c.bundle {
			t.Errorf("%s: %v, want code %q", name, err, string(c.code)+string(c.bundle))
		}
		signed, err := believer(t, repo, true).decide(t.Context(), f)
		if signed || (err == nil) != c.unsigned {
			t.Errorf("%s where unsigned ones are allowed: signed %v, %v", name, signed, err)
		}
	}
}
