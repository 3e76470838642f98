package shelf_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestPrune: the budget holds one version and a half. What a slot uses, may go back to or tries stays, whatever it takes.
func TestPrune(t *testing.T) {
	root := t.TempDir()
	size := take(t, newShelf(t, t.TempDir(), config()), 2).Bytes
	cfg := config()
	cfg.Budget, cfg.Pinned = size*3/2, []string{"motions@9"}
	s := newShelf(t, root, cfg)
	take(t, s, 9)
	take(t, s, 2)
	do(t, s.Activate(ask(2)), s.Begin("activity"), s.Try("activity"), s.Commit("activity", ""))
	take(t, s, 3)
	do(t, s.Activate(ask(3)), s.Begin("activity"), s.Try("activity"), s.Commit("activity", ""))
	take(t, s, 4)
	do(t, s.Activate(ask(4)))
	take(t, s, 5)
	take(t, s, 6)
	do(t, s.Prune())
	var refs []string
	for _, v := range s.Versions() {
		refs = append(refs, v.Ref())
		if _, err := os.Stat(s.Path(v.Folder())); err != nil {
			t.Error(err)
		}
	}
	if want := []string{"motions@9", "motions@2", "motions@3", "motions@4"}; !slices.Equal(refs, want) {
		t.Errorf("on the shelf are %q, want %q", refs, want)
	}
	if dirs, err := os.ReadDir(filepath.Join(root, "motions")); err != nil || len(dirs) != len(refs) {
		t.Errorf("%d folders, %v", len(dirs), err)
	}
}

// TestPruneAfterAPipeline: what a pipeline used that is no more stays as long as there is room, and then goes with its slot.
func TestPruneAfterAPipeline(t *testing.T) {
	root := t.TempDir()
	size := take(t, newShelf(t, t.TempDir(), config()), 2).Bytes
	s := newShelf(t, root, config())
	take(t, s, 2)
	do(t, s.Activate(ask(2)), s.Begin("activity"), s.Try("activity"), s.Commit("activity", ""))
	if _, _, err := told(s); err != nil {
		t.Fatal(err)
	}
	cfg := config()
	cfg.Budget, cfg.Pipelines = size*5/2, []string{"another"}
	s = newShelf(t, root, cfg)
	take(t, s, 3)
	if _, ok := s.Slot("activity"); !ok || len(s.Versions()) != 2 {
		t.Errorf("with room for two: %v", s.Versions())
	}
	take(t, s, 4)
	left := s.Versions()
	if _, ok := s.Slot("activity"); ok || len(left) != 2 || left[0].Version != 3 {
		t.Errorf("without room: %v", left)
	}
	if uses := newShelf(t, root, cfg).Uses("activity"); !slices.Equal(uses, []string{""}) {
		t.Errorf("the pipeline comes back and uses %q", uses)
	}
}

// TestPruneThePreviousOne: the version that a removed pipeline used stays its version when the one before has made room.
func TestPruneThePreviousOne(t *testing.T) {
	root := t.TempDir()
	s := newShelf(t, root, config())
	size := take(t, s, 2).Bytes
	three := take(t, s, 3).Folder()
	for _, v := range []int{2, 3} {
		do(t, s.Activate(ask(v)), s.Begin("activity"), s.Try("activity"), s.Commit("activity", ""))
	}
	cfg := config()
	cfg.Budget, cfg.Pipelines = size*5/2, []string{}
	s = newShelf(t, root, cfg)
	take(t, s, 4)
	if left := s.Versions(); len(left) != 2 || left[0].Version != 3 {
		t.Errorf("without room: %v", left)
	}
	if uses := newShelf(t, root, config()).Uses("activity"); !slices.Equal(uses, []string{three, ""}) {
		t.Errorf("the pipeline comes back and uses %q", uses)
	}
}
