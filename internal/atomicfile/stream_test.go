package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/atomicfile"
)

func TestStreamIsThereWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	for _, keep := range []bool{false, true} {
		f, err := atomicfile.Create(path, 0o640)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("one\n")); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Fatal("the file has its name before Commit")
		}
		if !keep {
			if err := f.Discard(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil || string(data) != "one\n" {
		t.Errorf("read %q, %v", data, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
}

func TestStreamIntoNowhere(t *testing.T) {
	if _, err := atomicfile.Create(filepath.Join(t.TempDir(), "none", "a"), 0o644); err == nil {
		t.Error("created in a folder that is not there")
	}
}
