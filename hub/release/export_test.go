package release_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-iot/dunlin/firmware/trust"
	"github.com/dunlin-iot/dunlin/hub/release"
)

func (s *shop) export(stick string, replaced ...*release.Key) {
	s.t.Helper()
	if err := s.repo.Export(stick, 180*24*time.Hour, s.keys[release.Online][0], replaced...); err != nil {
		s.t.Fatal(err)
	}
}

// firstStick is an owner with two models in force, and a stick with them.
func firstStick(t *testing.T) (*shop, string) {
	t.Helper()
	s := open(t)
	s.model("motions", "1", 0, trust.Demands{})
	s.model("faces", "1", 0, trust.Demands{})
	s.put()
	stick := filepath.Join(t.TempDir(), "stick")
	s.export(stick)
	return s, stick
}

// moveOn publishes what changes every kind of file: one release goes, one comes, and root is signed anew.
func (s *shop) moveOn() {
	s.t.Helper()
	if err := s.repo.Drop("models/motions-1.dunlin", false); err != nil {
		s.t.Fatal(err)
	}
	s.model("motions", "2", 0, trust.Demands{})
	if err := s.repo.Renew(release.Root); err != nil {
		s.t.Fatal(err)
	}
	s.sign(release.Root, s.keys[release.Root][1:]...)
	s.put()
}

// serves has a device refresh from a stick and finds every release that is offered whole on it.
func serves(t *testing.T, what, stick string, d *trust.Store) []string {
	t.Helper()
	if _, err := d.Refresh(t.Context(), trust.Folder(stick)); err != nil {
		t.Errorf("%s: %v", what, err)
		return nil
	}
	var out []string
	for _, rel := range d.Status().Releases {
		out = append(out, rel.Path)
		if err := trust.CheckFile(release.TargetPath(stick, rel), rel); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	slices.Sort(out)
	return out
}

// pulled keeps the stick as it is at every point of Export.
func (s *shop) pulled(stick string, replaced ...*release.Key) (points []string, copies []string) {
	s.t.Helper()
	return s.copied(stick, func() { s.export(stick, replaced...) })
}

// copied keeps a folder as it is at every point of an act.
func (s *shop) copied(dir string, act func()) (points []string, copies []string) {
	s.t.Helper()
	s.hook = func(point string) {
		to := filepath.Join(s.t.TempDir(), "copy")
		if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
			s.t.Fatal(err)
		}
		points, copies = append(points, point), append(copies, to)
	}
	act()
	s.hook = nil
	return points, copies
}

var (
	before = []string{"models/faces-1.dunlin", "models/motions-1.dunlin"}
	after  = []string{"models/faces-1.dunlin", "models/motions-2.dunlin"}
)

func TestUsedStickPulledOutOnTheWay(t *testing.T) {
	s, stick := firstStick(t)
	s.moveOn()
	points, copies := s.pulled(stick)
	if want := []string{"target", "models", "snapshot", "timestamp", "root", "timestamp", "prune"}; !slices.Equal(slices.Compact(slices.Clone(points)), want) {
		t.Fatalf("Export went through %v, want %v", points, want)
	}
	for i, half := range copies {
		d := s.device()
		want := before
		if i >= slices.Index(points, "timestamp") {
			want = after
		}
		if got := serves(t, points[i], half, d); !slices.Equal(got, want) {
			t.Errorf("%s: the stick offers %v, want %v", points[i], got, want)
		}
		s.export(half) // the owner tries again
		if got := serves(t, points[i]+", again", half, d); !slices.Equal(got, after) {
			t.Errorf("%s, again: the stick offers %v, want %v", points[i], got, after)
		}
		s.refreshes(d) // and the device meets the hub
	}
}

