package shelf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/fixture"
	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

// TestShelfOutlivesItsState: the versions are still there when the agent starts twice after its state was damaged or
// lost, and nobody imported anything between.
func TestShelfOutlivesItsState(t *testing.T) {
	for name, harm := range map[string]func(string) error{
		"damaged": func(path string) error { return os.WriteFile(path, []byte("{"), 0o600) },
		"lost":    os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			v := take(t, newShelf(t, root, config()), 2)
			do(t, harm(filepath.Join(root, "state.json")))
			for i := range 3 {
				s := newShelf(t, root, config())
				r, rebuilt := s.Rebuilt()
				if told := i == 2; rebuilt == told || rebuilt && (r.Versions != 1 || !strings.HasPrefix(r.Reason, "state.json was ")) {
					t.Errorf("start %d tells %+v, %v", i+1, r, rebuilt)
				}
				if i == 1 {
					do(t, s.TellRebuilt(func(map[string]any) error { return nil }))
				}
				if got := s.Versions(); len(got) != 1 || got[0].Folder() != v.Folder() {
					t.Fatalf("on the shelf are %+v, want %s", got, v.Folder())
				}
			}
		})
	}
}

// TestRebuiltUntilActivated: a person who says what is to be used has understood.
func TestRebuiltUntilActivated(t *testing.T) {
	root := t.TempDir()
	take(t, newShelf(t, root, config()), 2)
	do(t, os.Remove(filepath.Join(root, "state.json")))
	s := newShelf(t, root, config())
	if err := s.Activate(ask(9)); !errors.Is(err, shelf.ErrUnknown) {
		t.Errorf("activate what is not there: %v", err)
	}
	if _, rebuilt := s.Rebuilt(); !rebuilt {
		t.Error("a refused activation ends what is told")
	}
	do(t, s.Activate(ask(2)))
	if r, rebuilt := s.Rebuilt(); rebuilt {
		t.Errorf("after an activation: %+v", r)
	}
}

// TestDamagedFolderIsMended: importing the bundle again is the way back for a folder that the disk has damaged.
func TestDamagedFolderIsMended(t *testing.T) {
	root := t.TempDir()
	s := newShelf(t, root, config())
	v := take(t, s, 2)
	do(t, os.WriteFile(filepath.Join(s.Path(v.Folder()), "labels.txt"), []byte("rust"), 0o600))
	if again := take(t, s, 2); again != v {
		t.Errorf("mended %+v, want %+v", again, v)
	}
	if b, err := manifest.Open(os.DirFS(s.Path(v.Folder()))); err != nil || b.Digest != v.Digest {
		t.Errorf("after importing it again: %v", err)
	}
	do(t, os.RemoveAll(s.Path(v.Folder())), os.Remove(filepath.Join(root, "state.json")))
	s = newShelf(t, root, config())
	if again := take(t, s, 2); again.Folder() != v.Folder() {
		t.Errorf("imported anew as %+v", again)
	}
}

// TestSignatureComesLater: a bundle that nobody had signed is asked about again when it is imported again.
func TestSignatureComesLater(t *testing.T) {
	signed, no := false, error(nil)
	cfg := config()
	cfg.Trust = func(context.Context, shelf.File) (bool, error) { return signed, no }
	s := newShelf(t, t.TempDir(), cfg)
	if v := take(t, s, 2); !v.Unsigned {
		t.Fatalf("imported %+v", v)
	}
	signed = true
	if v := take(t, s, 2); v.Unsigned {
		t.Errorf("after its owner signed it: %+v", v)
	}
}

