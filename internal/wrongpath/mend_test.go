package wrongpath_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/dunlin-iot/dunlin/internal/wrongpath"
)

func TestMend(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, folder := os.ReadFile(dir)
	_, below := os.ReadFile(filepath.Join(file, "name"))
	_, absent := os.ReadFile(filepath.Join(dir, "none"))
	for _, c := range []struct {
		err  error
		want string
	}{
		{folder, "; name a file in it"},
		{fmt.Errorf("read key: %w", folder), "; name a file in it"},
		{below, "; check the path: a folder in it is a file"},
		{fmt.Errorf("%w: name another", folder), ""}, // it says what to do
		{absent, ""},
		{errors.New("anything"), ""},
	} {
		if got := wrongpath.Mend(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}
