package trust_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/firmware/trust/trusttest"
)

func replace(t *testing.T, data []byte, old, next string) []byte {
	t.Helper()
	out := strings.Replace(string(data), old, next, 1)
	if out == string(data) {
		t.Fatalf("%q is not in the file", old)
	}
	return []byte(out)
}

func TestDemandsOfARelease(t *testing.T) {
	for name, c := range map[string]struct {
		demands map[string]any
		code    trust.Code
	}{
		"none":             {nil, ""},
		"this one":         {map[string]any{"arch": "amd64 arm64", "board": "jetson-* raspberry-pi-*", "delegates": "edgetpu xnnpack", "ram_mib": 1024, "agent_min": "1.2.0", "agent_max": "1.2.0"}, ""},
		"other class":      {map[string]any{"arch": "arm"}, trust.OtherArch},
		"other board":      {map[string]any{"board": "raspberry-pi-5*"}, trust.OtherBoard},
		"kind of board":    {map[string]any{"board": "raspberry-pi-4"}, ""},
		"model of board":   {map[string]any{"board": "raspberry-pi-4-*"}, ""},
		"other revision":   {map[string]any{"board": "*-rev-1.5"}, trust.OtherBoard},
		"delegate":         {map[string]any{"delegates": "edgetpu"}, trust.NoDelegate},
		"memory":           {map[string]any{"ram_mib": 4096}, trust.LittleRAM},
		"newer agent":      {map[string]any{"agent_min": "1.10.0"}, trust.OldAgent},
		"older agent":      {map[string]any{"agent_max": "1.2.0-rc1"}, trust.NewAgent},
		"demand of 2030":   {map[string]any{"npu_rev": 3}, trust.UnknownDemand},
		"hint of 2030":     {map[string]any{"x-tree": "abc"}, ""},
		"fraction":         {map[string]any{"ram_mib": "much"}, trust.BadRelease},
		"list":             {map[string]any{"arch": []string{"arm64"}}, trust.BadRelease},
		"name of another":  {map[string]any{"name": "faces"}, trust.BadRelease},
		"no number":        {map[string]any{"number": 0}, trust.BadRelease},
		"floor above":      {map[string]any{"floor": 3}, trust.BadRelease},
		"negative memory":  {map[string]any{"ram_mib": -1}, trust.BadRelease},
		"number as string": {map[string]any{"number": "7"}, trust.BadRelease},
	} {
		t.Run(name, func(t *testing.T) {
			repo := trusttest.New(signedAt)
			repo.Model("motions", "1.0.0", 1, 0, c.demands)
			repo.PublishAll()
			d := enrol(t, repo)
			d.accepts(repo.Files)
			d.decides(c.code, motions, pi)
		})
	}
}

func TestAgentReleases(t *testing.T) {
	repo := offering()
	custom := map[string]any{"name": "dunlin", "version": "1.3.0", "number": 30, "arch": "arm64"}
	repo.Add("firmware", "agent/1.3.0-arm64", []byte("binary"), custom)
	both := maps.Clone(custom)
	both["arch"] = "arm64 arm"
	repo.Add("firmware", "agent/1.3.0-arm", []byte("binary"), both)
	repo.Publish("firmware")
	d := enrol(t, repo)
	d.accepts(repo.Files)
	if r := d.decides("", "agent/1.3.0-arm64", pi); r.Line != "agent/arm64" || r.Number != 30 {
		t.Errorf("release %+v", r)
	}
	d.decides(trust.BadRelease, "agent/1.3.0-arm", pi)
	d.decides(trust.NotListed, "agent/1.4.0-arm64", pi)
	d.decides(trust.OtherArch, "agent/1.3.0-arm64", trust.Facts{Arch: "amd64"})
}

func TestReleaseNumbers(t *testing.T) {
	repo := trusttest.New(signedAt)
	for i, v := range []string{"1.0.0", "1.1.0", "1.2.0"} {
		repo.Model("motions", v, i+10, 0, nil)
	}
	repo.PublishAll()
	d := enrol(t, repo)
	d.accepts(repo.Files)
	accept := func(path string) {
		t.Helper()
		if err := d.store.Accept(d.decides("", path, pi), ""); err != nil {
			t.Fatal(err)
		}
		d.reopen()
	}
	accept("models/motions-1.1.0.dunlin")
	accept("models/motions-1.1.0.dunlin") // again is no harm
	d.decides(trust.LowerNumber, motions, pi)

	// A signed floor at or below the number allows the way back.
	repo.Model("motions", "1.2.0", 12, 10, nil)
	repo.Publish("models")
	d.accepts(repo.Files)
	accept(motions)

	// Raising it revokes, also what was taken.
	lower, higher := d.decides("", motions, pi), d.decides("", "models/motions-1.1.0.dunlin", pi)
	if r := d.store.Taken(lower.SHA256); r != nil {
		t.Errorf("taken and not revoked: %v", r)
	}
	repo.Model("motions", "1.2.0", 12, 11, nil)
	repo.Publish("models")
	d.accepts(repo.Files)
	d.reopen()
	d.decides(trust.Revoked, motions, pi)
	if r := d.store.Taken(lower.SHA256); r == nil || r.Code != trust.Revoked {
		t.Errorf("taken and revoked since: %v", r)
	}
	if r := d.store.Taken(higher.SHA256); r != nil {
		t.Errorf("taken and above the floor: %v", r)
	}
	if !d.store.Revoked("models/motions", 10) || d.store.Revoked("models/motions", 11) {
		t.Error("the floor 11 revokes release 10 and not release 11")
	}
	accept("models/motions-1.2.0.dunlin")
}