func TestUsedStickHoldsWhatIsOfferedAndNoMore(t *testing.T) {
	s, stick := firstStick(t)
	digest := strings.Repeat("ab", 32)
	for name, content := range map[string]string{"holiday.jpg": "a picture", "metadata/notes.txt": "mine", "targets/models/readme": "mine",
		"metadata/5.models.json.bak": "mine", "metadata/timestamp.json.old": "mine", "metadata/.5.models": "mine",
		"metadata/.timestamp.json.123": "cut", "metadata/.2.models.json.77": "cut", "targets/models/." + digest + ".faces-1.dunlin.9": "cut"} {
		if err := os.WriteFile(filepath.Join(stick, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.moveOn()
	s.export(stick)
	got := slices.Collect(maps.Keys(tree(t, stick)))
	for i, name := range got {
		digest, rest, _ := strings.Cut(filepath.Base(name), ".")
		if len(digest) == 64 {
			got[i] = filepath.Join(filepath.Dir(name), rest)
		}
	}
	slices.Sort(got)
	want := []string{"holiday.jpg", "metadata/.5.models", "metadata/1.firmware.json", "metadata/1.root.json", "metadata/1.targets.json", "metadata/2.root.json", "metadata/3.models.json", "metadata/5.models.json.bak",
		"metadata/7.snapshot.json", "metadata/notes.txt", "metadata/timestamp.json", "metadata/timestamp.json.old", "targets/models/faces-1.dunlin", "targets/models/motions-2.dunlin", "targets/models/readme"}
	if !slices.Equal(got, want) {
		t.Errorf("the stick holds\n%v, want\n%v", got, want)
	}
}

// tree is every file of a folder with its content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		out[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// newOnlineKey stages and signs a root with another online key, which the shop has from then on.
func (s *shop) newOnlineKey() {
	s.t.Helper()
	fresh, err := release.NewKey()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.repo.Rotate(release.Online, s.keys[release.Online][0].ID, fresh); err != nil {
		s.t.Fatal(err)
	}
	s.sign(release.Root, s.keys[release.Root][:2]...)
	s.keys[release.Online] = []*release.Key{fresh}
}

// newTargetsKey stages and signs a root with another key in the first place of targets.
func (s *shop) newTargetsKey() {
	s.t.Helper()
	fresh, err := release.NewKey()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.repo.Rotate(release.Targets, s.keys[release.Targets][0].ID, fresh); err != nil {
		s.t.Fatal(err)
	}
	s.sign(release.Root, s.keys[release.Root][:2]...)
	s.sign(release.Targets, fresh)
}

// TestUsedStickAfterNewKeyInRoot: what the old key signed counts no more once the new root is there, so without the old key
// it comes right before the timestamp.
func TestUsedStickAfterNewKeyInRoot(t *testing.T) {
	for role, rotate := range map[string]func(*shop){release.Online: (*shop).newOnlineKey, release.Targets: (*shop).newTargetsKey} {
		s, stick := firstStick(t)
		if err := s.repo.Renew(release.Targets); err != nil {
			t.Fatal(err)
		}
		s.sign(release.Targets, s.keys[release.Targets][0]) // and not the second one, which stays
		s.publish()
		s.export(stick)
		rotate(s)
		s.model("motions", "2", 0, trust.Demands{})
		s.put()
		points, copies := s.pulled(stick)
		for i, half := range copies {
			if points[i] != "root" {
				serves(t, role+": "+points[i], half, s.device())
				continue
			}
			if _, err := s.device().Refresh(t.Context(), trust.Folder(half)); trust.CodeOf(err) != trust.RevokedKey {
				t.Errorf("%s: what the old key signed under the new root: %v", role, err)
			}
			s.export(half)
			serves(t, role+": root, again", half, s.device())
		}
		if !slices.Contains(points, "root") {
			t.Errorf("%s: Export went through %v", role, points)
		}
	}
}

// TestReplacedOnlineKeyExportsNothing: the old key's file may lie about for years, and under the new root devices refuse
// whatever it signs, the hub's own timestamp too.
func TestReplacedOnlineKeyExportsNothing(t *testing.T) {
	s, stick := firstStick(t)
	old := s.keys[release.Online][0]
	s.newOnlineKey()
	s.publish()
	hub, was := tree(t, s.repo.Dir()), tree(t, stick)
	for _, dir := range []string{stick, filepath.Join(t.TempDir(), "empty")} {
		err := s.repo.Export(dir, time.Hour, old)
		if release.KindOf(err) != release.Refused || !strings.Contains(err.Error(), "is not the online key that root names") {
			t.Errorf("exported with the replaced key: %v", err)
		}
	}
	if !maps.Equal(hub, tree(t, s.repo.Dir())) || !maps.Equal(was, tree(t, stick)) {
		t.Error("refused, and yet something was written")
	}
	s.export(stick)
	serves(t, "with the new key", stick, s.device())
}

func TestDamagedStickIsMended(t *testing.T) {
	s, stick := firstStick(t)
	for _, damage := range []string{"targets/models/*.faces-1.dunlin", "metadata/1.root.json", "metadata/2.models.json", "metadata/timestamp.json"} {
		found, err := filepath.Glob(filepath.Join(stick, damage))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v, %v", damage, found, err)
		}
		if err := os.Truncate(found[0], 3); err != nil {
			t.Fatal(err)
		}
		s.export(stick)
		if got := serves(t, damage, stick, s.device()); !slices.Equal(got, before) {
			t.Errorf("%s: the stick offers %v", damage, got)
		}
	}
}

// TestLeftoversGoFirst: what exports left that were cut has gone before the next one writes anything, and what the stick
// offers has not.
func TestLeftoversGoFirst(t *testing.T) {
	s, stick := firstStick(t)
	digest := strings.Repeat("ab", 32)
	leftovers := []string{"metadata/.timestamp.json.123", "metadata/77.snapshot.json", "targets/models/." + digest + ".faces-1.dunlin.9"}
	for _, name := range leftovers {
		if err := os.WriteFile(filepath.Join(stick, name), []byte("cut"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.moveOn()
	points, copies := s.pulled(stick)
	if want := []string{"leftover", "leftover", "leftover", "target"}; len(points) < 4 || !slices.Equal(points[:4], want) {
		t.Fatalf("Export went through %v, want %v first", points, want)
	}
	for _, name := range leftovers {
		if _, err := os.Stat(filepath.Join(copies[2], name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
	if got := serves(t, "after the leftovers", copies[2], s.device()); !slices.Equal(got, before) {
		t.Errorf("the stick offers %v, want %v", got, before)
	}
}
