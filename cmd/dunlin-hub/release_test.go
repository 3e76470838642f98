package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/internal/fixture"
)

// desk is a folder in which an owner works with dunlin-hub.
type desk struct {
	t   *testing.T
	dir string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir()}
	if err := os.WriteFile(d.at("pass"), []byte("four silly words here\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) at(name string) string { return filepath.Join(d.dir, name) }

// hub runs a command line, in which @ stands for the desk, and expects its exit code.
func (d *desk) hub(code int, line string) string {
	d.t.Helper()
	var out bytes.Buffer
	args := strings.Fields(strings.ReplaceAll(line, "@", d.dir+"/"))
	if got := run(d.t.Context(), args, &out, &out); got != code {
		d.t.Fatalf("dunlin-hub %s: exit code %d, want %d\n%s", line, got, code, &out)
	}
	return out.String()
}

// bundle zips the demo's model as it will be packed.
func (d *desk) bundle(name string) string {
	d.t.Helper()
	f, err := os.Create(d.at(name))
	if err != nil {
		d.t.Fatal(err)
	}
	z := zip.NewWriter(f)
	if err := z.AddFS(os.DirFS(fixture.Path(d.t, "examples", "models", "motions", "1"))); err != nil {
		d.t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		d.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		d.t.Fatal(err)
	}
	return d.at(name)
}

func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("the output does not say %q:\n%s", p, text)
		}
	}
}

// TestOwnerToDevice is docs/trust.md from the first key to a device that takes a stick.
func TestOwnerToDevice(t *testing.T) {
	d := newDesk(t)
	out := d.hub(0, "keys init --repo @repo --keys @keys --passphrase-file @pass --work 10")
	wants(t, out, "firmware-3.age", "online.pem", "dunlin trust init root.json --sha256")
	digest := regexp.MustCompile(`--sha256 ([0-9a-f]{64})`).FindStringSubmatch(out)[1]
	d.hub(1, "keys init --repo @repo --keys @keys --passphrase-file @pass --work 10")

	d.bundle("motions.dunlin")
	wants(t, d.hub(0, "release add --repo @repo @motions.dunlin --arch amd64"), "staged: models/motions-1.dunlin, release 1 of models/motions", "only for amd64")
	if err := os.WriteFile(d.at("agent"), []byte("binary"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.hub(0, "release add --repo @repo @agent --agent --version 1.3.0 --arch amd64")
	wants(t, d.hub(1, "release publish --repo @repo --online-key @keys/online.pem"), "signatures are missing")
	sign := "release sign --repo @repo --yes --passphrase-file @pass"
	wants(t, d.hub(0, sign+" --key @keys/models-1.age --key @keys/firmware-1.age"), "OFFERS  models/motions-1.dunlin",
		"signed models with", "models-1.age (complete)", "firmware-1.age (more signatures are needed)")
	wants(t, d.hub(1, sign+" --key @keys/root-1.age"), "may sign nothing of what is staged")
	d.hub(0, sign+" --key @keys/firmware-3.age")
	wants(t, d.hub(0, "release publish --repo @repo --online-key @keys/online.pem"), "published models, firmware and a new timestamp")
	wants(t, d.hub(0, "release show --repo @repo"), "agent/1.3.0-amd64", "firmware: 2 of")
	wants(t, d.hub(0, "release export @stick --repo @repo --online-key @keys/online.pem --valid 90d"), "valid for 90d")

	root, err := os.ReadFile(d.at("stick/metadata/1.root.json"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := trust.Config{Dir: d.at("device")}
	if err := trust.Init(cfg, root, digest); err != nil {
		t.Fatal(err)
	}
	store, err := trust.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Refresh(t.Context(), trust.Folder(d.at("stick"))); err != nil {
		t.Fatal(err)
	}
	if _, refusal := store.Decide("models/motions-1.dunlin", trust.Facts{Arch: "amd64"}); refusal != nil {
		t.Error(refusal)
	}
}

func TestKeysAreRotated(t *testing.T) {
	d := newDesk(t)
	out := d.hub(0, "keys init --repo @repo --keys @keys --passphrase-file @pass --work 10")
	sign := "release sign --repo @repo --yes --passphrase-file @pass"
	for _, role := range []string{"root", "models", "online"} {
		id := regexp.MustCompile(fmt.Sprintf(`key ([0-9a-f]{16}) of role %s\n`, role)).FindStringSubmatch(out)[1]
		file, online := "@keys/new-"+role, "@keys/online.pem"
		wants(t, d.hub(0, "keys rotate "+role+" --repo @repo --passphrase-file @pass --work 10 --old "+id+" --new "+file), "REVOKES KEY "+id, "NEW KEY")
		switch role {
		case "models":
			d.hub(0, sign+" --key @keys/targets-1.age --key "+file)
		case "root":
			d.hub(0, sign+" --key @keys/root-1.age --key @keys/root-2.age --key "+file)
		default:
			d.hub(0, sign+" --key @keys/root-2.age --key @keys/root-3.age")
			wants(t, d.hub(1, "release publish --repo @repo --online-key @keys/online.pem"), "is not the online key that root names")
			online = file
		}
		d.hub(0, "release publish --repo @repo --online-key "+online)
	}
}

func TestWrongCommandLinesOfRelease(t *testing.T) {
	d := newDesk(t)
	d.hub(0, "keys init --repo @repo --keys @keys --passphrase-file @pass --work 10")
	d.bundle("motions.dunlin")
	for line, code := range map[string]int{
		"release sign --repo @repo":                                   2,
		"release add --repo @repo @pass --agent":                      2,
		"release add --repo @repo @motions.dunlin --version 3":        2,
		"release export @x --repo @repo --valid 400d":                 2,
		"release export @x --repo @repo --valid 5h":                   2,
		"keys rotate root --repo @repo":                               2,
		"keys rotate king --repo @repo --old a --new @b":              2,
		"release add --repo @repo @pass":                              1,
		"release add --repo @nothing @motions.dunlin":                 1,
		"release drop models/x-1.dunlin --repo @repo":                 1,
		"release sign --repo @repo --key @keys/root-1.age":            1,
		"release publish --repo @repo --online-key @keys/root-1.none": 1,
		"release add --repo @repo @motions.dunlin --floor 2":          1,
	} {
		d.hub(code, line)
	}
}

func TestOnlyYesSigns(t *testing.T) {
	for text, want := range map[string]bool{"yes\n": true, "yes": true, "y\n": false, "": false, "no\n": false, "YES\n": false} {
		if got := confirm(strings.NewReader(text), &bytes.Buffer{}); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
