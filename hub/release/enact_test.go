package release_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/hub/release"
)

// rotations replace keys in root, and give the old online keys that are at hand for the publication; what is signed
// counts under the old root and under the new one.
var rotations = map[string]func(*shop) []*release.Key{
	"the online key": func(s *shop) []*release.Key {
		old := s.keys[release.Online][0]
		s.newOnlineKey()
		return []*release.Key{old}
	},
	"a key of targets, signed with the old one and the new one": func(s *shop) []*release.Key {
		s.newTargetsKey()
		s.sign(release.Targets, s.keys[release.Targets][0])
		return nil
	},
	"a key of targets, signed with one that stays": func(s *shop) []*release.Key {
		s.newTargetsKey()
		if err := s.repo.Renew(release.Targets); err != nil { // without the signature of the new one
			s.t.Fatal(err)
		}
		s.sign(release.Targets, s.keys[release.Targets][1])
		return nil
	},
	"both": func(s *shop) []*release.Key {
		old := s.keys[release.Online][0]
		s.newOnlineKey()
		s.newTargetsKey()
		s.sign(release.Targets, s.keys[release.Targets][0])
		return []*release.Key{old}
	},
	"none": func(s *shop) []*release.Key {
		if err := s.repo.Renew(release.Root); err != nil {
			s.t.Fatal(err)
		}
		s.sign(release.Root, s.keys[release.Root][1:]...)
		return nil
	},
}

// cutAnywhere holds the copies of a repository, each cut after another file, to what devices want of them: each believes
// every one, whether it has the old root, the new one, or has met every copy before. One that has the new root believes
// what speaks of it: a copy of before was never for it. So does python-tuf, where also is true.
func (s *shop) cutAnywhere(what string, points, copies []string, also bool) {
	s.t.Helper()
	whole := copies[len(copies)-1]
	newest, err := os.ReadFile(filepath.Join(whole, "metadata", "2.root.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	first, walker := slices.Index(points, "timestamp"), s.device()
	if root := slices.Index(points, "root"); first < 0 || root < first || slices.Index(points[root:], "timestamp") < 0 {
		s.t.Fatalf("%s: it went through %v", what, points)
	}
	for i, half := range copies {
		where, want := what+", cut after "+points[i], before
		devices := map[string]*trust.Store{"the old root": s.device(), "all copies so far": walker}
		if i >= first {
			want, devices["the new root"] = after, s.enrolled(newest)
		}
		for has, d := range devices {
			if got := serves(s.t, where+", a device with "+has, half, d); !slices.Equal(got, want) {
				s.t.Errorf("%s: a device with %s is offered %v, want %v", where, has, got, want)
			}
		}
		if also {
			reference(s.t, half, s.root, want...)
		}
		if also && i >= first {
			reference(s.t, half, newest, want...)
		}
	}
}

// TestPublicationCutAnywhere: the power goes after any file that Publish writes. Whoever runs it again finishes it.
func TestPublicationCutAnywhere(t *testing.T) {
	for what, rotate := range rotations {
		t.Run(what, func(t *testing.T) {
			s, _ := firstStick(t)
			replaced := rotate(s)
			s.change()
			points, copies := s.copied(s.repo.Dir(), func() { s.publish(replaced...) })
			s.cutAnywhere("publish", points, copies, what == "both")
			for i, half := range copies {
				repo, err := release.Open(half, release.Config{Now: func() time.Time { return s.now }})
				if err != nil {
					t.Fatal(err)
				}
				if err := repo.Publish(s.keys[release.Online][0], replaced...); err != nil {
					t.Errorf("cut after %s and published again: %v", points[i], err)
				}
				if got := serves(t, "published again", half, s.device()); !slices.Equal(got, after) {
					t.Errorf("cut after %s and published again: it offers %v", points[i], got)
				}
			}
		})
	}
}

// TestUsedStickCutAnywhereAfterNewKey: the same for a stick, on which the old root is the newest.
func TestUsedStickCutAnywhereAfterNewKey(t *testing.T) {
	for what, rotate := range rotations {
		t.Run(what, func(t *testing.T) {
			s, stick := firstStick(t)
			replaced := rotate(s)
			s.change()
			s.publish()
			points, copies := s.pulled(stick, replaced...)
			s.cutAnywhere("export", points, copies, false)
			s.refreshes(s.device())
		})
	}
}

// change offers another release than before.
func (s *shop) change() {
	s.t.Helper()
	if err := s.repo.Drop("models/motions-1.dunlin", false); err != nil {
		s.t.Fatal(err)
	}
	s.model("motions", "2", 0, trust.Demands{})
	s.sign(release.Models, s.keys[release.Models][0])
}

// TestOldKeysThatDoNotServe: whoever gives the old key wants no moment in which devices refuse the copy; where there would
// be one all the same, nothing is written.
func TestOldKeysThatDoNotServe(t *testing.T) {
	for name, c := range map[string]struct {
		rotate func(s *shop, old *release.Key) *release.Key
		says   string
	}{
		"targets with the new key only": {func(s *shop, old *release.Key) *release.Key {
			s.newTargetsKey()
			return old
		}, "root 1 wants another signature under targets 2, of a key that stays or of the old one, too"},
		"a key of another role": {func(s *shop, _ *release.Key) *release.Key { return s.keys[release.Models][0] }, "was never the online key here"},
	} {
		s, stick := firstStick(t)
		old := s.keys[release.Online][0]
		s.newOnlineKey()
		given := c.rotate(s, old)
		was := tree(t, s.repo.Dir())
		err := s.repo.Publish(s.keys[release.Online][0], given)
		if release.KindOf(err) != release.Refused || !strings.Contains(err.Error(), c.says) || len(tree(t, s.repo.Dir())) != len(was) {
			t.Errorf("%s: published: %v", name, err)
		}
		s.publish()
		was = tree(t, stick)
		err = s.repo.Export(stick, time.Hour, s.keys[release.Online][0], given)
		if release.KindOf(err) != release.Refused || !strings.Contains(err.Error(), c.says) || len(tree(t, stick)) != len(was) {
			t.Errorf("%s: exported: %v", name, err)
		}
		s.export(stick)
		serves(t, name, stick, s.device())
	}
}
