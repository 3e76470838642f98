package release_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/hub/release"
)

func TestSticksThatAreNotOurs(t *testing.T) {
	s, stick := firstStick(t)
	old := filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(old, os.DirFS(s.repo.Dir())); err != nil {
		t.Fatal(err)
	}
	s.moveOn()
	s.export(stick)
	backup, err := release.Open(old, release.Config{})
	if err != nil {
		t.Fatal(err)
	}
	rootless := t.TempDir()
	if err := os.CopyFS(rootless, os.DirFS(stick)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(rootless, "metadata/1.root.json")); err != nil {
		t.Fatal(err)
	}
	other := open(t)
	for name, c := range map[string]struct {
		repo *release.Repository
		key  *release.Key
		to   string
		says string
	}{
		"another owner's":       {other.repo, other.keys[release.Online][0], stick, "its root 1 is not one of this repository"},
		"a newer state":         {backup, s.keys[release.Online][0], stick, "it holds root 2, and the newest here is 1: this repository is older than the stick"},
		"the repository itself": {s.repo, s.keys[release.Online][0], s.repo.Dir(), "this is the repository itself"},
		"without a root":        {s.repo, s.keys[release.Online][0], rootless, "without a first root"},
	} {
		was, ours := tree(t, c.to), tree(t, c.repo.Dir())
		err := c.repo.Export(c.to, time.Hour, c.key)
		if release.KindOf(err) != release.Refused || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if c.repo == backup && strings.Contains(err.Error(), "empty") {
			t.Errorf("%s: to empty it loses what only the stick has: %v", name, err)
		}
		if !maps.Equal(was, tree(t, c.to)) || !maps.Equal(ours, tree(t, c.repo.Dir())) {
			t.Errorf("%s: refused, and yet something was written", name)
		}
	}
}

// TestStickOfANewerList: a repository that was put back from an older copy must not hand out what devices would refuse.
func TestStickOfANewerList(t *testing.T) {
	s, stick := firstStick(t)
	old := filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(old, os.DirFS(s.repo.Dir())); err != nil {
		t.Fatal(err)
	}
	s.model("motions", "2", 0, trust.Demands{})
	s.put()
	s.export(stick)
	backup, err := release.Open(old, release.Config{})
	if err != nil {
		t.Fatal(err)
	}
	err = backup.Export(stick, time.Hour, s.keys[release.Online][0])
	if release.KindOf(err) != release.Refused || !strings.Contains(err.Error(), "it holds models 3, and the newest here is 2") {
		t.Error(err)
	}
}

// TestTimestampsAcrossCopies: the stick's number is above every one that we signed, also above one that only the stick
// knows; what another key signed moves nothing.
func TestTimestampsAcrossCopies(t *testing.T) {
	s, stick := firstStick(t)
	old := filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(old, os.DirFS(s.repo.Dir())); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		s.publish()
	}
	s.export(stick)
	d := s.device()
	serves(t, "before", stick, d)
	backup, err := release.Open(old, release.Config{Now: func() time.Time { return s.now }})
	if err != nil {
		t.Fatal(err)
	}
	if err := backup.Export(stick, time.Hour, s.keys[release.Online][0]); err != nil {
		t.Fatal(err)
	}
	serves(t, "from the older copy", stick, d)
	if _, err := d.Refresh(t.Context(), trust.Folder(old)); err != nil {
		t.Errorf("the hub after its stick: %v", err)
	}

	other := open(t)
	for range 30 {
		other.publish()
	}
	foreign, err := os.ReadFile(filepath.Join(other.repo.Dir(), "metadata/timestamp.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stick, "metadata/timestamp.json"), foreign, 0o600); err != nil {
		t.Fatal(err)
	}
	s.export(stick)
	if got := timestampOf(t, stick); got > 25 {
		t.Errorf("somebody else's timestamp made ours %d", got)
	}
}

func timestampOf(t *testing.T, dir string) int {
	t.Helper()
	var file struct {
		Signed struct{ Version int }
	}
	data, err := os.ReadFile(filepath.Join(dir, "metadata/timestamp.json"))
	if err == nil {
		err = json.Unmarshal(data, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	return file.Signed.Version
}
