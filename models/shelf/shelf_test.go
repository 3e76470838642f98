package shelf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

func ask(version int) shelf.Request {
	return shelf.Request{Pipeline: "activity", Base: "motions@1", Model: manifest.Ref{Name: "motions", Version: version}}
}

// do fails the test at the first error.
func do(t *testing.T, errs ...error) {
	t.Helper()
	for i, err := range errs {
		if err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
}

func TestImport(t *testing.T) {
	root := t.TempDir()
	s := newShelf(t, root, config())
	v := take(t, s, 2)
	if v.State != shelf.Verified || v.Ref() != "motions@2" || !v.Unsigned {
		t.Fatalf("imported %+v", v)
	}
	if want := "motions/2-" + v.Digest[:12]; v.Folder() != want {
		t.Errorf("folder %q, want %q", v.Folder(), want)
	}
	if b, err := manifest.Open(os.DirFS(s.Path(v.Folder()))); err != nil || b.Digest != v.Digest {
		t.Errorf("unpacked bundle: %v", err)
	}
	if again := take(t, s, 2); again != v {
		t.Errorf("the same file again gives %+v, want %+v", again, v)
	}
	if left, err := os.ReadDir(filepath.Join(root, "incoming")); err != nil || len(left) != 0 {
		t.Errorf("incoming holds %v, %v", left, err)
	}
	reopened := newShelf(t, root, config())
	if got := reopened.Versions(); len(got) != 1 || got[0] != v {
		t.Errorf("reopened: %+v", got)
	}
}

func TestRefusals(t *testing.T) {
	nobody := config()
	nobody.Trust = func(context.Context, shelf.File) (bool, error) { return false, errors.New("nobody signed it") }
	small := config()
	small.Most = 1000
	damaged := bundle(t, 2, "")
	at := bytes.Index(damaged, []byte("TFL3"))
	damaged[at+2000] ^= 1
	for _, c := range []struct {
		name string
		cfg  shelf.Config
		file []byte
		want string
	}{
		{"nobody signed it", nobody, bundle(t, 2, ""), "nobody signed it"},
		{"no rule at all", shelf.Config{}, bundle(t, 2, ""), "no rule says whom to believe"},
		{"not a bundle", config(), []byte("hello"), "bundle file"},
		{"cut", config(), bundle(t, 2, "")[:5000], "ZIP"},
		{"one bit of the model", config(), damaged, "model.tflite"},
		{"too large", small, bundle(t, 2, ""), "more than 1000 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			s := newShelf(t, root, c.cfg)
			_, err := s.Import(t.Context(), "", bytes.NewReader(c.file))
			if !errors.Is(err, shelf.ErrRefused) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want a refusal with %q", err, c.want)
			}
			if left, err := os.ReadDir(filepath.Join(root, "incoming")); err != nil || len(left) != 0 {
				t.Errorf("incoming holds %v, %v", left, err)
			}
			for _, v := range newShelf(t, root, c.cfg).Versions() {
				if v.State != shelf.Refused || v.Reason == "" {
					t.Errorf("remembered as %+v", v)
				}
			}
		})
	}
}

func TestOneNumberMeansOneThing(t *testing.T) {
	s := newShelf(t, t.TempDir(), config())
	first := take(t, s, 2)
	_, err := s.Import(t.Context(), "", bytes.NewReader(bundle(t, 2, "another one")))
	if !errors.Is(err, shelf.ErrRefused) || !strings.Contains(err.Error(), "another content") {
		t.Errorf("error %v, want a refusal", err)
	}
	if folder, err := s.Find(manifest.Ref{Name: "motions", Version: 2}); err != nil || folder != first.Folder() {
		t.Errorf("motions@2 is %q, %v", folder, err)
	}
}