// TestRevokedSince: importing a version again tells that it is not believed any more, and what it was of; it stays where it
// is, marked so, until it is believed again.
func TestRevokedSince(t *testing.T) {
	revoked, answer := errors.New("its owner revoked it"), error(nil)
	var asked []bool
	cfg := config()
	cfg.Trust = func(_ context.Context, f shelf.File) (bool, error) {
		asked = append(asked, f.Signed)
		return answer == nil, answer
	}
	cfg.CodeOf = func(err error) string {
		if errors.Is(err, revoked) {
			return "revoked"
		}
		return ""
	}
	root := t.TempDir()
	s := newShelf(t, root, cfg)
	first := take(t, s, 2)
	answer = revoked
	if _, err := s.Import(t.Context(), "", bytes.NewReader(bundle(t, 2, ""))); !errors.Is(err, shelf.ErrRefused) || !errors.Is(err, revoked) {
		t.Errorf("after it was revoked: %v", err)
	}
	s = newShelf(t, root, cfg)
	v, ok := s.At(first.Folder())
	if !ok || v.Unsigned || v.Code != "revoked" || !strings.Contains(v.Reason, "its owner revoked it") {
		t.Errorf("on the shelf is %+v, %v", v, ok)
	}
	if _, err := manifest.Open(os.DirFS(s.Path(first.Folder()))); err != nil {
		t.Errorf("its folder: %v", err)
	}
	answer = nil
	if again := take(t, s, 2); again != first {
		t.Errorf("believed again it is %+v, want %+v", again, first)
	}
	if !slices.Equal(asked, []bool{false, true, true}) {
		t.Errorf("asked for a signed one: %v", asked)
	}
}

