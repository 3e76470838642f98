package manifest_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/dunlin-iot/dunlin/models/manifest"
)

func TestParseRef(t *testing.T) {
	for text, want := range map[string]manifest.Ref{
		"motions": {Name: "motions"}, "motions@1": {Name: "motions", Version: 1}, "a-b_2@30": {Name: "a-b_2", Version: 30},
	} {
		if got, err := manifest.ParseRef(text); err != nil || got != want || got.String() != text {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "@1", "a@", "a@0", "a@01", "a@+1", "a@-1", "a@latest", "../a", "a/b", "A", "a@1@2", "a@99999999999999999999"} {
		if got, err := manifest.ParseRef(text); err == nil {
			t.Errorf("%q: accepted as %+v", text, got)
		}
	}
}

func TestFind(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{first + "/m/2", first + "/m/10", second + "/m/11", second + "/n/1", first + "/m/12x", first + "/m/007"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "manifest.json"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(first+"/m/99", 0o755); err != nil { // no manifest: half copied
		t.Fatal(err)
	}
	for _, file := range []string{first + "/m-3.dunlin", second + "/o-2-7.dunlin", second + "/o-2.dunlin", second + "/o-03.dunlin", second + "/o.dunlin", second + "/m-2.dunlin"} {
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(second+"/o-9.dunlin", 0o755); err != nil {
		t.Fatal(err)
	}
	roots := []string{filepath.Join(first, "absent"), first, second}
	for text, want := range map[string]string{
		"m": first + "/m/10", "m@2": first + "/m/2", "m@11": second + "/m/11", "n": second + "/n/1",
		"m@3": first + "/m-3.dunlin", "o@2": second + "/o-2.dunlin", "o-2": second + "/o-2-7.dunlin", "o": second + "/o-2.dunlin",
	} {
		ref, err := manifest.ParseRef(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := manifest.Find(roots, ref); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
	for _, ref := range []manifest.Ref{{Name: "m", Version: 99}, {Name: "o", Version: 9}, {Name: "p"}} {
		if _, err := manifest.Find(roots, ref); !errors.Is(err, manifest.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", ref, err)
		}
	}
}
