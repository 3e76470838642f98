package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
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

// bundle zips the demo's model as 'dunlin models pack' does.
func (d *desk) bundle(name string) string {
	d.t.Helper()
	return d.zip(name, func(w io.Writer, files fs.FS) error { return manifest.WriteZip(w, files) })
}

// squeezed zips it as other programs do: compressed, which no device opens.
func squeezed(w io.Writer, files fs.FS) error {
	z := zip.NewWriter(w)
	return errors.Join(z.AddFS(files), z.Close())
}

func (d *desk) zip(name string, write func(io.Writer, fs.FS) error) string {
	d.t.Helper()
	f, err := os.Create(d.at(name))
	if err != nil {
		d.t.Fatal(err)
	}
	if err := errors.Join(write(f, os.DirFS(fixture.Path(d.t, "examples", "models", "motions", "1"))), f.Close()); err != nil {
		d.t.Fatal(err)
	}
	return d.at(name)
}

// forge changes a staged list, as no command does.
func (d *desk) forge(role, pattern, by string) {
	d.t.Helper()
	file := d.at("repo/staged/" + role + ".json")
	list, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	forged := regexp.MustCompile(pattern).ReplaceAll(list, []byte(by))
	if bytes.Equal(forged, list) {
		d.t.Fatalf("no %s to replace in\n%s", pattern, list)
	}
	if err := os.WriteFile(file, forged, 0o600); err != nil {
		d.t.Fatal(err)
	}
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
	d.hub(exitRefused, "keys init --repo @repo --keys @keys --passphrase-file @pass --work 10")

	d.bundle("motions.dunlin")
	wants(t, d.hub(0, "release add --repo @repo @motions.dunlin --arch amd64,arm64 --ram 64"),
		"staged: models/motions-1.dunlin, release 1 of models/motions", "only for amd64 or arm64, with at least 64 MiB of memory")
	if err := os.WriteFile(d.at("agent"), []byte("binary"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.hub(0, "release add --repo @repo @agent --agent --version 1.3.0 --arch amd64")
	wants(t, d.hub(exitRefused, "release publish --repo @repo --online-key @keys/online.pem"), "signatures are missing")
	sign := "release sign --repo @repo --yes --passphrase-file @pass"
	wants(t, d.hub(0, sign+" --key @keys/models-1.age --key @keys/firmware-1.age"), "OFFERS  models/motions-1.dunlin",
		"signed models with", "models-1.age (complete)", "firmware-1.age (more signatures are needed)")
	wants(t, d.hub(exitRefused, sign+" --key @keys/root-1.age"), "may sign nothing of what is staged")
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
	for _, arch := range []string{"amd64", "arm64"} {
		if _, refusal := store.Decide("models/motions-1.dunlin", trust.Facts{Arch: arch, RAM: 64}); refusal != nil {
			t.Error(refusal)
		}
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
			wants(t, d.hub(exitRefused, "release publish --repo @repo --online-key @keys/online.pem"), "is not the online key that root names")
			wants(t, d.hub(exitRefused, "release publish --repo @repo --online-key "+file+" --old-online-key "+file), "was never the online key here")
			online = file + " --old-online-key @keys/online.pem"
		}
		d.hub(0, "release publish --repo @repo --online-key "+online)
	}
	snapshot, err := filepath.Glob(d.at("repo/metadata/*.snapshot.json"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(snapshot[len(snapshot)-1])
	if n := strings.Count(string(data), `"keyid"`); err != nil || n != 2 {
		t.Errorf("%s has %d signatures, want that of the old key and of the new one; %v", snapshot[len(snapshot)-1], n, err)
	}
	wants(t, d.hub(exitRefused, "release export @stick --repo @repo --online-key @keys/online.pem"), "is not the online key that root names")
	d.hub(0, "release export @stick --repo @repo --online-key @keys/new-online --old-online-key @keys/online.pem")
}

// TestExitCodesOfRelease: docs/exit-codes.md, and a sentence that says how to mend it.
func TestExitCodesOfRelease(t *testing.T) {
	d := newDesk(t)
	d.hub(0, "keys init --repo @repo --keys @keys --passphrase-file @pass --work 10")
	d.bundle("motions.dunlin")
	for name, text := range map[string]string{"short": "abc\n", "other": "four other words there\n"} {
		if err := os.WriteFile(d.at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(d.at("full/metadata"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.at("full/metadata/timestamp.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.zip("squeezed.dunlin", squeezed)
	add := "release add --repo @repo @motions.dunlin"
	for line, want := range map[string]struct {
		code int
		says string
	}{
		"release sign --repo @repo":                                         {exitUsage, "needs --key FILE"},
		"release add --repo @repo @pass --agent":                            {exitUsage, "needs --version and one --arch"},
		"release add --repo @repo @pass --agent --version 1:4 --arch amd64": {exitUsage, "the name agent/1:4-amd64 has a ':', and no file on a USB stick can"},
		add + " --version 3":                                                {exitUsage, "--version goes with --agent"},
		"release export @x --repo @repo --valid 400d":                       {exitUsage, "1d to 365d"},
		"release export @x --repo @repo --valid 5h":                         {exitUsage, "1d to 365d"},
		"keys rotate root --repo @repo":                                     {exitUsage, "--old ID"},
		"keys rotate king --repo @repo --old a --new @b":                    {exitUsage, "king"},
		"release add --repo @repo @pass":                                    {exitUsage, "dunlin models pack"},
		"release add --repo @repo @squeezed.dunlin":                         {exitUsage, "is compressed; want it stored"},
		"release add --repo @repo @keys":                                    {exitUsage, "keys is a folder: a bundle is released as one file"},
		"release add --agent --version 1 --arch arm --repo @repo @keys":     {exitUsage, "is a directory; name a file in it"},
		"release show --repo @pass":                                         {exitUsage, "not a directory; check the path: a folder in it is a file"},
		"release export @pass --repo @repo --online-key @keys/online.pem":   {exitUsage, "not a directory; check the path: a folder in it is a file"},
		add + " --floor 2":                                                  {exitUsage, "revokes itself"},
		add + " --floor -12":                                                {exitUsage, "no number may be negative"},
		add + " --agent-min 1.4.0 --agent-max 1.2.0":                        {exitUsage, "no agent is from version 1.4.0 and up to version 1.2.0"},
		add + " --arch amd64,armv9":                                         {exitUsage, `no agent runs on the architecture "armv9": they are amd64, arm64, arm`},
		add + " --arch x86_64":                                              {exitUsage, `"x86_64" is called amd64 here`},
		add + " --board raspbery-pi-4-*":                                    {exitUsage, `no board is known as "raspbery-pi-4-*": did you mean raspberry-pi-4, or`},
		add + " --delegates egdetpu":                                        {exitUsage, `no delegate is known as "egdetpu": did you mean edgetpu? --own-names lists it all the same`},
		add + " --board Raspberry-Pi-4*":                                    {exitUsage, `the board "Raspberry-Pi-4*" fits no device`},
		"keys init --repo @r2 --keys @k2 --passphrase-file @short":          {exitUsage, "at least 12 characters"},
		"release sign --repo @nothing --key @keys/models-1.age":             {exitAbsent, "'dunlin-hub keys init' makes one"},
		"release add --repo @nothing @motions.dunlin":                       {exitAbsent, "there is none: 'dunlin-hub keys init' makes one"},
		"release add --repo @repo @none.dunlin":                             {exitAbsent, "none.dunlin"},
		"release drop models/x-1.dunlin --repo @repo":                       {exitAbsent, "it is not listed"},
		"release sign --repo @repo --key @keys/root-1.age":                  {exitAbsent, "nothing is staged"},
		"release publish --repo @repo --online-key @keys/root-1.none":       {exitAbsent, "root-1.none"},
		"release publish --repo @repo --online-key @pass":                   {exitUsage, "this is no key file"},
		"release export @full --repo @repo --online-key @keys/online.pem":   {exitRefused, "there are metadata already"},
		"keys rotate models --repo @repo --old 00000000000000000 --new @b --passphrase-file @pass --work 10": {exitUsage, "of its keys begin with"},
	} {
		wants(t, d.hub(want.code, line), want.says)
	}
	d.hub(0, add+" --board acme-gateway --delegates edgetpu,acme-npu --own-names")
	d.hub(0, add)
	sign := "release sign --repo @repo --yes --key @keys/models-1.age"
	wants(t, d.hub(exitUsage, sign+" --passphrase-file @other"), "does not open this key")
	wants(t, d.hub(exitUsage, "release sign --repo @repo --yes --key @keys"), "is a directory; name a file in it")
	wants(t, d.hub(exitRefused, "release export @x --repo @repo --online-key @keys/online.pem"), "models is staged and not published")
}

// TestKeysOfNoRepository: keys are written where the repository they are for can be made, and nowhere else.
func TestKeysOfNoRepository(t *testing.T) {
	d := newDesk(t)
	d.hub(0, "keys init --repo @repo --keys @keys --passphrase-file @pass --work 10")
	wants(t, d.hub(exitRefused, "keys init --repo @repo --keys @more --passphrase-file @pass --work 10"), "there is one already")
	wants(t, d.hub(exitUsage, "keys init --repo @pass --keys @more --passphrase-file @pass --work 10"), "not a directory; check the path")
	if _, err := os.Stat(d.at("more")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("keys of no repository lie there: %v", err)
	}
}

// TestRevocationIsLiftedOnPurpose: whoever stages and whoever signs say --lift, and read what it means.
func TestRevocationIsLiftedOnPurpose(t *testing.T) {
	d := newDesk(t)
	d.hub(0, "keys init --repo @repo --keys @keys --passphrase-file @pass --work 10")
	d.bundle("motions.dunlin")
	sign := "release sign --repo @repo --yes --passphrase-file @pass --key @keys/models-1.age"
	publish := "release publish --repo @repo --online-key @keys/online.pem"
	d.hub(0, "release add --repo @repo @motions.dunlin --number 12 --floor 12")
	d.hub(0, sign)
	d.hub(0, publish)

	const lifts = "LIFTS the revocation of releases below 12 of models/motions"
	wants(t, d.hub(exitRefused, "release drop models/motions-1.dunlin --repo @repo"), lifts, "or say --lift")
	wants(t, d.hub(exitRefused, "release add --repo @repo @motions.dunlin --number 13"), lifts, "or say --lift")
	wants(t, d.hub(0, "release add --repo @repo @motions.dunlin --number 13 --lift"), "staged:")
	wants(t, d.hub(0, "release show --repo @repo"), lifts)
	wants(t, d.hub(exitRefused, sign), "  "+lifts, "sign models: it "+lifts, "say --lift")
	wants(t, d.hub(exitRefused, publish), "signatures are missing")
	wants(t, d.hub(0, sign+" --lift"), "  "+lifts, "signed models")
	d.hub(0, publish)
}

// TestOneNumberTwoFilesIsNotSigned: a list that was not made with 'release add' is read before it is signed.
func TestOneNumberTwoFilesIsNotSigned(t *testing.T) {
	d := newDesk(t)
	d.hub(0, "keys init --repo @repo --keys @keys --passphrase-file @pass --work 10")
	d.bundle("motions.dunlin")
	sign := "release sign --repo @repo --yes --passphrase-file @pass --key @keys/models-1.age"
	d.hub(0, "release add --repo @repo @motions.dunlin")
	d.hub(0, sign)
	d.hub(0, "release publish --repo @repo --online-key @keys/online.pem")
	d.hub(0, "release renew models --repo @repo")
	d.forge("models", `"sha256":"[0-9a-f]{64}"`, `"sha256":"`+strings.Repeat("ab", 32)+`"`)
	wants(t, d.hub(exitRefused, sign+" --lift"), "ALARM: release 1 of models/motions was published as another file", "sign models: release 1 of models/motions")
}

// TestOneNumberTwiceInAListIsNotSigned: two new files of one number, which were never published before.
func TestOneNumberTwiceInAListIsNotSigned(t *testing.T) {
	d := newDesk(t)
	d.hub(0, "keys init --repo @repo --keys @keys --passphrase-file @pass --work 10")
	for version, content := range map[string]string{"1.3.0": "one binary", "1.4.0": "another"} {
		if err := os.WriteFile(d.at(version), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.hub(0, "release add --repo @repo @1.3.0 --agent --version 1.3.0 --arch amd64 --number 7")
	d.hub(0, "release add --repo @repo @1.4.0 --agent --version 1.4.0 --arch amd64 --number 8")
	d.forge("firmware", `"number":8`, `"number":7`)
	says := "release 7 of agent/amd64 is two files in this list (agent/1.3.0-amd64 and agent/1.4.0-amd64)"
	wants(t, d.hub(exitRefused, "release sign --repo @repo --yes --passphrase-file @pass --key @keys/firmware-1.age"), "ALARM: "+says, "sign firmware: "+says)
}

func TestOnlyYesSigns(t *testing.T) {
	for text, want := range map[string]bool{"yes\n": true, "yes": true, "y\n": false, "": false, "no\n": false, "YES\n": false} {
		if got := confirm(strings.NewReader(text), &bytes.Buffer{}); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