func TestSameNumberWithAnotherDigest(t *testing.T) {
	repo := offering()
	d := enrol(t, repo)
	d.accepts(repo.Files)
	if err := d.store.Accept(d.decides("", motions, pi), ""); err != nil {
		t.Fatal(err)
	}
	repo.Add("models", motions, []byte("another bundle"), map[string]any{"name": "motions", "version": "1.0.0", "number": 1})
	repo.Publish("models")
	d.accepts(repo.Files)
	rel := d.decides(trust.OtherDigest, motions, pi)
	if got := trust.CodeOf(d.store.Accept(rel, "")); got != trust.OtherDigest {
		t.Errorf("accept: code %q", got)
	}

	// The same within one list, on a device that has never had either.
	repo.Model("motions", "1.0.1", 1, 0, nil)
	repo.Publish("models")
	fresh := enrol(t, repo)
	fresh.accepts(repo.Files)
	fresh.decides(trust.OtherDigest, "models/motions-1.0.1.dunlin", pi)
}

// TestNumbersOutliveTheMetadata: floors and numbers lie outside the copy of the metadata.
func TestNumbersOutliveTheMetadata(t *testing.T) {
	repo := offering()
	old := maps.Clone(repo.Files)
	repo.Model("motions", "1.1.0", 2, 2, nil)
	repo.Publish("models")
	d := enrol(t, repo)
	d.accepts(repo.Files)
	for _, name := range []string{"metadata.json", "metadata.previous.json"} {
		if err := os.Remove(filepath.Join(d.cfg.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	d.reopen()
	if !d.store.Revoked("models/motions", 1) {
		t.Error("the floor was forgotten with the metadata")
	}
	d.refuses(trust.Rollback, old)
	d.accepts(repo.Files)
}

func TestUnsignedAndCarriedFiles(t *testing.T) {
	repo := trusttest.New(signedAt)
	data := repo.Model("motions", "1.0.0", 1, 0, nil)
	repo.PublishAll()
	d := enrol(t, repo)
	d.accepts(repo.Files)
	if rel, refusal := d.store.DecideFile(trusttest.Digest(data), int64(len(data)), pi); refusal != nil || rel.Path != motions {
		t.Errorf("%+v, %v", rel, refusal)
	}
	for _, c := range []struct {
		digest string
		length int64
		code   trust.Code
	}{
		{trusttest.Digest([]byte("home made")), 9, trust.Unsigned},
		{trusttest.Digest(data), 1, trust.Unsigned},
		{"abc", 9, trust.WrongDigest},
	} {
		if _, refusal := d.store.DecideFile(c.digest, c.length, pi); refusal == nil || refusal.Code != c.code {
			t.Errorf("%s: %v, want %s", c.digest, refusal, c.code)
		}
	}
}

// TestSpoiledFile: a bad copy of a release that is known is told as one.
func TestSpoiledFile(t *testing.T) {
	repo := trusttest.New(signedAt)
	length := int64(len(repo.Model("motions", "1.0.0", 1, 0, nil)))
	repo.PublishAll()
	d := enrol(t, repo)
	if refusal := d.store.Spoiled(motions, length-1, false); refusal != nil {
		t.Errorf("before anything is known: %v", refusal)
	}
	d.accepts(repo.Files)
	for name, c := range map[string]struct {
		path   string
		length int64
		whole  bool
		code   trust.Code
	}{
		"cut":           {motions, length - 1, false, trust.ShortFile},
		"nothing left":  {motions, 0, false, trust.ShortFile},
		"enlarged":      {motions, length + 1, false, trust.LongFile},
		"changed":       {motions, length, false, trust.WrongDigest},
		"whole, other":  {motions, length - 1, true, trust.WrongDigest},
		"not a release": {"models/motions-2.0.0.dunlin", length - 1, false, ""},
		"elsewhere":     {"agent/motions-1.0.0.dunlin", length - 1, false, ""},
	} {
		got := trust.Code("")
		if refusal := d.store.Spoiled(c.path, c.length, c.whole); refusal != nil {
			got = refusal.Code
		}
		if got != c.code {
			t.Errorf("%s: code %q, want %q", name, got, c.code)
		}
	}
}

func TestBytesOfARelease(t *testing.T) {
	repo := trusttest.New(signedAt)
	data := repo.Model("motions", "1.0.0", 1, 0, nil)
	repo.PublishAll()
	d := enrol(t, repo)
	d.accepts(repo.Files)
	rel := d.decides("", motions, pi)
	for cut := range len(data) {
		if got := trust.CodeOf(trust.Copy(io.Discard, bytes.NewReader(data[:cut]), rel)); got != trust.ShortFile {
			t.Fatalf("cut at %d: code %q", cut, got)
		}
		changed := bytes.Clone(data)
		changed[cut] ^= 0x40
		if got := trust.CodeOf(trust.Copy(io.Discard, bytes.NewReader(changed), rel)); got != trust.WrongDigest {
			t.Fatalf("changed at %d: code %q", cut, got)
		}
	}
	var out bytes.Buffer
	endless := io.MultiReader(bytes.NewReader(data), strings.NewReader(strings.Repeat("x", 1<<20)))
	if got := trust.CodeOf(trust.Copy(&out, endless, rel)); got != trust.LongFile || out.Len() != len(data) {
		t.Errorf("code %q after %d bytes", got, out.Len())
	}
	out.Reset()
	if err := trust.Copy(&out, bytes.NewReader(data), rel); err != nil || !bytes.Equal(out.Bytes(), data) {
		t.Errorf("%v, %d bytes", err, out.Len())
	}
	path := filepath.Join(t.TempDir(), "bundle")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := trust.CheckFile(path, rel); err != nil {
		t.Error(err)
	}
}

// TestTruncatedAndEnlargedMetadata cuts every file at many places, and blows every file up.
func TestTruncatedAndEnlargedMetadata(t *testing.T) {
	repo := offering()
	repo.Rotate("root", 0)
	files := repo.PublishAll()
	d := enrol(t, repo)
	for name, data := range files {
		if name == "1.root.json" || strings.HasPrefix(name, "1.") {
			continue // not fetched: the device has the first root, and the first versions are not the newest
		}
		for _, at := range []int{0, 1, 2, 17, len(data) / 2, len(data) - 2, len(data) - 1} {
			cut := maps.Clone(files)
			cut[name] = data[:at]
			if got := trust.CodeOf(d.refresh(cut)); got != trust.Cut {
				t.Errorf("%s cut at %d: code %q", name, at, got)
			}
			d = enrol(t, repo)
		}
		for _, size := range []int{len(data) + 1, 1 << 21} {
			big := maps.Clone(files)
			big[name] = append(bytes.Clone(data), bytes.Repeat([]byte("x"), size-len(data))...)
			if got := trust.CodeOf(d.refresh(big)); got != trust.TooLarge && (size != len(data)+1 || got != trust.BadMetadata) {
				t.Errorf("%s with %d bytes: code %q", name, size, got)
			}
			d = enrol(t, repo)
		}
		gone := maps.Clone(files)
		delete(gone, name)
		if got := trust.CodeOf(d.refresh(gone)); got != trust.Missing && got != trust.RootMissing {
			t.Errorf("%s away: code %q", name, got)
		}
		d = enrol(t, repo)
	}
	d.accepts(files)
}

func TestCodesHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[trust.Code]bool{}
	doc, err := os.ReadFile("../../docs/trust.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range trust.Codes() {
		if seen[c] {
			t.Errorf("%s stands for two refusals", c)
		}
		seen[c] = true
		if !strings.Contains(string(doc), fmt.Sprintf("| `%s` |", c)) {
			t.Errorf("docs/trust.md does not explain %s", c)
		}
	}
}

// TestHolder: what a file that was taken holds is remembered with it, and outlives the list that named it.
func TestHolder(t *testing.T) {
	repo := offering()
	d := enrol(t, repo)
	d.accepts(repo.Files)
	rel := d.decides("", motions, pi)
	for range 2 { // again is no harm
		if err := d.store.Accept(rel, "what it holds"); err != nil {
			t.Fatal(err)
		}
	}
	clear(repo.Targets["models"])
	repo.Publish("models")
	d.accepts(repo.Files)
	d.reopen()
	for content, want := range map[string]string{"what it holds": rel.SHA256, "something else": "", "": ""} {
		if got := d.store.Holder(content); got != want {
			t.Errorf("%q is held by %q, want %q", content, got, want)
		}
	}
	repo.Add("models", "models/motions-5.dunlin", []byte("the same in another file"), map[string]any{"name": "motions", "version": "5", "number": 5})
	repo.Publish("models")
	d.accepts(repo.Files)
	newer := d.decides("", "models/motions-5.dunlin", pi)
	if err := d.store.Accept(newer, "what it holds"); err != nil {
		t.Fatal(err)
	}
	if got := d.store.Holder("what it holds"); got != newer.SHA256 {
		t.Errorf("of two files %q holds it, want the newer one, %q", got, newer.SHA256)
	}
}
