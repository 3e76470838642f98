package shelf_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/dunlin-iot/dunlin/models/shelf"
)

var errFull = &fs.PathError{Op: "write", Path: "a file", Err: syscall.ENOSPC}

// small is a disk that has room for so many versions: what records one more as taken finds it full.
func small(root string, versions int) shelf.Config {
	return shelf.Config{
		Trust: func(context.Context, shelf.File) (bool, error) { return true, nil },
		Installed: func(context.Context, shelf.File) error {
			if dirs, err := os.ReadDir(filepath.Join(root, "motions")); err != nil || len(dirs) > versions {
				return errors.Join(err, errFull)
			}
			return nil
		},
	}
}

// left is what a shelf has: its versions, the folders, and the files that wait.
func left(t *testing.T, s *shelf.Shelf, root string) (refs []string, folders, waiting int) {
	t.Helper()
	for _, v := range s.Versions() {
		refs = append(refs, v.Ref()+" "+string(v.State))
	}
	dirs, err := os.ReadDir(filepath.Join(root, "motions"))
	do(t, err)
	files, err := os.ReadDir(filepath.Join(root, "incoming"))
	do(t, err)
	return refs, len(dirs), len(files)
}

// TestDiskSmallerThanTheBudget: versions that nobody uses give way to a new one, the oldest first.
func TestDiskSmallerThanTheBudget(t *testing.T) {
	root := t.TempDir()
	s := newShelf(t, root, small(root, 3))
	for _, v := range []int{2, 3, 4} {
		take(t, s, v)
	}
	do(t, s.Activate(ask(2)))
	take(t, s, 5)
	if refs, folders, waiting := left(t, s, root); !slices.Equal(refs, []string{"motions@2 verified", "motions@4 verified", "motions@5 verified"}) || folders != 3 || waiting != 0 {
		t.Errorf("on the shelf are %q in %d folders, %d files wait", refs, folders, waiting)
	}
}

// TestImportOnAFullDisk: what has no room leaves nothing behind, and takes nothing from the versions that are used.
func TestImportOnAFullDisk(t *testing.T) {
	root := t.TempDir()
	s := newShelf(t, root, small(root, 1))
	take(t, s, 2)
	do(t, s.Activate(ask(2)))
	check := func(after string, err error) {
		t.Helper()
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "nothing of it is kept") {
			t.Errorf("%s: %v", after, err)
		}
		if refs, folders, waiting := left(t, s, root); !slices.Equal(refs, []string{"motions@2 verified"}) || folders != 1 || waiting != 0 {
			t.Errorf("%s: on the shelf are %q in %d folders, %d files wait", after, refs, folders, waiting)
		}
	}
	data := bundle(t, 3, "")
	_, err := s.Import(t.Context(), "", bytes.NewReader(data))
	check("unpacked", err)
	_, err = s.Import(t.Context(), "", io.MultiReader(bytes.NewReader(data[:1000]), iotest.ErrReader(errFull)))
	check("not received", err)

	cfg := small(root, 1) // an import that a stop cut short, and that finds the disk full at the next start
	cfg.Installed = func(context.Context, shelf.File) error { return syscall.EIO }
	s = newShelf(t, root, cfg)
	if _, err = s.Import(t.Context(), "", bytes.NewReader(data)); !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	if _, _, waiting := left(t, s, root); waiting != 1 {
		t.Fatalf("%d files wait for the next start", waiting)
	}
	s = newShelf(t, root, small(root, 1))
	check("resumed", s.Resume(t.Context()))
}
