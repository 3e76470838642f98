package atomicfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

func TestFoldersAreMade(t *testing.T) {
	dir := t.TempDir()
	deep := filepath.Join(dir, "a", "b", "c")
	for range 2 { // the second time they are there
		if err := atomicfile.MkdirAll(deep, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	for _, made := range []string{"a", "a/b", "a/b/c"} {
		if info, err := os.Stat(filepath.Join(dir, made)); err != nil || !info.IsDir() || info.Mode().Perm() != 0o750 {
			t.Errorf("%s: %v, %v", made, info, err)
		}
	}
	file := filepath.Join(dir, "file")
	if err := atomicfile.Write(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{file, filepath.Join(file, "below")} {
		if err := atomicfile.MkdirAll(in, 0o750); !errors.Is(err, syscall.ENOTDIR) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// TestWriteThatFailsLeavesNothing: a name that is a folder's cannot be had.
func TestWriteThatFailsLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	if err := os.Mkdir(taken, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(taken, []byte("x"), 0o644); err == nil {
		t.Error("a file took the name of a folder")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v are left, %v", left, err)
	}
}
