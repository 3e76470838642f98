package release_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/hub/release"
	"github.com/dunlin-iot/dunlin/internal/fixture"
)

var amd64 = trust.Facts{Arch: "amd64", RAM: 1024, Agent: "1.2.0"}

func TestFromFileToDevice(t *testing.T) {
	s := open(t)
	d := s.device()
	s.refreshes(d)
	first := s.model("motions", "1.0.0", 0, trust.Demands{Arch: []string{"amd64", "arm64"}})
	if first.Number != 1 {
		t.Errorf("the first release has number %d", first.Number)
	}
	if err := s.repo.Publish(s.keys[release.Online][0]); !errors.Is(err, release.ErrUnfinished) {
		t.Errorf("published without a signature: %v", err)
	}
	words := s.words(release.Models)
	for _, want := range []string{"models, version 2", "OFFERS  models/motions-1.0.0.dunlin, release 1 of models/motions, 19 bytes", first.SHA256, "only for amd64 or arm64"} {
		if !strings.Contains(words, want) {
			t.Errorf("what is signed does not say %q:\n%s", want, words)
		}
	}
	s.sign(release.Models, s.keys[release.Models][1])
	s.publish()
	s.refreshes(d)
	rel, refusal := d.Decide(first.Path, amd64)
	if refusal != nil {
		t.Fatal(refusal)
	}
	if err := trust.CheckFile(release.TargetPath(s.repo.Dir(), rel), rel); err != nil {
		t.Error(err)
	}
	if err := d.Accept(rel, ""); err != nil {
		t.Error(err)
	}

	second := s.model("motions", "1.1.0", 2, trust.Demands{})
	if words := s.words(release.Models); second.Number != 2 || !strings.Contains(words, "REVOKES every release below 2") || !strings.Contains(words, "keeps   models/motions-1.0.0.dunlin") {
		t.Errorf("release %d:\n%s", second.Number, words)
	}
	s.sign(release.Models, s.keys[release.Models][0])
	s.publish()
	s.refreshes(d)
	if _, refusal := d.Decide(first.Path, amd64); refusal == nil || refusal.Code != trust.Revoked {
		t.Errorf("after the floor: %v", refusal)
	}
	if err := s.repo.Drop(first.Path, false); err != nil {
		t.Fatal(err)
	}
	if words := s.words(release.Models); !strings.Contains(words, "TAKES AWAY models/motions-1.0.0.dunlin") {
		t.Error(words)
	}
}

func TestAgentsNeedTwoKeysOfTheirOwn(t *testing.T) {
	s := open(t)
	offer := release.Offer{Role: release.Firmware, Name: "dunlin", Version: "1.3.0", Demands: trust.Demands{Arch: []string{"amd64"}}}
	rel, err := s.repo.Add(s.file("binary"), offer)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range s.keys[release.Models] {
		if ok, err := s.repo.Sign(k, release.Firmware); ok || err != nil {
			t.Errorf("a key for models signs agents: %v", err)
		}
	}
	s.sign(release.Firmware, s.keys[release.Firmware][0], s.keys[release.Firmware][0])
	if err := s.repo.Complete(release.Firmware); !errors.Is(err, release.ErrUnfinished) {
		t.Errorf("one key twice: %v", err)
	}
	s.sign(release.Firmware, s.keys[release.Firmware][2])
	s.publish()
	d := s.device()
	s.refreshes(d)
	if _, refusal := d.Decide(rel.Path, amd64); refusal != nil {
		t.Error(refusal)
	}
}

func TestNumbersAreNotUsedTwice(t *testing.T) {
	s := open(t)
	s.model("motions", "1.0.0", 0, trust.Demands{})
	offer := release.Offer{Role: release.Models, Name: "motions", Version: "1.0.0", Number: 1}
	if _, err := s.repo.Add(s.file("other bytes"), offer); err == nil {
		t.Error("another file under a number that was listed")
	}
	offer.Version = "1.0.1"
	if _, err := s.repo.Add(s.file("other bytes"), offer); err == nil {
		t.Error("two versions under one number")
	}
	offer.Number = 0
	if rel, err := s.repo.Add(s.file("other bytes"), offer); err != nil || rel.Number != 2 {
		t.Errorf("%d, %v", rel.Number, err)
	}
	for _, bad := range []release.Offer{{Role: release.Models}, {Role: release.Models, Name: "a/b", Version: "1"}, {Role: release.Firmware, Name: "dunlin", Version: "1"},
		{Role: release.Models, Name: "m", Version: "1", Number: 2, Floor: 3},
		{Role: release.Models, Name: "m", Version: "1", Number: 2, Floor: -12}, {Role: release.Models, Name: "m", Version: "1", Number: -2}} {
		if _, err := s.repo.Add(s.file("x"), bad); err == nil {
			t.Errorf("added %+v", bad)
		}
	}
}

