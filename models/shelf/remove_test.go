package shelf_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dunlin-iot/dunlin/models/manifest"
	"github.com/dunlin-iot/dunlin/models/shelf"
)

func version(n int) manifest.Ref { return manifest.Ref{Name: "motions", Version: n} }

// TestRemove: what a pipeline uses, tries or would go back to stays, and so does what the configuration names; the rest
// goes from the record and from the disk, and may come again.
func TestRemove(t *testing.T) {
	root := t.TempDir()
	cfg := config()
	cfg.Pinned = []string{"motions@9"}
	s := newShelf(t, root, cfg)
	for _, v := range []int{2, 3} {
		take(t, s, v)
		do(t, s.Activate(ask(v)), s.Begin("activity"), s.Try("activity"), s.Commit("activity", ""))
	}
	for _, v := range []int{4, 5, 9} {
		take(t, s, v)
	}
	do(t, s.Activate(ask(4)))
	for v, says := range map[int]string{
		2: "pipeline activity goes back to motions@2 when it is reverted: it stays until another version has proved itself",
		3: "pipeline activity uses motions@3: activate another version first",
		4: "pipeline activity has motions@4 on its way: revert it first",
		9: "the configuration names motions@9: have it name another version first",
	} {
		if err := s.Remove(version(v)); !errors.Is(err, shelf.ErrRefused) || err.Error() != says {
			t.Errorf("motions@%d: %v, want %q", v, err, says)
		}
	}
	if err := s.Remove(version(7)); !errors.Is(err, shelf.ErrUnknown) || !strings.HasPrefix(err.Error(), "model motions@7: ") {
		t.Errorf("what is not there: %v", err)
	}
	if got := len(s.Versions()); got != 5 {
		t.Fatalf("%d versions after five refusals, want 5", got)
	}
	do(t, s.Remove(version(5)), s.Withdraw("activity", "by hand"), s.Remove(version(4)))
	s = newShelf(t, root, cfg)
	if dirs, err := os.ReadDir(filepath.Join(root, "motions")); err != nil || len(dirs) != 3 || len(s.Versions()) != 3 {
		t.Errorf("%d folders, %v, and %d versions, want 3", len(dirs), err, len(s.Versions()))
	}
	if v := take(t, s, 5); v.State != shelf.Verified {
		t.Errorf("imported again: %+v", v)
	}
}

// TestRemoveAfterAPipeline: what only a pipeline used that is no more is nobody's.
func TestRemoveAfterAPipeline(t *testing.T) {
	root := t.TempDir()
	s := newShelf(t, root, config())
	take(t, s, 2)
	do(t, s.Activate(ask(2)), s.Begin("activity"), s.Try("activity"), s.Commit("activity", ""))
	cfg := config()
	cfg.Pipelines = []string{"another"}
	s = newShelf(t, root, cfg)
	do(t, s.Remove(version(2)))
	if left, uses := s.Versions(), s.Uses("activity"); len(left) != 0 || !slices.Equal(uses, []string{""}) {
		t.Errorf("left is %v, and the pipeline comes back to %q", left, uses)
	}
}