// TestCodesOfRefusals: programs see why, of what the shelf, the bundle and trust refuse.
func TestCodesOfRefusals(t *testing.T) {
	cfg := config()
	s := newShelf(t, t.TempDir(), cfg)
	take(t, s, 2)
	for _, c := range []struct {
		file []byte
		code string
	}{
		{bundle(t, 2, "another one"), shelf.OtherContent},
		{bundle(t, 3, "")[:5000], "no-bundle"},
	} {
		if _, err := s.Import(t.Context(), "a/b\n.dunlin", bytes.NewReader(c.file)); !errors.Is(err, shelf.ErrRefused) {
			t.Errorf("%s: %v", c.code, err)
		}
		all := s.Versions()
		if v := all[len(all)-1]; v.Code != c.code || v.From != "b.dunlin" {
			t.Errorf("remembered as %+v, want code %q", v, c.code)
		}
	}
	text, err := os.ReadFile(fixture.Path(t, "docs", "models.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range shelf.Codes() {
		if !strings.Contains(string(text), "\n| `"+c+"` | ") {
			t.Errorf("docs/models.md lacks %s", c)
		}
	}
}

// TestActivateActiveWhileAnotherWaits keeps the version before: a trial of the active one would make it its own past.
func TestActivateActiveWhileAnotherWaits(t *testing.T) {
	s := newShelf(t, t.TempDir(), config())
	two, _ := take(t, s, 2), take(t, s, 3)
	do(t, s.Activate(ask(2)), s.Begin("activity"), s.Try("activity"), s.Commit("activity", ""), s.Activate(ask(3)))
	if err := s.Activate(ask(2)); !errors.Is(err, shelf.ErrRefused) || !strings.Contains(err.Error(), "motions@3 waits") {
		t.Errorf("activate what is active while another waits: %v", err)
	}
	if slot, _ := s.Slot("activity"); slot.Next == nil || slot.Next.Model != "motions@3" || slot.Active != two.Folder() {
		t.Errorf("slot %+v", slot)
	}
}

// TestFallKeepsTheWish: a version that does not open any more says nothing against the one that waits.
func TestFallKeepsTheWish(t *testing.T) {
	s := newShelf(t, t.TempDir(), config())
	take(t, s, 2)
	take(t, s, 3)
	do(t, s.Activate(ask(2)), s.Begin("activity"), s.Try("activity"), s.Commit("activity", ""), s.Activate(ask(3)), s.Fall("activity", "", "it does not open"))
	if slot, _ := s.Slot("activity"); slot.Next == nil || slot.Next.Model != "motions@3" {
		t.Errorf("the version that waited is gone: %+v", slot)
	}
}

// TestFailuresAreRemembered: how often a version did not pass its trial here, and why, until it passes one.
func TestFailuresAreRemembered(t *testing.T) {
	root := t.TempDir()
	s := newShelf(t, root, config())
	take(t, s, 2)
	expect := func(failures int, why string) {
		t.Helper()
		if v := newShelf(t, root, config()).Versions()[0]; v.Failures != failures || v.Failed != why {
			t.Errorf("%d failures, %q; want %d, %q", v.Failures, v.Failed, failures, why)
		}
	}
	again := func() {
		r := ask(2)
		r.Force = true
		do(t, s.Activate(r), s.Begin("activity"), s.Try("activity"))
	}
	do(t, s.Activate(ask(2)), s.Begin("activity"), s.Revert("activity", "accuracy is too low"))
	expect(1, "accuracy is too low")
	again()
	do(t, s.Revert("activity", "too slow"))
	expect(2, "too slow")
	again()
	do(t, s.Withdraw("activity", "a person asked for it"))
	expect(2, "too slow")
	again()
	do(t, s.Commit("activity", ""))
	expect(0, "")
}

// TestReasonOutlivesAnotherBase: how a trial ended is told although the configuration names another model since.
func TestReasonOutlivesAnotherBase(t *testing.T) {
	s := newShelf(t, t.TempDir(), config())
	take(t, s, 2)
	do(t, s.Activate(ask(2)), s.Begin("activity"), s.Revert("activity", "golden vectors differ"))
	if dropped, err := s.Settle("activity", "motions@7"); err != nil || !dropped {
		t.Fatalf("another base: %v, %v", dropped, err)
	}
	facts, _, err := told(s)
	if err != nil || facts["reason"] != "golden vectors differ" {
		t.Errorf("told %v, %v", facts, err)
	}
	if uses := s.Uses("activity"); len(uses) != 1 || uses[0] != "" {
		t.Errorf("the pipeline uses %q", uses)
	}
}

// TestImportThatEndsTheAgent: a bundle whose unpacking kills the process is given up, not tried at every start for ever.
func TestImportThatEndsTheAgent(t *testing.T) {
	root := t.TempDir()
	cfg := config()
	cfg.Hook = func(point string) {
		if point == "accepted.saved" {
			panic("killed")
		}
	}
	crash := func(do func()) {
		defer func() { _ = recover() }()
		do()
	}
	s := newShelf(t, root, cfg)
	crash(func() { take(t, s, 2) })
	cfg.Hook = func(point string) {
		if point == "resumed.saved" {
			panic("killed")
		}
	}
	for range 3 {
		s = newShelf(t, root, cfg)
		crash(func() { do(t, s.Resume(t.Context())) })
	}
	s = newShelf(t, root, cfg)
	if err := s.Resume(t.Context()); !errors.Is(err, shelf.ErrRefused) || !strings.Contains(err.Error(), "3 times") {
		t.Errorf("resume: %v", err)
	}
	if got := s.Versions(); len(got) != 1 || got[0].State != shelf.Refused || got[0].Code != shelf.GivenUp {
		t.Errorf("versions %+v", got)
	}
	if v := take(t, newShelf(t, root, config()), 2); v.State != shelf.Verified {
		t.Errorf("imported again: %+v", v)
	}
}

// TestStateThatNoStartWouldRead is never written: what is too large to be read would cost every slot.
func TestStateThatNoStartWouldRead(t *testing.T) {
	root := t.TempDir()
	text := fmt.Sprintf(`{"format":1,"slots":{"activity":{"base":"motions@1","last":{"model":"motions@2","state":"reverted","phase":"trial","reason":%q,"attempts":1}}}}`,
		strings.Repeat("x", 4<<20-500))
	do(t, os.WriteFile(filepath.Join(root, "state.json"), []byte(text), 0o600))
	s := newShelf(t, root, config())
	_, err := s.Import(t.Context(), "", bytes.NewReader(bundle(t, 2, "")))
	if _, ok := newShelf(t, root, config()).Slot("activity"); !ok || err == nil || !strings.Contains(err.Error(), "too many versions") {
		t.Errorf("import: %v; the slot is still there: %v", err, ok)
	}
}