// TestRotations goes through a new key for every role; a device that was away follows.
func TestRotations(t *testing.T) {
	s := open(t)
	d := s.device()
	s.refreshes(d)
	for _, role := range []string{release.Root, release.Targets, release.Models, release.Firmware, release.Online} {
		fresh, err := release.NewKey()
		if err != nil {
			t.Fatal(err)
		}
		old := s.keys[role][0]
		if err := s.repo.Rotate(role, old.ID[:12], fresh); err != nil {
			t.Fatal(err)
		}
		staged := s.repo.Staged()
		if words := s.words(staged[0]); !strings.Contains(words, "REVOKES KEY "+old.ID) || !strings.Contains(words, "NEW KEY "+fresh.ID) {
			t.Errorf("%s:\n%s", role, words)
		}
		s.keys[role] = append([]*release.Key{fresh}, s.keys[role][1:]...)
		for _, r := range staged {
			if r == release.Root && role == release.Root {
				s.sign(r, old)
			}
			s.sign(r, s.keys[r]...)
		}
		s.publish()
		if ok, err := s.repo.Sign(old, release.Models); ok {
			t.Errorf("the old key of %s signs: %v", role, err)
		}
	}
	s.refreshes(d)
	if d.RootVersion() != 4 {
		t.Errorf("root %d after new keys for root, targets and online", d.RootVersion())
	}
}

func TestExportToAStick(t *testing.T) {
	s := open(t)
	rel := s.model("motions", "1.0.0", 0, trust.Demands{})
	s.sign(release.Models, s.keys[release.Models][0])
	if err := s.repo.Export(t.TempDir(), time.Hour, s.keys[release.Online][0]); err == nil {
		t.Error("exported while something was staged")
	}
	s.publish()
	stick := filepath.Join(t.TempDir(), "stick")
	if err := s.repo.Export(stick, 180*24*time.Hour, s.keys[release.Online][0]); err != nil {
		t.Fatal(err)
	}
	cfg := trust.Config{Dir: t.TempDir(), Clock: later{100 * 24 * time.Hour}}
	if err := trust.Init(cfg, s.root, digestOf(s.root)); err != nil {
		t.Fatal(err)
	}
	d, err := trust.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Refresh(t.Context(), trust.Folder(s.repo.Dir())); trust.CodeOf(err) != trust.Expired {
		t.Errorf("the online timestamp 100 days later: %v", err)
	}
	if _, err := d.Refresh(t.Context(), trust.Folder(stick)); err != nil {
		t.Fatal(err)
	}
	got, refusal := d.Decide(rel.Path, amd64)
	if refusal != nil {
		t.Fatal(refusal)
	}
	if err := trust.CheckFile(release.TargetPath(stick, got), got); err != nil {
		t.Error(err)
	}
	fresh := s.device() // saw the stick, then meets the hub
	if _, err := fresh.Refresh(t.Context(), trust.Folder(stick)); err != nil {
		t.Fatal(err)
	}
	s.refreshes(fresh)
}

// TestReferenceClient: python-tuf refreshes through three roots from the folder over http and verifies both kinds of
// target.
func TestReferenceClient(t *testing.T) {
	s := open(t)
	s.model("motions", "1.0.0", 0, trust.Demands{Arch: []string{"amd64"}, RAM: 64})
	_, err := s.repo.Add(s.file("binary"), release.Offer{Role: release.Firmware, Name: "dunlin", Version: "1.3.0", Number: 7, Demands: trust.Demands{Arch: []string{"amd64"}}})
	if err != nil {
		t.Fatal(err)
	}
	s.sign(release.Models, s.keys[release.Models][0])
	s.sign(release.Firmware, s.keys[release.Firmware][:2]...)
	s.publish()
	for range 2 {
		if err := s.repo.Renew(release.Root); err != nil {
			t.Fatal(err)
		}
		s.sign(release.Root, s.keys[release.Root][1:]...)
		s.publish()
	}
	got := reference(t, s.repo.Dir(), s.root, "models/motions-1.0.0.dunlin", "agent/1.3.0-amd64")
	want := []string{"models/motions-1.0.0.dunlin 19 3 1", "agent/1.3.0-amd64 6 3 7"}
	if !slices.Equal(got, want) {
		t.Errorf("python-tuf says %q, want %q", got, want)
	}
}

// reference has python-tuf refresh from a repository, over http, and verify targets; it gives what it printed of each.
func reference(t *testing.T, repo string, root []byte, targets ...string) []string {
	t.Helper()
	python := filepath.Join(fixture.Root(), ".tools", "tuf", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		t.Fatalf("python-tuf is not there: run bash cross/setup.sh test (%v)", err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(repo)))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "root.json")
	if err := os.WriteFile(file, root, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, append([]string{"testdata/refresh.py", server.URL, file, t.TempDir()}, targets...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("python-tuf: %v:\n%s", err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