func TestTrialThatIsCommitted(t *testing.T) {
	root := t.TempDir()
	s := newShelf(t, root, config())
	v := take(t, s, 2)
	if got := s.Uses("activity"); !slices.Equal(got, []string{""}) {
		t.Errorf("without a slot: %q", got)
	}
	do(t, s.Activate(ask(2)), s.Begin("activity"), s.Try("activity"))
	if got := s.Uses("activity"); !slices.Equal(got, []string{""}) {
		t.Errorf("on trial a start uses %q, want the configured model", got)
	}
	if err := s.Activate(ask(1)); !errors.Is(err, shelf.ErrRefused) {
		t.Errorf("activate during a trial: %v", err)
	}
	do(t, s.Commit("activity", "2000 windows without a breach"))
	s = newShelf(t, root, config())
	if got := s.Uses("activity"); !slices.Equal(got, []string{v.Folder(), ""}) {
		t.Errorf("after the commit: %q", got)
	}
	never := errors.New("the spool is full")
	if err := s.Tell("activity", func(bool, map[string]any) error { return never }); !errors.Is(err, never) {
		t.Errorf("telling that fails: %v", err)
	}
	facts, committed, err := told(s)
	want := map[string]any{"pipeline": "activity", "model": "motions@2", "phase": "trial", "reason": "2000 windows without a breach", "attempts": int64(1)}
	if err != nil || !committed || !maps.Equal(facts, want) {
		t.Errorf("told %v, committed %v, %v; want %v", facts, committed, err, want)
	}
	if facts, _, err := told(newShelf(t, root, config())); facts != nil || err != nil {
		t.Errorf("told once more: %v, %v", facts, err)
	}
	do(t, s.Back("activity", "asked for"))
	if got := s.Uses("activity"); !slices.Equal(got, []string{"", v.Folder()}) {
		t.Errorf("after going back: %q", got)
	}
	if err := s.Activate(ask(1)); !errors.Is(err, shelf.ErrNothing) {
		t.Errorf("activate what is active: %v", err)
	}
	if _, _, err := told(s); err != nil {
		t.Fatal(err)
	}
	if dropped, err := s.Settle("activity", "motions@7"); err != nil || !dropped {
		t.Errorf("another base: %v, %v", dropped, err)
	}
	if _, ok := s.Slot("activity"); ok {
		t.Error("the slot outlives its base")
	}
}

// TestTakenBack: what a person went back from is the last that a pipeline falls back to; what fell by itself, or was
// committed since, is not.
func TestTakenBack(t *testing.T) {
	root := t.TempDir()
	s := newShelf(t, root, config())
	two, three := take(t, s, 2).Folder(), take(t, s, 3).Folder()
	pass := func(version int) {
		do(t, s.Activate(ask(version)), s.Begin("activity"), s.Try("activity"), s.Commit("activity", ""))
	}
	uses := func(want ...string) {
		t.Helper()
		if got := newShelf(t, root, config()).Uses("activity"); !slices.Equal(got, want) {
			t.Errorf("uses %q, want %q", got, want)
		}
	}
	pass(2)
	pass(3)
	uses(three, two, "")
	do(t, s.Back("activity", "a person asked for it"))
	uses(two, "", three)
	do(t, s.Back("activity", "and thought better of it"))
	uses(three, "", two)
	do(t, s.Fall("activity", two, "it does not open any more"))
	uses(two, three, "")
	do(t, s.Back("activity", "a person asked for it"))
	pass(2)
	uses(two, three, "")
}

func TestAttemptsAreConsumedByCrashes(t *testing.T) {
	root := t.TempDir()
	s := newShelf(t, root, config())
	take(t, s, 2)
	do(t, s.Activate(ask(2)))
	for i := range 3 {
		s = newShelf(t, root, config()) // the agent ended without a word
		if err := s.Begin("activity"); err != nil {
			t.Fatalf("attempt %d: %v", i+1, err)
		}
		if i == 1 {
			do(t, s.Try("activity"))
		}
	}
	s = newShelf(t, root, config())
	if err := s.Begin("activity"); !errors.Is(err, shelf.ErrSpent) {
		t.Fatalf("a fourth attempt: %v", err)
	}
	facts, committed, err := told(s)
	if err != nil || committed || facts["attempts"] != int64(3) || facts["instead"] != "motions@1" || !strings.Contains(fmt.Sprint(facts["reason"]), "3 of 3 attempts") {
		t.Errorf("told %v, committed %v, %v", facts, committed, err)
	}
	do(t, s.Activate(ask(2)), s.Begin("activity"), s.Revert("activity", "golden vectors differ"))
	if err := s.Activate(ask(2)); !errors.Is(err, shelf.ErrRefused) || !strings.Contains(err.Error(), "2 times") {
		t.Errorf("a third try: %v", err)
	}
	forced := ask(2)
	forced.Force = true
	do(t, s.Activate(forced))
}

