package release_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/hub/release"
)

// publishCut publishes, and leaves what is staged where it was: the power went before the removals were on the disk.
func (s *shop) publishCut() {
	s.t.Helper()
	staged := filepath.Join(s.repo.Dir(), "staged")
	left := tree(s.t, staged)
	s.publish()
	for name, content := range left {
		if err := os.WriteFile(filepath.Join(staged, name), []byte(content), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// kept fails where a file of metadata that was published has changed or is gone.
func (s *shop) kept(was map[string]string) {
	s.t.Helper()
	now := tree(s.t, s.repo.Dir())
	for name, content := range was {
		if strings.HasPrefix(name, "metadata/") && name != "metadata/timestamp.json" && now[name] != content {
			s.t.Errorf("%s was published, and is another file now", name)
		}
	}
}

// newRootKey stages and signs a root with another key in the last place.
func (s *shop) newRootKey() {
	s.t.Helper()
	fresh, err := release.NewKey()
	if err != nil {
		s.t.Fatal(err)
	}
	last := s.keys[release.Root][2]
	if err := s.repo.Rotate(release.Root, last.ID, fresh); err != nil {
		s.t.Fatal(err)
	}
	s.keys[release.Root][2] = fresh
	s.sign(release.Root, s.keys[release.Root]...)
}

func TestCutPublicationOfARoot(t *testing.T) {
	s := open(t)
	s.newRootKey()
	s.publishCut()
	d, was := s.device(), tree(t, s.repo.Dir())
	s.refreshes(d)
	s.newRootKey()
	s.publish()
	s.kept(was)
	s.refreshes(d)
	if d.RootVersion() != 3 {
		t.Errorf("the device has root %d after two new keys", d.RootVersion())
	}
}

func TestCutPublicationOfAList(t *testing.T) {
	s := open(t)
	s.model("motions", "1", 0, trust.Demands{})
	s.sign(release.Models, s.keys[release.Models][0])
	s.publishCut()
	was := tree(t, s.repo.Dir())
	if err := s.repo.Drop("models/motions-1.dunlin", false); err != nil {
		t.Fatal(err)
	}
	s.put()
	s.kept(was)
	if next := s.model("motions", "2", 0, trust.Demands{}); next.Number != 2 {
		t.Errorf("after release 1 comes release %d", next.Number)
	}
}

// TestPublishedVersionIsNotWrittenAnew: publishing again what a cut left is well; other bytes under its number are not.
func TestPublishedVersionIsNotWrittenAnew(t *testing.T) {
	s := open(t)
	if err := s.repo.Renew(release.Root); err != nil {
		t.Fatal(err)
	}
	s.sign(release.Root, s.keys[release.Root][:2]...)
	s.model("motions", "1", 0, trust.Demands{})
	s.sign(release.Models, s.keys[release.Models][0])
	s.publishCut()
	was := tree(t, s.repo.Dir())
	s.publishCut()
	s.kept(was)

	was = tree(t, s.repo.Dir())
	s.sign(release.Models, s.keys[release.Models][1])
	signed := tree(t, s.repo.Dir())
	err := s.repo.Publish(s.keys[release.Online][0])
	if release.KindOf(err) != release.Refused || !strings.Contains(err.Error(), "2.models.json is published already") {
		t.Errorf("published other bytes: %v", err)
	}
	if !maps.Equal(signed, tree(t, s.repo.Dir())) {
		t.Error("refused, and yet something was written")
	}
	if err := s.repo.Renew(release.Models); err != nil {
		t.Fatal(err)
	}
	s.put()
	s.kept(was)
}