func TestUnknownAndNothing(t *testing.T) {
	s := newShelf(t, t.TempDir(), config())
	if err := s.Activate(ask(9)); !errors.Is(err, shelf.ErrUnknown) {
		t.Errorf("activate: %v", err)
	}
	for what, err := range map[string]error{
		"begin": s.Begin("activity"), "try": s.Try("activity"), "commit": s.Commit("activity", ""), "revert": s.Revert("activity", ""), "back": s.Back("activity", ""),
	} {
		if !errors.Is(err, shelf.ErrNothing) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestStateOfANewerAgent: a key that this agent does not know costs nothing of what it does.
func TestStateOfANewerAgent(t *testing.T) {
	root := t.TempDir()
	s := newShelf(t, root, config())
	two := take(t, s, 2).Folder()
	do(t, s.Activate(ask(2)), s.Begin("activity"), s.Try("activity"), s.Commit("activity", ""))
	path := filepath.Join(root, "state.json")
	text, err := os.ReadFile(path)
	do(t, err)
	newer := strings.ReplaceAll(string(text), "{", `{"later": [1],`)
	newer = strings.Replace(newer, `"slots": {"later": [1],`, `"slots": {`, 1) // its keys are pipelines
	do(t, os.WriteFile(path, []byte(newer), 0o600))
	s = newShelf(t, root, config())
	if uses := s.Uses("activity"); !slices.Equal(uses, []string{two, ""}) {
		t.Errorf("uses %q of %s", uses, newer)
	}
	if _, rebuilt := s.Rebuilt(); rebuilt {
		t.Error("the state was made anew")
	}
}

func TestDamagedState(t *testing.T) {
	for name, text := range map[string]string{
		"cut": `{"format": 1, "versions": [`, "empty": "", "another format": `{"format": 2}`, "a path out": `{"format":1,"versions":[{"file":"../../x","state":"offered"}]}`,
		"a slot of nothing": `{"format":1,"slots":{"a":null}}`, "nothing": `{}`, "null": "null",
		"a name out": `{"format":1,"versions":[{"file":"` + strings.Repeat("0", 64) + `","name":"../x","version":2,"digest":"` + strings.Repeat("0", 64) + `","state":"verified"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			s := newShelf(t, root, config())
			v := take(t, s, 2)
			bad := take(t, s, 3)
			do(t, os.Remove(filepath.Join(s.Path(bad.Folder()), "labels.txt")))
			do(t, os.WriteFile(filepath.Join(root, "state.json"), []byte(text), 0o600))
			s = newShelf(t, root, config())
			got := s.Versions()
			if len(got) != 1 || got[0].Folder() != v.Folder() || got[0].Bytes != v.Bytes {
				t.Fatalf("found again %+v, want %s", got, v.Folder())
			}
			if kept, err := os.ReadFile(filepath.Join(root, "state.json.damaged")); err != nil || string(kept) != text {
				t.Errorf("set aside: %q, %v", kept, err)
			}
			if again := take(t, s, 2); again.Folder() != v.Folder() || again.File != v.File {
				t.Errorf("the same file after that: %+v", again)
			}
			if n := len(s.Versions()); n != 1 {
				t.Errorf("%d versions", n)
			}
		})
	}
}

func TestForeignFoldersStay(t *testing.T) {
	root := t.TempDir()
	byHand := filepath.Join(root, "motions", "1")
	do(t, os.MkdirAll(byHand, 0o755), os.MkdirAll(filepath.Join(root, "motions", "2-0123456789ab.new"), 0o755))
	newShelf(t, root, config())
	if _, err := os.Stat(byHand); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(root, "motions", "2-0123456789ab.new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a draft stays: %v", err)
	}
}
